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
  "nothing is none": ["", []],
};

test.each(Object.entries(cases))("%s", (_, [text, found]) => {
  expect([...findJson(text)]).toEqual(found);
});

test("brackets that never close cost no more than a moment, and no stack", () => {
  expect([...findJson("[".repeat(200_000))]).toEqual([]);
  expect([...findJson("{ ".repeat(100_000))]).toEqual([]);
  expect([...findJson(`{"a": "${"x\\n".repeat(200_000)}"}`)]).toHaveLength(1);
});
