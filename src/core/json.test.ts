import { expect, test } from "vitest";
import { placeIn, readJson } from "./json.ts";

const deep = (n: number) => "[".repeat(n) + "]".repeat(n);

test.each<[string, number, string]>([
  ['{"a":1,"a":2}', 7, 'the key "a" is there twice'],
  ['{"x":[{"b":"}","c":{"d":1, "d" :1}}]}', 27, 'the key "d" is there twice'],
  // However it is written.
  ['{"a":"\\"","\\u0061":2}', 10, 'the key "a" is there twice'],
  ['{"a":1,"b":{"__proto__":{}}}', 12, "a key cannot be called __proto__"],
  ['{"\\u005f_proto__":1}', 1, "a key cannot be called __proto__"],
  [deep(100_000), 500, "brackets within brackets, more than 500 deep"],
  [`{"a":${'{"a":'.repeat(600)}1${"}".repeat(601)}`, 2500, "brackets within brackets, more than 500 deep"],
])("what is JSON and yet says two things: %.40s", (text, offset, message) => {
  expect(readJson(text)).toMatchObject({ problem: { syntax: false, offset, message } });
});

test.each<[string, number, string]>([
  ['{"a":1 "b":2}', 7, "not JSON"],
  ['{"a":', 5, "not JSON: it ends too early"],
  ["", 0, "not JSON: it ends too early"],
  ["  sk-secret", 2, "not JSON"],
])("what is none, without its words: %s", (text, offset, message) => {
  expect(readJson(text)).toMatchObject({ problem: { syntax: true, offset, message } });
});

test.each([
  '{"a":{"a":{"a":1}},"b":[{"a":1},{"a":1}]}',
  '{"x":"{\\"a\\":1,\\"a\\":2}","y":"\\\\","z\\"":"\\u0022"}',
  '{"a":"","":"a","toString":1,"constructor":{"prototype":null}}',
  deep(500),
  " null ",
])("what says one thing is read as JSON.parse reads it: %.40s", (text) => {
  expect(readJson(text)).toEqual({ value: JSON.parse(text) as unknown });
});

test("an offset has a line and a column", () => {
  expect([0, 2, 3, 5].map((offset) => placeIn("ab\ncd\n", offset))).toEqual([
    { line: 1, column: 1 },
    { line: 1, column: 3 },
    { line: 2, column: 1 },
    { line: 2, column: 3 },
  ]);
});
