import { eValue } from "../stats/sequential/e-value.ts";
import type { Executor } from "../state/raw.ts";
import type { ServedTarget } from "./schema.ts";
import { openShares } from "../rollout/arrivals.store.ts";
import { outcomesWait } from "../rollout/late.ts";
import { latenessOf } from "../rollout/late.store.ts";
import { cohortsIn } from "../rollout/cohorts.ts";
import { cohortAt } from "../rollout/state.ts";
import type { Rollout } from "../rollout/rollouts.store.ts";
import { acknowledgedBy } from "../rollout/stored.store.ts";
import { storedNow, type StoredNow } from "../rollout/stored.ts";
import { type LatestRollout, readLastLook } from "./overview.store.ts";

type UnderWay = NonNullable<ServedTarget["rollout"]>;

/** The newest rollout of a target; `shown` where it is not over. */
export interface Newest extends LatestRollout {
  since: string;
  shown: UnderWay | null;
  overdueSince: string | null;
  acknowledged: boolean;
}

/** Adds what only the stored state and its counts know. Throws what the store throws, and what JSON.parse does. */
export async function newestRollout(db: Executor, row: LatestRollout, at: Date): Promise<Newest> {
  const state = JSON.parse(row.state) as Rollout["state"];
  const { since } = state;
  const acknowledged = (await acknowledgedBy(db, row, since)) !== null;
  if (row.endedAt !== null) return { ...row, since, shown: null, overdueSince: null, acknowledged };
  const [plan, evidence, caps] = [row.plan, row.evidence, row.caps].map((text) => JSON.parse(text) as unknown) as [
    Rollout["plan"],
    Rollout["evidence"],
    Rollout["caps"],
  ];
  const now = await storedNow(db, { ...row, plan, evidence, caps, state });
  const shown = await underWay(db, row, now, at);
  return { ...row, since, shown, overdueSince: shown.overdueSince, acknowledged };
}

/** For one screen: where it is, and what is stored of each arm. */
async function underWay(
  db: Executor,
  row: LatestRollout,
  { rollout: { state, plan, evidence }, judged, unseen, due }: StoredNow<Pick<Rollout, "state" | "plan" | "evidence">>,
  at: Date,
): Promise<UnderWay> {
  const { seq, id, control, candidate, phase, weight, createdAt } = row;
  const late = await latenessOf(db, { ...row, state, plan }, at.toISOString());
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
    look: (await readLastLook(db, seq)) ?? null,
    verdict: judged.verdict,
    cohort: cohortAt(state, plan),
    cohorts: cohortsIn({ state, plan, evidence }),
    guardrails: judged.guardrails
      .filter(({ verdict }) => verdict !== "unmeasured")
      .map(({ name, control, candidate, peaks, harmThreshold, safeThreshold, verdict }) => {
        const safeE = peaks.safe === null ? null : eValue(peaks.safe);
        return { name, control, candidate, harmE: eValue(peaks.harm), harmThreshold, safeE, safeThreshold, verdict };
      }),
    unseen,
    unknown: await unknownOf(db, seq, at),
    settleMs: plan.outcomes?.settleMs ?? 0,
    lacksOutcomes: outcomesWait(plan, late, 0) !== null,
    overdueSince: due?.overdueSince ?? null,
  };
}

/** A sum of what is known says little where most is not. */
async function unknownOf(db: Executor, seq: number, now: Date): Promise<UnderWay["unknown"]> {
  const { control, candidate } = await openShares(
    db,
    { seq },
    { olderThanMinute: Math.floor(now.getTime() / 60_000) + 1 },
  );
  if (control.exposed + candidate.exposed === 0) return null;
  const of = ({ exposed, open }: typeof control) => ({ exposed, unknown: Math.max(0, open) });
  return { control: of(control), candidate: of(candidate) };
}
