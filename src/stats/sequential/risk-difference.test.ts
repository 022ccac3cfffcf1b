import { describe, expect, test } from "vitest";
import { riskDifference } from "./risk-difference.ts";

const batch = (weight: number, control: [n: number, sum: number], candidate: [n: number, sum: number]) => {
  const [arm, other] = [control, candidate].map(([n, sum]) => ({ n, sum })) as [{ n: number; sum: number }, { n: number; sum: number }]; // prettier-ignore
  return { weight, control: arm, candidate: other };
};

describe("riskDifference", () => {
  const cases: [string, ReturnType<typeof batch>[], number | null][] = [
    ["nothing compares nothing", [], null],
    ["one weight: the rates' difference", [batch(0.5, [100, 95], [100, 90])], -0.05],
    ["looks at one weight are one", [batch(0.5, [0, 0], [50, 45]), batch(0.5, [100, 95], [50, 45])], -0.05],
    [
      "rates that fall between the steps are no harm",
      [batch(0.05, [950, 940.5], [50, 49.5]), batch(0.5, [500, 450], [500, 450])],
      0,
    ],
    ["who has the whole traffic is compared with nobody", [batch(0.5, [50, 50], [50, 50]), batch(1, [0, 0], [900, 0])], 0],
    // 950·50/1000 = 47.5 and 500·500/1000 = 250: (47.5·0.02 + 250·−0.04)/297.5
    ["weights by the arms' sizes", [batch(0.05, [950, 931], [50, 50]), batch(0.5, [500, 450], [500, 430])], -0.0304202],
  ]; // prettier-ignore
  test.each(cases)("%s", (_, batches, expected) => {
    const found = riskDifference(batches);
    if (expected === null) expect(found).toBeNull();
    else expect(found).toBeCloseTo(expected, 6);
  });
});
