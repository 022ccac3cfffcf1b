import type { Caps, FrozenCap, RolloutPlan } from "./schema.ts";

/** Values of the control before a cap is frozen. */
export const CAP_VALUES = 100;

const P95 = 0.95;

/**
 * The largest value that is still good: the control's p95 and the increase that is accepted. The candidate's p95 is above it exactly
 * when less than 95 % of its values are within it, so the share may fall from the control's to 95 %.
 * @param values of the control, at least one; @param maxIncrease as a share, at least 0
 */
export function freezeCap(values: readonly number[], maxIncrease: number): FrozenCap {
  const sorted = [...values].sort((a, b) => a - b);
  const p95 = sorted[Math.ceil(P95 * sorted.length) - 1] as number;
  const cap = p95 * (1 + maxIncrease);
  const within = sorted.filter((value) => value <= cap).length;
  // One value's worth of doubt: a share of exactly 1 would say that the control never exceeds it.
  const rate = within / (sorted.length + 1);
  return { cap, rate: Math.max(P95, rate), tolerance: Math.max(0, rate - P95) };
}

/** The caps a plan begins with: those somebody wrote down, and those its control's history is long enough for. */
export function firstCaps(plan: RolloutPlan, history: { latency: readonly number[]; cost: readonly number[] }): Caps {
  const first = (metric: "latency" | "cost") => {
    const wanted = plan.caps[metric];
    if (wanted === null) return null;
    if (wanted.cap !== null) return { cap: wanted.cap, rate: P95, tolerance: 0 };
    return history[metric].length < CAP_VALUES ? null : freezeCap(history[metric], wanted.maxIncrease);
  };
  return { latency: first("latency"), cost: first("cost") };
}
