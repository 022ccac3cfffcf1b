import { describe, expect, test } from "vitest";
import { pairedMoments } from "../comparison/metrics/moments.ts";
import { pairCases } from "../comparison/pairs/pair.ts";
import { arm, draw, rateOf, verdictOf, type World } from "../comparison/worlds.testing.ts";
import { normalQuantile } from "../stats/distributions/normal.ts";
import { seeded } from "../testing/seeded.ts";
import { pairedTest } from "./paired.ts";
import type { PlanRequest } from "./request.ts";

const REQUEST: PlanRequest = {
  ...{ baseline: undefined, mde: 0.1, margin: undefined, direction: "down", alpha: 0.05, power: 0.8, sides: undefined },
  ...{ allocation: undefined, method: "miller", n: undefined, control: undefined, candidate: undefined },
};

/** Clusters differ in how hard they are, and in how much harder they got. */
const fallen =
  (drop: number, spread: number): World["chances"] =>
  (random) => {
    const before = 0.75 + 0.25 * random();
    return [before, Math.max(0, before - drop + spread * (2 * random() - 1))];
  };

/** All alike before, and a change that is normal. */
const fallenNormally =
  (drop: number): World["chances"] =>
  (random) => {
    const after = 0.5 - drop / 2 + 0.12 * normalQuantile(Math.max(1e-12, random()));
    return [0.5 + drop / 2, Math.min(1, Math.max(0, after))];
  };

/**
 * Of six clusters all have to fall, so that the power is that of the one of them that does worst, and rests on the tail of the clusters'
 * means: where it is not normal, a point more or less in it is six of the power. Eight clusters and more forgive it.
 */
const allowed = (clusters: number) => (clusters < 8 ? 0.06 : 0.03);

/** What `stats power` promises of such clusters, from runs so long that nothing is left to chance. */
function promised(world: World, clusters: number): { power: number; drop: number } {
  const { clusterSize = 1 } = world;
  const long = { ...world, cases: 40_000 };
  const [before, after] = draw(long, seeded(5));
  const [control, candidate] = [arm(before, long), arm(after, long)];
  const moments = pairedMoments(pairCases(control, candidate), control, candidate);
  const drop = -(moments.difference ?? 0);
  const plan = pairedTest(REQUEST, moments);
  return { power: plan.power(drop, plan.sizesOf(clusters * clusterSize)), drop };
}

const WORLDS: [
  name: string,
  world: Omit<World, "cases" | "chances">,
  chances: (drop: number) => World["chances"],
  drops: Record<number, number>,
][] = [
  [
    "ten cases a cluster, one trial",
    { trials: 1, clusterSize: 10 },
    (drop) => fallen(drop, 0.3),
    { 5: 0.6, 6: 0.4, 8: 0.3, 10: 0.25, 12: 0.2, 20: 0.15 },
  ],
  [
    "five cases a cluster, one trial",
    { trials: 1, clusterSize: 5 },
    (drop) => fallen(drop, 0.3),
    { 5: 0.6, 6: 0.5, 8: 0.35, 10: 0.3, 12: 0.25, 20: 0.2 },
  ],
  [
    "ten cases a cluster, three trials",
    { trials: 3, clusterSize: 10 },
    (drop) => fallen(drop, 0.3),
    { 5: 0.6, 6: 0.35, 8: 0.25, 10: 0.2, 12: 0.18, 20: 0.12 },
  ],
  [
    "ten cases a cluster, whose changes are normal",
    { trials: 1, clusterSize: 10 },
    fallenNormally,
    { 5: 0.6, 6: 0.5, 8: 0.35, 10: 0.3, 12: 0.25, 20: 0.18 },
  ],
];

describe.each(WORLDS)(
  "%s: the power is what stats power promises, within 3 points (of six clusters within 6)",
  (name, world, chances, drops) => {
    test.each(Object.entries(drops).map(([clusters, drop]) => ({ clusters: Number(clusters), drop })))(
      "$clusters clusters",
      ({ clusters, drop }) => {
        const whole: World = { ...world, chances: chances(drop), cases: clusters * (world.clusterSize ?? 1) };
        const plan = promised(whole, clusters);
        const seen = rateOf(whole, 4000, 7, (arms) => verdictOf(whole, arms) === "worse");
        const percent = (share: number) => `${(share * 100).toFixed(1)} %`;
        process.stdout.write(
          `power, ${clusters} clusters of ${name}, −${percent(plan.drop)}: ${percent(seen)}, promised ${percent(plan.power)}\n`,
        );
        expect(Math.abs(seen - plan.power)).toBeLessThanOrEqual(allowed(clusters));
      },
    );
  },
);
