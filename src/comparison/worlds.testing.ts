import type { RunRow } from "../evals/run/runs.store.ts";
import { seeded } from "../testing/seeded.ts";
import { plainArm } from "./metrics/arms.testing.ts";
import { judgeMetrics } from "./metrics/judged.ts";
import { measureMetrics } from "./metrics/measured.ts";
import { pairCases } from "./pairs/pair.ts";
import type { RunColumns } from "./pairs/run-columns.ts";
import { tolerancesOf } from "./tolerances.ts";
import { overallVerdict } from "./verdict.ts";

/** What runs are drawn from. */
export interface World {
  cases: number;
  trials: number;
  /** Chance of success of a case in control and candidate. */
  chances: (random: () => number) => [number, number];
  /** Cases of one cluster share their chances. */
  clusterSize?: number;
}

/** An arm as a run would be read, with nothing but successes. */
export function arm(successes: number[], { cases, trials, clusterSize = 1 }: World): RunColumns {
  const clusters = successes.map((_, i) => (clusterSize === 1 ? null : `k${Math.floor(i / clusterSize)}`));
  const success = { n: new Float64Array(cases).fill(trials), total: Float64Array.from(successes) };
  return { ...plainArm(cases, clusters), run: { trials } as RunRow, success };
}

/** One comparison of a world; both arms as counts of successes per case. */
export function draw(world: World, random: () => number): [number[], number[]] {
  const arms: [number[], number[]] = [[], []];
  let chances: [number, number] = [0, 0];
  for (let i = 0; i < world.cases; i++) {
    if (i % (world.clusterSize ?? 1) === 0) chances = world.chances(random);
    for (const side of [0, 1] as const) {
      let passed = 0;
      for (let t = 0; t < world.trials; t++) if (random() < chances[side]) passed += 1;
      arms[side].push(passed);
    }
  }
  return arms;
}

const TOLERANCES = tolerancesOf({});

/** As `diff` and `gate` judge. */
export function verdictOf(world: World, [before, after]: [number[], number[]]): string {
  const [control, candidate] = [arm(before, world), arm(after, world)];
  const pairs = pairCases(control, candidate);
  return overallVerdict(
    judgeMetrics(measureMetrics({ pairs, control, candidate, tolerances: TOLERANCES, scorers: [] })),
  );
}

/** Share of so many comparisons of a world that alarm. */
export function rateOf(
  world: World,
  repetitions: number,
  seed: number,
  alarms: (arms: [number[], number[]]) => boolean,
): number {
  const random = seeded(seed);
  let count = 0;
  for (let r = 0; r < repetitions; r++) if (alarms(draw(world, random))) count += 1;
  return count / repetitions;
}
