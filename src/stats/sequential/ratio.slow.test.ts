import { afterAll, describe, expect, test } from "vitest";
import { ranked } from "../../testing/canary.ts";
import { type Draw, lognormal, normal, ratioRun, type RatioTraffic } from "../../testing/ratio-traffic.ts";
import { seeded } from "../../testing/seeded.ts";
import { ratioFound } from "./ratio-bounds.ts";

/** Sixty, unless somebody wants to know better. */
const RUNS = Number(process.env["RATIO_RUNS"] ?? 60);
const LIMIT = 1.2;
const rows: string[] = [];
/** Of runs at 5 %, with three standard errors. */
const FIVE = 0.05 + 3 * Math.sqrt((0.05 * 0.95) / RUNS);

type Shape = (scale: number) => Draw;
const scaled =
  (draw: Draw): Shape =>
  (scale) =>
  (random) =>
    scale * draw(random);
const SHAPES: [string, Shape][] = [
  ...[0.3, 0.6, 1, 1.5].map((sigma): [string, Shape] => [`lognormal σ ${sigma}`, scaled(lognormal(sigma))]),
  ["gamma, shape 2", scaled((random) => -Math.log(1 - random()) - Math.log(1 - random()))],
  ["bimodal, a tenth five times", scaled((random) => (random() < 0.9 ? 1 : 5) * Math.exp(0.3 * normal(random)))],
  // Rounded after they were scaled, as whoever measures does it.
  ["lognormal σ .6 in steps of a twentieth", (scale) => (random) => Math.ceil(20 * scale * Math.exp(0.6 * normal(random))) / 20], // prettier-ignore
];
/** 1 % until fifty units of the candidate, then an hour of a thousand at each step. */
const RAMP = [[5000, 0.01], [1000, 0.05], [1000, 0.25], [Infinity, 0.5]] as const; // prettier-ignore

function runs(traffic: Omit<RatioTraffic, "seed">) {
  const all = Array.from({ length: RUNS }, (_, i) => ratioRun({ history: 10_000, ...traffic, seed: 1000 + 7919 * i }));
  return { harm: all.map(({ harm }) => harm ?? Infinity), safe: all.map(({ safe }) => safe ?? Infinity), all };
}

const share = (units: readonly number[]) => units.filter(Number.isFinite).length / units.length;
const percent = (of: number) => `${(100 * of).toFixed(0)} %`;
const units = (n: number) => (Number.isFinite(n) ? String(n) : "-").padStart(7);

describe.each<[RatioTraffic["of"], number, number]>([["p95", 1.3, 30_000], ["mean", 1.5, 30_000]])("the ratio of a %s", (of, worse, most) => {
  test.each(SHAPES)("at the limit at most 5 %% are back and 5 %% are shown, %s", (name, shape) => {
    const at = runs({ of, control: shape(1), candidate: shape(LIMIT), most: 20_000 });
    const firstSafe = at.all.filter(({ harm, safe }) => safe !== null && (harm === null || safe < harm)).length / RUNS;
    rows.push(`${of} +20 %, ${name}: back ${percent(share(at.harm))}, shown ${percent(firstSafe)}`);
    expect(share(at.harm)).toBeLessThanOrEqual(FIVE);
    // Rounding moves what is exactly at the limit within it.
    if (!name.includes("steps")) expect(firstSafe).toBeLessThanOrEqual(FIVE);
  });

  test.each([0.3, 0.45, 0.6, 1, 1.5])("units until it is back, and until equal arms are shown, σ %d", (sigma) => {
    for (const [way, weights] of [["50/50", undefined], ["ramp", RAMP]] as const) {
      const traffic = { of, most, ...(weights !== undefined && { weights }) };
      const bad = runs({ ...traffic, control: lognormal(sigma), candidate: lognormal(sigma, worse) });
      const same = runs({ ...traffic, control: lognormal(sigma), candidate: lognormal(sigma) });
      const proven = bad.all.filter(({ harm, safe }) => safe !== null && (harm === null || safe < harm)).length / RUNS;
      rows.push(`${of} ×${worse}, σ ${sigma}, ${way}: back ${percent(share(bad.harm))}, four of five by ${units(ranked(bad.harm, 0.8))}, half by ${units(ranked(bad.harm, 0.5))}; shown all the same ${percent(proven)}; equal: shown in half by ${units(ranked(same.safe, 0.5))}, in nine of ten by ${units(ranked(same.safe, 0.9))}, back ${percent(share(same.harm))}`); // prettier-ignore
      expect(proven).toBeLessThanOrEqual(FIVE);
      expect(share(same.harm)).toBeLessThanOrEqual(FIVE);
      if (way === "50/50" && of === "p95" && sigma <= 0.6) expect(ranked(bad.harm, 0.8)).toBeLessThanOrEqual(sigma <= 0.45 ? 20_000 : 30_000);
      if (way === "50/50" && of === "mean") expect(ranked(bad.harm, 0.8)).toBeLessThanOrEqual(20_000);
    }
  });

  test.each(SHAPES)("its interval holds the truth at every look, %s", (name, shape) => {
    for (const n of [2000, 10_000]) {
      const truth = 1.1;
      const found = Array.from({ length: RUNS }, (_, i) => {
        const run = ratioRun({ of, control: shape(1), candidate: shape(truth), most: n, history: 10_000, seed: 31 * i + 5 });
        return ratioFound(run.batches, { of, limit: LIMIT }, run.settings, { harm: 0.025, safe: 0.025 }).bounds;
      });
      const covered = found.filter(([low, high]) => low <= truth && truth <= (high ?? Infinity)).length / RUNS;
      const width = ranked(found.map(([low, high]) => (high ?? Infinity) - low), 0.5);
      const boot = bootstrap(of, shape, truth, n);
      rows.push(`${of}, ${name}, n ${n}: covers ${percent(covered)}, width ${width.toFixed(2)}; bootstrap at this n alone: covers ${percent(boot.covered)}, width ${boot.width.toFixed(2)}`);
      expect(covered).toBeGreaterThanOrEqual(1 - FIVE);
    }
  });
}); // prettier-ignore

test.each([[0.3, 1], [1, 0.3], [0.6, 0.3]])("a candidate of another shape, σ %d → %d", (from, to) => {
  const same95 = (ratio: number) => lognormal(to, ratio * Math.exp(1.6448536 * (from - to)));
  for (const [ratio, history] of [[1.1, 0], [1.1, 10_000], [1.2, 0], [1.2, 10_000]] as const) {
    const { harm } = runs({ of: "p95", control: lognormal(from), candidate: same95(ratio), most: 20_000, history });
    rows.push(`p95 ×${ratio}, σ ${from} → ${to}, ${history} values known: back ${percent(share(harm))}`);
    if (ratio === 1.1) expect(share(harm)).toBeLessThanOrEqual(FIVE);
    else if (history > 0) expect(share(harm)).toBeLessThanOrEqual(0.25);
  }
}); // prettier-ignore

/** 95 % percentile intervals of the ratio, of as many values of each arm, as if nobody had looked before. */
function bootstrap(of: RatioTraffic["of"], shape: Shape, truth: number, n: number): { covered: number; width: number } {
  const found = Array.from({ length: RUNS }, (_, i) => {
    const random = seeded(77 * i + 3);
    const arm = (scale: number) => Array.from({ length: n / 2 }, () => shape(scale)(random)).sort((a, b) => a - b);
    const [control, candidate] = [arm(1), arm(truth)];
    const draws = Array.from({ length: 200 }, () => resampled(of, candidate, random) / resampled(of, control, random)).sort((a, b) => a - b); // prettier-ignore
    return [draws[5] as number, draws[194] as number] as const;
  });
  const covered = found.filter(([low, high]) => low <= truth && truth <= high).length / RUNS;
  return { covered, width: ranked(found.map(([low, high]) => high - low), 0.5) }; // prettier-ignore
}

/** The statistic of one resample: of a p95 by the place that it has then, of a mean by the normal that it comes to. */
function resampled(of: RatioTraffic["of"], sorted: readonly number[], random: () => number): number {
  const n = sorted.length;
  if (of === "p95") {
    const place = Math.round(0.95 * n + Math.sqrt(n * 0.95 * 0.05) * normal(random));
    return sorted[Math.min(n - 1, Math.max(0, place - 1))] as number;
  }
  const mean = sorted.reduce((sum, value) => sum + value, 0) / n;
  const variance = sorted.reduce((sum, value) => sum + (value - mean) ** 2, 0) / n;
  return mean + Math.sqrt(variance / n) * normal(random);
}

afterAll(() => {
  process.stdout.write(`${rows.join("\n")}\n`);
});
