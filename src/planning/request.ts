import { AgentopsError } from "../core/errors.ts";
import type { Sides } from "../stats/planning/normal-test.ts";

/** What somebody asks of a plan; undefined where they said nothing. Shares are in 0–1. */
export interface PlanRequest {
  baseline: number | undefined;
  mde: number | undefined;
  margin: number | undefined;
  direction: "down" | "up";
  alpha: number;
  power: number;
  sides: Sides | undefined;
  allocation: number | undefined;
  method: string | undefined;
  /** Observations in all, or cases. */
  n: number | undefined;
  control: number | undefined;
  candidate: number | undefined;
}

export function refuse(message: string, hint?: string): never {
  throw new AgentopsError("USAGE", message, { hint });
}

/** The method asked for, or the first of those that apply. Throws USAGE with the list. */
export function chosenMethod<M extends string>(asked: string | undefined, methods: readonly [M, ...M[]]): M {
  if (asked === undefined) return methods[0];
  return (
    methods.find((m) => m === asked) ?? refuse(`--method ${asked} does not apply here`, `one of ${methods.join(", ")}`)
  );
}

/** What a plan looks for: a difference, or the margin it must stay within. Throws USAGE when it is missing or both. */
export function effectOf({ mde, margin }: PlanRequest): number {
  if (mde !== undefined && margin !== undefined) {
    refuse("--mde and --margin exclude each other: --margin plans for a candidate that is as good as the control");
  }
  return (
    margin ?? mde ?? refuse("say what to look for: --mde 0.05 (a drop of 5 points) or --margin 0.03 (not worse by 3)")
  );
}

/** One- or two-sided; a margin is one-sided by its nature. Throws USAGE when they do not fit. */
export function sidesOf({ sides, margin, alpha, power }: PlanRequest): Sides {
  if (margin !== undefined && sides === 2) refuse("--margin is one-sided: it asks only whether the candidate is worse");
  const chosen = margin === undefined ? (sides ?? 2) : 1;
  if (power <= alpha / chosen) refuse(`--power ${power} is no more than chance gives at --alpha ${alpha}`);
  return chosen;
}
