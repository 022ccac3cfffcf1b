import { describe, expect, test } from "vitest";
import { lognormal, ratioRun, type RatioTraffic } from "../../testing/ratio-traffic.ts";
import { ratioFound } from "./ratio-bounds.ts";

const LEVELS = { harm: 1 / 100, safe: 1 / 20 };
const traffic = (of: RatioTraffic["of"], sigma: number, ratio: number, seed: number): RatioTraffic => {
  return { of, control: lognormal(sigma), candidate: lognormal(sigma, ratio), seed, most: 6000, history: 2000 };
};
const found = (run: ReturnType<typeof ratioRun>, of: RatioTraffic["of"], limit = 1.2) =>
  ratioFound(run.batches, { of, limit }, run.settings, LEVELS);

describe.each<RatioTraffic["of"]>(["p95", "mean"])("the ratio of a %s", (of) => {
  test.each([0.8, 1, 1.2, 1.5])("of %d is estimated, and its bounds hold it", (ratio) => {
    const { estimate, bounds } = found(ratioRun({ ...traffic(of, 0.6, ratio, 3), most: 4000 }), of);
    expect(estimate).toBeGreaterThan(ratio * 0.88);
    expect(estimate).toBeLessThan(ratio * 1.12);
    expect(bounds[0]).toBeLessThanOrEqual(ratio);
    expect(bounds[1] ?? Infinity).toBeGreaterThanOrEqual(ratio);
  });

  test("is at most the limit exactly where that was shown, and above it where harm was", () => {
    for (const [ratio, seed] of [1, 1.05, 1.1, 1.15, 1.2, 1.3, 1.5].flatMap((one) => [[one, 1], [one, 2]] as const)) {
      const run = ratioRun(traffic(of, 0.4, ratio, seed));
      const { bounds } = found(run, of);
      expect([ratio, seed, (bounds[1] ?? Infinity) <= 1.2 + 1e-9]).toEqual([ratio, seed, run.safe !== null]);
      expect([ratio, seed, bounds[0] >= 1.2 - 1e-9]).toEqual([ratio, seed, run.harm !== null]);
    }
  }); // prettier-ignore

  test("of nothing that was seen is anything", () => {
    expect(ratioFound([], { of, limit: 1.2 }, ratioRun(traffic(of, 0.6, 1, 1)).settings, LEVELS)).toEqual({
      estimate: null,
      bounds: [0, null],
    });
  });

  test("beyond five times the limit it is only known to be more", () => {
    const { estimate, bounds } = found(ratioRun({ ...traffic(of, 0.2, 40, 1), most: 400 }), of);
    expect([estimate, bounds[1]]).toEqual([null, null]);
    expect(bounds[0]).toBeGreaterThan(1.2);
  });
});
