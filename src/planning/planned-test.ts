import type { Sides } from "../stats/planning/normal-test.ts";

/** How many of each arm; `units` is what is counted: observations of both arms, or cases. */
export interface Sizes {
  units: number;
  control: number;
  candidate: number;
  /** The formula asked for fewer than an approximation holds for. */
  raised?: boolean;
}

/** Clusters of a plan, and the test that judges them. */
interface PlannedClusters {
  /** In the runs. */
  now: number;
  /** That the cases of the plan come in. */
  planned: number;
  /** Fewer show nothing at all. */
  least: number;
  test: "sign-flip" | "clustered-t";
}

/** A comparison that can be planned: what it takes, what it sees. An effect is a difference, or a margin. */
export interface PlannedTest {
  method: string;
  unit: "observations" | "cases";
  sides: Sides;
  sizesFor: (effect: number) => Sizes;
  /** Splits that many units between the arms, in whole ones. */
  sizesOf: (units: number) => Sizes;
  power: (effect: number, sizes: Sizes) => number;
  /** Smallest effect that is seen with the planned power; null when none is. */
  smallest: (sizes: Sizes, direction: "down" | "up") => number | null;
  /** What so many cases come in; absent where they are not clustered. */
  clusters?: (sizes: Sizes) => PlannedClusters;
  /** The test's true level where outcomes are enumerated; such a test has no curve, it would take minutes. */
  falseAlarm?: (effect: number, sizes: Sizes) => number;
  /** True level of a test that is planned by an approximation; null where there are too many outcomes to enumerate. */
  exactSize?: (sizes: Sizes) => number | null;
}

/** n up to the next whole number, except for what rounding left above one. */
export function wholeUp(n: number): number {
  return Math.ceil(n - Math.min(1e-6, n * 1e-12));
}

/** Fewer than this a side (or cases) no normal approximation is worth planning with. */
export const LEAST_A_SIDE = 10;

/** Points of the power curve from 0 to twice the size, arms divided as these are. */
export function curveOf(test: PlannedTest, effect: number, sizes: Sizes): { n: number; power: number }[] {
  if (test.falseAlarm !== undefined) return [];
  const end = Math.max(10, 2 * sizes.units);
  return Array.from({ length: POINTS }, (_, i) => (end * (i + 1)) / POINTS).map((n) => ({
    n,
    power: test.power(effect, scaled(sizes, n)),
  }));
}

function scaled({ units, control, candidate }: Sizes, n: number): Sizes {
  return { units: n, control: (control * n) / units, candidate: (candidate * n) / units };
}

const POINTS = 40;
