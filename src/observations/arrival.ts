import { METRICS, type Metric } from "../rollout/metrics.ts";
import type { UnitRow } from "./observations.store.ts";

/** Equal cases must share a tally, whatever their rounding. */
const PRECISION = 1e12;

/** The look of a unit that was served and whose outcome is not known yet: it counts in the look that is open when it is. */
export const OPEN = 0;
/** And of one whose outcome will not count. */
export const GONE = -1;

export function rounded(weight: number): number {
  return Math.round(weight * PRECISION) / PRECISION;
}

/** A request as far as counting goes: who was served what, at which weight, and how good it was. */
export interface Request {
  weight: number;
  candidate: boolean;
  look: number;
  /** In [0, 1] where that metric was observed and can be judged. */
  outcomes: Partial<Record<Metric, number>>;
  /** Of metrics that are compared as a ratio the candidate's value, in multiples of the limit; null of the control. */
  multiples?: Partial<Record<Metric, number | null>>;
}

/** Units and sums of their outcomes, of one metric in one arm at one weight. */
export interface Sums {
  n: number;
  sum: number;
  squares: number;
}

/**
 * A unit's row after a request, counted as a new arrival or averaged into the arrival it belongs to; null when the request does not
 * count.
 *
 * A unit is an arrival once at each weight, with the probability to be the candidate's that it had then, given what is known of it. One
 * that was the control's at a weight m has its bucket in [m, 1), so at w > m it is the candidate's with probability (w − m)/(1 − m). One
 * that was the candidate's would be so again for sure: nothing to compare. What comes after a look was closed would change an outcome that
 * was judged already.
 */
export function arrive(seen: UnitRow | undefined, request: Request): UnitRow | null {
  if (seen === undefined) return fresh(request, request.weight);
  if (request.weight === seen.seenAt) {
    if (seen.candidate !== Number(request.candidate)) return null;
    if (seen.look === OPEN) return { ...seen, look: request.look };
    return seen.look === request.look ? seen : null;
  }
  if (request.weight < seen.seenAt || seen.candidate === 1) return null;
  const { hour, hourN, hourGood, beforeN, beforeGood } = seen;
  const drawn = fresh(request, rounded((request.weight - seen.seenAt) / (1 - seen.seenAt)));
  return { ...drawn, hour, hourN, hourGood, beforeN, beforeGood };
}

const NONE = {
  ...{ n: 0, success: 0, latencyN: 0, latency: 0, costN: 0, cost: 0, safetyN: 0, safety: 0, exposed: 0, minute: null },
  ...{ hour: null, hourN: 0, hourGood: 0, beforeN: 0, beforeGood: 0 },
};

/** A unit that was the candidate's for sure, and is in no tally. */
export const CERTAIN: Omit<UnitRow, "look"> = { seenAt: 1, weight: 1, candidate: 1, ...NONE };

function fresh({ look, weight: seenAt, candidate }: Request, weight: number): UnitRow {
  return { look, seenAt, weight, candidate: Number(candidate), ...NONE };
}

const COUNTS = { success: "n", latency: "latencyN", cost: "costN", safety: "safetyN" } as const;

/**
 * Adds a request's outcomes to its unit in place; each metric's sums change by the difference of the unit's mean. Of values that are
 * compared as a ratio a unit's first one counts alone, so that what is known of each is one value: `first` takes it.
 */
export function addOutcomes(
  unit: UnitRow,
  { outcomes, multiples = {} }: Request,
  sums: Record<Metric, Sums>,
  first: (metric: Metric, multiple: number) => void = () => {},
): void {
  for (const metric of METRICS) {
    const outcome = outcomes[metric];
    if (outcome === undefined) continue;
    const count = COUNTS[metric];
    const multiple = multiples[metric];
    if (multiple !== undefined && unit[count] > 0) continue;
    if (multiple != null) first(metric, multiple);
    const total = sums[metric];
    const before = unit[count] === 0 ? 0 : unit[metric] / unit[count];
    // A unit is counted once.
    if (unit[count] === 0) total.n += 1;
    unit[count] += 1;
    unit[metric] += outcome;
    const after = unit[metric] / unit[count];
    total.sum += after - before;
    total.squares += after * after - before * before;
  }
}
