import type { Place } from "../core/refs.ts";

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
