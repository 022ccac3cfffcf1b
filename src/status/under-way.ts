import type { Executor } from "../state/raw.ts";
import type { ServedTarget } from "./schema.ts";
import type { RolloutState } from "../rollout/next.ts";
import type { RolloutPlan } from "../rollout/schema.ts";
import { type LatestRollout, readLastLook } from "./overview.store.ts";

type UnderWay = NonNullable<ServedTarget["rollout"]>;
type Guardrails = NonNullable<UnderWay["look"]>["guardrails"];

/** The newest rollout of a target; `shown` where it is not over. */
export interface Newest extends LatestRollout {
  since: string;
  shown: UnderWay | null;
}

/** Adds what only the stored state and the last look know. Throws what the store throws, and what JSON.parse does. */
export async function newestRollout(db: Executor, row: LatestRollout): Promise<Newest> {
  const state = JSON.parse(row.state) as RolloutState;
  return { ...row, since: state.since, shown: row.endedAt === null ? await underWay(db, row, state) : null };
}

/** For one screen: where it is, and what its last look found. */
async function underWay(db: Executor, row: LatestRollout, state: RolloutState): Promise<UnderWay> {
  const { id, control, candidate, phase, weight, createdAt } = row;
  const plan = JSON.parse(row.plan) as RolloutPlan;
  const look = await readLastLook(db, row.seq);
  return {
    id,
    control,
    candidate,
    phase,
    weight,
    step: state.step,
    steps: plan.steps,
    since: state.pausedAt ?? state.since,
    startedAt: createdAt,
    look: look === undefined ? null : { at: look.at, verdict: look.verdict, guardrails: seenIn(look.analysis, plan) },
  };
}

/** A look keeps natural logarithms of the largest e-values; a floor is compared with nobody and stays out. */
function seenIn(analysis: string, { guardrails, alpha, safeAlpha }: RolloutPlan): Guardrails {
  const stored = JSON.parse(analysis) as { guardrails?: { name: string; harm: number; safe: number | null }[] };
  return (stored.guardrails ?? []).flatMap(({ name, harm, safe }) => {
    if (safe === null) return [];
    const seen = { harmE: cut(harm), safeE: cut(safe) };
    return [{ name, ...seen, harmThreshold: guardrails.length / alpha, safeThreshold: 1 / safeAlpha }];
  });
}

/** JSON has no infinity. */
function cut(log: number): number {
  return Math.exp(Math.min(log, 690));
}
