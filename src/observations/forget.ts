import type { Store, Tx } from "../state/store.ts";
import { blankDetails, blankUnit, forgetServed, openNaming, outcomesOf, rowsOfUnit, servedTo } from "./forget.store.ts";
import { knownBy } from "./known.ts";
import { saveOpen } from "./outcomes.store.ts";
import { openFrom, openRow } from "./rows.ts";

export interface Forgotten {
  /** Outcomes that say no more whom they were for; they stay, and so do all sums. */
  outcomes: number;
  /** Outcomes and exposures that an open rollout counts: forgotten when this is done again after it has ended. */
  waiting: number;
}

/**
 * Blanks what outcomes say of one person: user, session and task of those that were for that user, and the unit, of these and of all that have
 * the user as their unit; who was served what. Ids of outcomes and traces stay, so that a repeat is one. In transactions of some hundred rows:
 * interrupted, it can be done again. Throws STORE_FAILED, and the signal's reason.
 */
export async function forgetUser(store: Store, user: string, signal: AbortSignal): Promise<Forgotten> {
  const done: Forgotten = { outcomes: 0, waiting: (await outcomesOf(store.db, user, true)).length };
  for (let n = -1; n !== 0; done.outcomes += n) {
    signal.throwIfAborted();
    n = await store.inTransaction((tx) => forgetSome(tx, user));
  }
  for await (const rows of rowsOfUnit(store.db, user)) {
    signal.throwIfAborted();
    const free = rows.filter(({ isCounted }) => !isCounted);
    await store.inTransaction(async (tx) => {
      for (const { seq } of free) await blankUnit(tx, seq);
    });
    done.outcomes += free.length;
    done.waiting += rows.length - free.length;
  }
  done.outcomes += await forgetOpenUnits(store, user);
  done.waiting += await forgetExposures(store, user);
  return done;
}

async function forgetSome(tx: Tx, user: string): Promise<number> {
  const some = await outcomesOf(tx, user, false);
  for (const { environment, target, id, seq } of some) {
    await blankDetails(tx, { environment, target, id });
    if (seq !== null) await blankUnit(tx, seq);
    else await blankOpen(tx, { environment, target, id });
  }
  return some.length;
}

async function blankOpen(tx: Tx, { environment, target, id }: { environment: string; target: string; id: string }) {
  const outcome = (await knownBy(tx, { environment, target, ids: [id] })).get(id)?.outcome;
  if (outcome === undefined) return;
  delete outcome.fields.unit;
  delete outcome.knownAt.unit;
  await saveOpen(tx, [openRow(environment, target, id, outcome)]);
}

async function forgetOpenUnits(store: Store, unit: string): Promise<number> {
  const some = (await openNaming(store.db, unit)).filter((row) => openFrom(row).fields.unit === unit);
  await store.inTransaction(async (tx) => {
    for (const row of some) await blankOpen(tx, row);
  });
  return some.length;
}

async function forgetExposures(store: Store, unit: string): Promise<number> {
  const served = await servedTo(store.db, unit);
  const free = served.filter(({ isCounted }) => !isCounted);
  await store.inTransaction(async (tx) => {
    for (const each of free) await forgetServed(tx, unit, each);
  });
  return served.length - free.length;
}
