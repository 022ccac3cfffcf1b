import { ratioPoint } from "../stats/sequential/ratio.ts";
import type { Caps, FrozenLimit, FrozenCap, FrozenRatio, RolloutPlan } from "./schema.ts";

/** Values of the control before a cap is frozen, and before a ratio is judged: a p95 of fewer is not known well. */
export const CAP_VALUES = 100;
const RATIO_VALUES = 400;
/** Of which a limit is made at most, the newest. */
export const NEWEST_VALUES = 10_000;

const P95 = 0.95;

/**
 * The largest value that is still good: the control's p95 and the increase that is accepted. The candidate's p95 is above it exactly
 * when less than 95 % of its values are within it, so the share may fall from the control's to 95 %.
 * @param values of the control, at least one; @param maxIncrease as a share, at least 0
 */
function freezeCap(values: readonly number[], maxIncrease: number): FrozenCap {
  const sorted = [...values].sort((a, b) => a - b);
  const p95 = sorted[Math.ceil(P95 * sorted.length) - 1] as number;
  const cap = p95 * (1 + maxIncrease);
  const within = sorted.filter((value) => value <= cap).length;
  // One value's worth of doubt: a share of exactly 1 would say that the control never exceeds it.
  const rate = within / (sorted.length + 1);
  return { cap, rate: Math.max(P95, rate), tolerance: Math.max(0, rate - P95) };
}

/** What a plan wants to be frozen of one metric. */
export type Wanted = NonNullable<RolloutPlan["caps"]["latency" | "cost"]>;

/** Values of the control that it takes. */
export function valuesFor({ of }: Wanted): number {
  return of === undefined ? CAP_VALUES : RATIO_VALUES;
}

/** @param values of the control, at least one */
export function freeze({ of, maxIncrease }: Wanted, values: readonly number[]): FrozenLimit {
  if (of === undefined) return freezeCap(values, maxIncrease);
  const point = ratioPoint(of, values);
  return { point, limit: 1 + maxIncrease, prior: point.mean, values: values.length, after: 0 };
}

export function isRatio(frozen: FrozenLimit | null): frozen is FrozenRatio {
  return frozen !== null && "point" in frozen;
}

/** Whether a point is to be made anew: as many units of the control were counted since as it is made of values. */
export function isStale({ values, after }: FrozenRatio, controlUnits: number): boolean {
  return controlUnits - after >= values;
}

/** The point anew, from newer values; what bets begin with stays. */
export function refreeze(frozen: FrozenRatio, values: readonly number[], after: number): FrozenRatio {
  return { ...frozen, point: ratioPoint(frozen.point.of, values), values: values.length, after };
}

/** The caps a plan begins with: those somebody wrote down, and those its control's history is long enough for. */
export function firstCaps(plan: RolloutPlan, history: { latency: readonly number[]; cost: readonly number[] }): Caps {
  const first = (metric: "latency" | "cost") => {
    const wanted = plan.caps[metric];
    if (wanted === null) return null;
    if (wanted.cap !== null) return { cap: wanted.cap, rate: P95, tolerance: 0 };
    return history[metric].length < valuesFor(wanted) ? null : freeze(wanted, history[metric]);
  };
  return { latency: first("latency"), cost: first("cost") };
}
