import { expect, test } from "vitest";
import { findJson } from "./find-json.ts";

const cases: Record<string, [text: string, found: unknown[]]> = {
  "an object in prose": ['Sure: {"a":1}. Done.', [{ a: 1 }]],
  "two of them, outermost only": ['{"a":{"b":[1]}} and [2, {"c":null}]', [{ a: { b: [1] } }, [2, { c: null }]]],
  "empty ones": ["{} []", [{}, []]],
  "escapes, exponents and Unicode": ['{"a":"\\"}\\u00e9\\\\","b":-1.5e-3}', [{ a: '"}é\\', b: -0.0015 }]],
  "a truncated object is not its complete inner one": ['{"a": {"b": 1}, "c": ', []],
  "nor one that breaks off inside a text": ['{"a": {"b": 1}, "c": "half a sen', []],
  "nor inside a key, a word, a number or an escape": ['{"a":{},"c', []],
  "a list that breaks off": ['[{"a": 1}, {"b": 2}, {"c"', []],
  "inside a word": ['[{"a": 1}, tru', []],
  "inside an escape": ['{"a": {"b": 1}, "c": "\\u00', []],
  "an object that is not JSON further on": ['{"a": {"b": 1}, c: 2}', []],
  "a list with an ellipsis": ['[{"a": 1}, …]', []],
  "what follows the broken one is found": ['{"a": {"b": 1}, oops\nAgain: {"d": 2}', [{ d: 2 }]],
  "a placeholder before it": ['Fill {name} in: {"a":1}', [{ a: 1 }]],
  "a stray bracket before it": ['if (x) { then {"a":1}', [{ a: 1 }]],
  "a quoted brace before it": ['Note: "{" is a brace. {"a":1}', [{ a: 1 }]],
  "a link's text is no list": ['[see here]({"a":1})', [{ a: 1 }]],
  "a footnote is a list of one": ["as said [1].", [[1]]],
  "a single-quoted one is none": ["{'a': 1}", []],
  "a bare number is none": ["5", []],
  "JavaScript further on": ['{"a": undefined, "b": [1]}', []],
  "Python further on": [`{'a': 1, 'b': {"c": 1}}`, []],
  "a Python list in one": ["{'a': [1,2]}", []],
  "a bare key": ["{a: [1]}", []],
  "typographic quotes": ["{“a”: [1]}", []],
  "an ellipsis for its first lines": ['{\n ...,\n "b": [1]}', []],
  "a Python list of them": ["[{'a': []}]", []],
  "a Python list with JSON in it": [`['x', {"a": 1}]`, []],
  "JavaScript around JSON": ['{user: {"name":"x"}}', []],
  "a comment first": ['{ // who\n "a": {"b": 1}, }', []],
  "one in another notation that breaks off": [`{'a': {"b": 1}, 'c': `, []],
  "JSON after one in another notation": [`{'a': [1]} is {"a":[1]}`, [{ a: [1] }]],
  "JSON after the line on which one broke off": [`{'a': [2],\nAgain:\n{"a":[1]}`, [{ a: [1] }]],
  "a note before it": ['see [1]: {"a":1}', [[1], { a: 1 }]],
  "braces in prose before it": ['use {braces} … {"a":1}', [{ a: 1 }]],
  "a half-open interval before it": ['[0, 1) gives {"a":1}', [{ a: 1 }]],
  "a template before it": ['{{ x }} {% if y %} ${z} \\frac{a}{b} {"a":1}', [{ a: 1 }]],
  "prose in brackets around it": ['[the answer is {"a":1}]', [{ a: 1 }]],
  "nothing is none": ["", []],
};

test.each(Object.entries(cases))("%s", (_, [text, found]) => {
  expect([...findJson(text)]).toEqual(found.map((value) => ({ value })));
});

test("brackets that never close cost no more than a moment, and no stack", () => {
  expect([...findJson("[".repeat(200_000))]).toEqual([]);
  expect([...findJson("{ ".repeat(100_000))]).toEqual([]);
  expect([...findJson(`{"a": "${"x\\n".repeat(200_000)}"}`)]).toHaveLength(1);
  expect([...findJson("{a: ".repeat(100_000))]).toEqual([]);
  expect([...findJson("{a: \nb".repeat(100_000))]).toEqual([]);
  expect([...findJson(`[${"1, ".repeat(200_000)}x`)]).toEqual([]);
});

test("what says two things, or is too deep for anything that walks it, is a problem and no crash", () => {
  const deep = "[".repeat(100_000) + "]".repeat(100_000);
  expect([...findJson(`{"a":1,"a":2} ${deep}`)]).toMatchObject([
    { problem: { message: 'the key "a" is there twice' } },
    { problem: { message: expect.stringContaining("brackets within brackets") as string } },
  ]);
});
