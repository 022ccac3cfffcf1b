import { describe, expect, test } from "vitest";
import type { CanaryBatch } from "./canary-batch.ts";
import { addBatch, emptyProcess, harmSettings, nonInferioritySettings } from "./canary-engine.ts";
import { verdictBounds } from "./verdict-bounds.ts";

const LEVELS = { harm: 1 / 50, safe: 1 / 20 };
const MARGIN = 0.03;
const settings = { harm: harmSettings(0.05, 0.95), safe: nonInferioritySettings(MARGIN, 0.95) };

/** Small linear congruential steps: the same batches each time. */
function batches(seed: number, { looks, candidate }: { looks: number; candidate: number }): CanaryBatch[] {
  let state = seed;
  const random = () => (state = (state * 1_103_515_245 + 12_345) % 2_147_483_648) / 2_147_483_648;
  const good = (n: number, rate: number) => Array.from({ length: n }, () => Number(random() < rate)).reduce((a, b) => a + b, 0); // prettier-ignore
  return Array.from({ length: looks }, (_, look) => {
    const weight = look % 7 === 0 ? 0.25 : 0.5;
    return { weight, control: { n: 60, sum: good(60, 0.95) }, candidate: { n: 50, sum: good(50, candidate) } };
  });
}

function peaks(all: readonly CanaryBatch[]) {
  const [harm, safe] = [settings.harm, settings.safe].map((its) => all.reduce(addBatch, emptyProcess(its)).peak);
  return { isHarm: harm! >= Math.log(1 / LEVELS.harm), isSafe: safe! >= Math.log(1 / LEVELS.safe) };
}

describe("the bounds of a verdict", () => {
  test("say what the verdict says, whatever came", () => {
    const seen = { harm: 0, safe: 0, neither: 0 };
    for (let seed = 1; seed <= 60; seed++) {
      const all = batches(seed, { looks: 2 + (seed % 30), candidate: [0.95, 0.9, 0.93][seed % 3]! });
      const { isHarm, isSafe } = peaks(all);
      const [low, high] = verdictBounds(all, settings, LEVELS);
      expect([low >= 0, high <= MARGIN], `seed ${seed}`).toEqual([isHarm, isSafe]);
      expect(low).toBeLessThanOrEqual(high);
      seen[isHarm ? "harm" : isSafe ? "safe" : "neither"] += 1;
    }
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(5);
  });
  test("hold the true difference at their levels", () => {
    const runs = 200;
    const all = Array.from({ length: runs }, (_, i) =>
      verdictBounds(batches(7 * i + 1, { looks: 20, candidate: 0.93 }), settings, LEVELS),
    );
    expect(all.filter(([low]) => low > 0.02).length).toBeLessThanOrEqual(runs * 2 * LEVELS.harm);
    expect(all.filter(([, high]) => high < 0.02).length).toBeLessThanOrEqual(runs * 1.5 * LEVELS.safe);
  });
  test("are everything before anything came", () => {
    expect(verdictBounds([], settings, LEVELS)).toEqual([-1, 1]);
    const one = { weight: 0.5, control: { n: 1, sum: 1 }, candidate: { n: 0, sum: 0 } };
    expect(verdictBounds([one], settings, LEVELS)).toEqual([-1, 1]);
    expect(() => verdictBounds([{ ...one, weight: 2 }], settings, LEVELS)).toThrow("a weight must be in [0, 1]");
  });
});
