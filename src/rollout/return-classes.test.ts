import { expect, test } from "vitest";
import { classOf, isBetOn, meaningOf } from "./return-classes.ts";

test.each<[string, number, number, number, string]>([
  ["never seen", 0, 0, 0.05, "0@0.05"],
  ["never seen, and no control beside it", 0, 0, 1, "0!"],
  ["one that was good", 1, 1, 0.05, "1.0@0.05"],
  ["two, one of them bad", 2, 1, 0.25, "1.1@0.25"],
  ["three good ones", 3, 3, 0.5, "3.0@0.5"],
  ["a quarter of eight", 8, 6, 0.05, "3.1@0.05"],
  ["many, all good", 500, 500, 0.05, "10.0@0.05"],
  ["many, a tenth bad", 10, 9, 0.05, "10.1@0.05"],
  ["a bot that always fails", 1000, 0, 0.05, "10.4@0.05"],
])("a unit's history: %s", (_, n, good, weight, expected) => {
  expect(classOf({ n, good }, weight)).toBe(expected);
});

test("a unit's requests of an hour: fewer the more there are, and no more than it had before", () => {
  const bet = (n: number) => Array.from({ length: 40 }, (_, i) => i + 1).filter((nth) => isBetOn(nth, { n, good: n }));
  expect([bet(0), bet(1), bet(3), bet(1000)]).toEqual([[1], [1], [1, 2], [1, 2, 4, 8]]);
});

test("what always failed can fail no more than that", () => {
  expect(meaningOf("10.4@0.05")).toMatchObject({ most: 1, usual: 0.75, isAlone: false });
  expect(meaningOf("0!")).toEqual({ base: "0", isAlone: true, usual: 0.1, most: 0 });
});
