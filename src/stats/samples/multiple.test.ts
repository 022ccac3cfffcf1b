import { expect, test } from "vitest";
import { benjaminiHochberg, holm } from "./multiple.ts";

test.each([
  ["no test leaves nothing to adjust", [], [], []],
  ["one test stays as it is", [0.03], [0.03], [0.03]],
  ["an adjusted p-value is at most 1", [0.6, 0.9], [1, 1], [0.9, 0.9]],
  ["equal p-values stay equal", [0.02, 0.02, 0.02], [0.06, 0.06, 0.06], [0.02, 0.02, 0.02]],
  ["0 stays 0", [0, 1], [0, 1], [0, 1]],
])("%s", (_, pValues, familywise, discoveries) => {
  const rounded = (values: number[]) => values.map((p) => Number(p.toFixed(12)));
  expect(rounded(holm(pValues))).toEqual(familywise);
  expect(rounded(benjaminiHochberg(pValues))).toEqual(discoveries);
});

test.each([[-0.1], [1.1], [Number.NaN]])("%d is no p-value", (p) => {
  expect(() => holm([0.5, p])).toThrow(RangeError);
  expect(() => benjaminiHochberg([p])).toThrow(RangeError);
});
