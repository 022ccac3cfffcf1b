import { expect, test } from "vitest";
import { powerCurve } from "./power-curve.ts";
import { createStyle } from "../style.ts";

const style = createStyle(false);
const line = Array.from({ length: 40 }, (_, i) => ({ n: 5 * (i + 1), power: (i + 1) / 40 }));

test("power that grows evenly is a staircase; the plan is marked in its middle", () => {
  expect(powerCurve(line, 100, 30, style)).toEqual([
    " 100 % ┤                ▂▄▆█",
    "  80 % ┤            ▂▄▆█████",
    "  60 % ┤        ▂▄▆█████████",
    "  40 % ┤    ▂▄▆█████████████",
    "  20 % ┤▂▄▆█████████████████",
    "       └─────────┴──────────",
    "                100      200",
  ]);
});

test.each([1, 20, 40, 80, 500])("a terminal of %d columns: never wider than it, between 16 and 60 columns of chart", (width) => {
  const widest = Math.max(...powerCurve(line, 100, width, style).map((row) => row.length));
  expect(widest).toBe(8 + Math.max(16, Math.min(60, width - 10)));
}); // prettier-ignore

test("no points, no chart; a plan at the very end keeps its label", () => {
  expect(powerCurve([], 10, 80, style)).toEqual([]);
  expect(powerCurve(line, 200, 80, style).at(-1)).toMatch(/ 200$/);
});
