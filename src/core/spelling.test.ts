import { expect, test } from "vitest";
import { keepLongIntegers, lostSpellings } from "./spelling.ts";
import { readYaml } from "./yaml.ts";

const TEXT = `
zip: 02134
version: 3.10
id: 12345678901234567890
phone: +4915112345678
sha: 123e45
hex: 0x1F
list: [1.0, { deep: 1e3 }]
007: key
kept: [18, -2, 0.5, 1.25, true, null, "02134", a3.10, 2024-01-02, -0.5]
again: &a 00
alias: *a
`;

test("a number is kept as written where it would be printed otherwise", () => {
  expect(readYaml(TEXT, "x.yaml", { numbers: "all" }).yaml?.value).toEqual({
    zip: "02134",
    version: "3.10",
    id: "12345678901234567890",
    phone: "+4915112345678",
    sha: "123e45",
    hex: "0x1F",
    list: ["1.0", { deep: "1e3" }],
    "007": "key",
    kept: [18, -2, 0.5, 1.25, true, null, "02134", "a3.10", "2024-01-02", -0.5],
    again: "00",
    alias: "00",
  });
});

test("without being asked it is a number, as before", () => {
  expect(readYaml(TEXT, "x.yaml").yaml?.value).toMatchObject({ zip: 2134, version: 3.1, list: [1, { deep: 1000 }] });
});

test("what loses its spelling is found with its place", () => {
  const found = lostSpellings(TEXT);
  expect(found.map(({ written }) => written)).toEqual([
    "02134",
    "3.10",
    "12345678901234567890",
    "+4915112345678",
    "123e45",
    "0x1F",
    "1.0",
    "1e3",
    "00",
  ]);
  expect(found[1]).toEqual({ written: "3.10", read: 3.1, id: false, path: ["version"], line: 3, column: 10 });
  expect(found[7]).toMatchObject({ path: ["list", 1, "deep"], line: 8, column: 21 });
  expect(lostSpellings("a: [")).toEqual([]);
});

test("an id is kept where a decimal is a number", () => {
  expect(readYaml(TEXT, "x.yaml", { numbers: "ids" }).yaml?.value).toMatchObject({
    zip: "02134",
    version: 3.1,
    id: "12345678901234567890",
    phone: "+4915112345678",
    list: [1, { deep: 1000 }],
  });
});

test("in JSON an integer of too many digits is kept, and nothing else", () => {
  const long = "12345678901234567890";
  const text = `{"a": ${long}, "b": [-${long}, 9007199254740991, 0.1234567890123456789, 1.0], "c\\": 9${long}": "x, ${long}]"}`;
  expect(JSON.parse(keepLongIntegers(text))).toEqual({
    a: long,
    b: [`-${long}`, 9007199254740991, 0.12345678901234568, 1],
    [`c": 9${long}`]: `x, ${long}]`,
  });
  expect(keepLongIntegers('{"a": 1.0}')).toBe('{"a": 1.0}');
});
