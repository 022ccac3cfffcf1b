import type { CompiledQuery } from "kysely";
import type { Place } from "../core/refs.ts";
import { type Executor, raw, rowsOf } from "./raw.ts";

/** What every operator's change decides on: one after the other, so that their audit events make a chain. */
export const OPERATORS = "operators";

/** What is served at one place and what is counted for it. */
export function lockOf({ environment, target }: Place): string {
  return `${environment}/${target}`;
}

/** For a change of what is served at a place. */
export function operatorLocks(place: Place): { locks: readonly string[] } {
  return { locks: [OPERATORS, lockOf(place)] };
}

/** A query that takes locks within a transaction, for work that is `lockedAlone`: what it reads after them is as it is then. */
export interface LockQuery extends CompiledQuery<boolean> {
  locks: readonly string[];
}

export function isLock(query: CompiledQuery): query is LockQuery {
  return "locks" in query;
}

/** Waits for the locks, until the transaction ends; false where nobody can have been before: a file has one writer at a time. */
export async function lockNow(tx: Executor, names: readonly string[]): Promise<boolean> {
  const locks = [...new Set(names)].sort();
  const query: LockQuery = { ...raw<boolean>("lock"), locks };
  return (await rowsOf(tx, query))[0] === true;
}
