import type { Executor } from "../state/raw.ts";
import { addLook, type LookCounts } from "./evidence.ts";
import { judge, type Judged } from "./judge.ts";
import { settleMsOf } from "./late.ts";
import { arrivalsOf, dueAfter, isWorthALook, newsIn } from "./look.ts";
import { isOver } from "./state.ts";
import { MINUTE_MS, settles } from "./outcomes.ts";
import type { BreachRow, Rollout } from "./rollouts.store.ts";
import { allBreaches, lastLookAt, openCounts, outcomeAt } from "./stored.store.ts";
import { waitingOutcomes } from "./unsettled.store.ts";

type Judgeable = Pick<Rollout, "seq" | "look" | "plan" | "caps" | "evidence" | "state" | "createdAt">;

/** What is stored of a rollout, whether a look has counted it or not. */
export interface StoredNow<R> {
  /** Its evidence has all that was counted. */
  rollout: R;
  judged: Judged;
  /** Units that no look has counted. */
  unseen: number;
  due: Due | null;
}

/** A look is due; `overdueSince` is set where nobody took it for ten minutes in which outcomes arrived. */
export interface Due {
  overdueSince: string | null;
}

const OVERDUE_MS = 600_000;

/** Judges all that is stored, for readers; writes nothing. What ended a rollout is what its last look says. */
export async function storedNow<R extends Judgeable>(db: Executor, rollout: R): Promise<StoredNow<R>> {
  const [counts, breaches] = [await openCounts(db, rollout), await allBreaches(db, rollout)];
  const unseen = arrivalsOf(counts);
  if (isOver(rollout.state.phase)) {
    const seen = breaches.filter(({ look }) => look < rollout.look);
    return { rollout, judged: judge({ ...rollout, breaches: seen }), unseen, due: null };
  }
  const evidence = addLook(rollout.evidence, counts, rollout.plan, rollout.caps);
  const judged = judge({ ...rollout, evidence, breaches });
  return { rollout: { ...rollout, evidence }, judged, unseen, due: await dueFor(db, rollout, counts, breaches) };
}

async function dueFor(
  db: Executor,
  rollout: Judgeable,
  counts: LookCounts,
  breaches: readonly BreachRow[],
): Promise<Due | null> {
  const settledSince = await settledUncounted(db, rollout);
  if (settledSince !== null) return { overdueSince: settledSince };
  if (!isWorthALook(rollout, counts, breaches)) return null;
  const unseen = arrivalsOf(counts);
  const least = Math.min(unseen, dueAfter(newsIn(rollout.evidence)));
  // A unit that came again is an outcome more, so this one came later than the one that made it due, never before.
  const dueAt = await outcomeAt(db, rollout, Math.max(0, unseen - least));
  const newest = await outcomeAt(db, rollout, 0);
  if (dueAt === undefined || newest === undefined) return { overdueSince: null };
  const since = [dueAt, (await lastLookAt(db, rollout)) ?? rollout.createdAt].sort().at(-1) as string;
  return { overdueSince: Date.parse(newest) - Date.parse(since) >= OVERDUE_MS ? since : null };
}

/** When the first of those settled that nobody has counted yet, where outcomes arrived for ten minutes after it. */
async function settledUncounted(db: Executor, rollout: Judgeable): Promise<string | null> {
  if (!settles(rollout.plan)) return null;
  const { sinceMinute } = await waitingOutcomes(db, rollout);
  const newest = await outcomeAt(db, rollout, 0);
  if (sinceMinute === null || newest === undefined) return null;
  const settled = (sinceMinute + 1) * MINUTE_MS + settleMsOf(rollout.plan);
  return Date.parse(newest) - settled >= OVERDUE_MS ? new Date(settled).toISOString() : null;
}
