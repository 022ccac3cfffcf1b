import { lowerMeanBound } from "../stats/sequential/mean-bound.ts";
import type { FloorNow } from "./guards.schema.ts";
import type { Guardrail } from "./schema.ts";

/** Fewer outcomes of the control say too little, to bet by and to cap a floor with. */
export const LEAST_KNOWN = 50;
const ALPHA = 0.05;

/** Outcomes of the control that were counted in a rollout so far, and those of them at the last weight. */
export interface ControlSeen {
  harm: { control: Sum };
  latest?: Sum;
}
type Sum = { n: number; sum: number };

/**
 * The floor that holds for what comes next: as written, or at most the lower 95 % bound of the control's rate less the margin. Null where
 * none was asked for, where too little of the control is known (it waits), or where the control leaves nothing to ask for.
 */
export function inForce(guardrail: Guardrail, seen: ControlSeen | undefined): number | null {
  const { floor, capped, margin } = guardrail;
  if (floor === null || capped !== true) return floor;
  const known = knownOf(guardrail, seen);
  if (known === null) return null;
  const cap = Math.min(floor, lowOf(known) - margin);
  return cap > 0 ? cap : null;
}

/**
 * The control beside the candidate says more than what it was before, which may be of another season. Where it fell since the first
 * step, all of the rollout would promise what it no longer gives: of all and the last weight, what is known to be less.
 */
function knownOf({ history }: Guardrail, seen: ControlSeen | undefined): { n: number; good: number } | null {
  const sums = seen === undefined ? [] : [seen.harm.control, ...(seen.latest === undefined ? [] : [seen.latest])];
  const [least] = sums
    .filter(({ n }) => n >= LEAST_KNOWN)
    .map(({ n, sum }) => ({ n, good: Math.min(sum, n) }))
    .sort((a, b) => lowOf(a) - lowOf(b));
  return least ?? history ?? null;
}

/** Downwards to four digits: another machine's logarithm has another last one. */
function lowOf({ n, good }: { n: number; good: number }): number {
  return Math.floor(lowerMeanBound(n, good, ALPHA) * 10_000) / 10_000;
}

/** The same for a reader, of the guardrail of success; null without one. */
export function floorOf(guardrails: readonly Guardrail[], seen: ControlSeen | undefined): FloorNow | null {
  const success = guardrails.find(({ name }) => name === "success");
  if (success === undefined || success.floor === null) return null;
  const known = knownOf(success, seen);
  return {
    configured: success.floor,
    capped: success.capped === true,
    inForce: inForce(success, seen),
    margin: success.margin,
    control: known === null ? null : { n: known.n, rate: known.good / known.n, ci95: boundsOf(known) },
  };
}

function boundsOf({ n, good }: { n: number; good: number }): [number, number] {
  return [lowOf({ n, good }), Number((1 - lowOf({ n, good: n - good })).toFixed(4))];
}

/** Whether a floor as written is shown to be above what the control reaches: a candidate like it will be taken back. */
export function isOutOfReach({ capped, configured, control }: FloorNow): boolean {
  return !capped && control !== null && control.ci95[1] < configured;
}
