import type { Place } from "../core/refs.ts";
import type { Tx } from "../state/store.ts";
import { Changed } from "../state/transaction.ts";
import { detail, type Known } from "./known.ts";
import { datedFrom, merged, mergedWith, type Outcome, outcomeOf } from "./merge.ts";
import type { Folded } from "./names.ts";
import type { OpenRollout } from "./observations.store.ts";
import { hasOpen, openBy, storedBy } from "./outcomes.store.ts";
import { asStored } from "./rows.ts";
import { countsTheSame, saysTheSame } from "./same.ts";
import { type Dated, type DatedLine, NO_VERSION } from "./schema.ts";

/** A line, and the number of the row that was made of it: null where its id had one, undefined where it says no success. */
export interface Arrived {
  observation: DatedLine;
  seq: number | null | undefined;
}

/** An id that more than one line is of. */
export interface Entry {
  target: string;
  id: string;
  /** As it was in the store before these lines, open or whole. */
  was: Outcome | null;
  wasOpen: boolean;
  /** What its lines say by now. */
  outcome: Outcome | null;
  /** Of its row, once it is known whether it was a success; and the rollout that it is counted for. */
  seq: number | null;
  rollout: number | null;
  /** As it was counted, or was before these lines. */
  base: Outcome | null;
  /** As a rollout counted it later than it was stored: when somebody said its version. */
  late: Outcome | null;
  /** Lines that changed it after it was counted. */
  corrections: number;
  /** The critical breach that one of them brought to light. */
  lateBreach: string | null;
}

export type Entries = ReadonlyMap<string, Entry>;

export function keyOf({ target, id }: Pick<DatedLine, "target" | "id">): string {
  return `${target} ${id}`;
}

/**
 * Ids of which the store has something, or several lines came: all that is not as simple as a new row. To be asked under the lock of the
 * targets, after new rows were written.
 */
export async function entriesFor(tx: Tx, environment: string, arrived: readonly Arrived[]): Promise<Entries> {
  const entries = new Map<string, Entry>();
  for (const target of new Set(arrived.map(({ observation }) => observation.target))) {
    const isAnyOpen = await hasOpen(tx, environment, target);
    const its = arrived.filter(({ observation }) => observation.target === target);
    if (!isAnyOpen && its.every(({ seq }) => typeof seq === "number")) continue;
    for (const entry of await entriesOf(tx, { environment, target }, its, isAnyOpen)) entries.set(keyOf(entry), entry);
  }
  return entries;
}

async function entriesOf(tx: Tx, place: Place, arrived: readonly Arrived[], isAnyOpen: boolean): Promise<Entry[]> {
  const open = isAnyOpen
    ? await openBy(tx, { ...place, ids: [...new Set(arrived.map(({ observation }) => observation.id))] })
    : new Map<string, Outcome>();
  const ids = new Set(open.keys());
  const made = new Set<string>();
  for (const { observation, seq } of arrived)
    if (typeof seq === "number") made.add(observation.id);
    else ids.add(observation.id);
  const elsewhere = [...ids].filter((id) => !made.has(id) && !open.has(id));
  const known = new Map<string, Omit<Known, "id">>(await storedBy(tx, { ...place, ids: elsewhere }));
  for (const [id, outcome] of open) known.set(id, { outcome, seq: null, rollout: null });
  await detail(tx, place, known);
  return [...ids].map((id) => entryOf(place.target, id, known.get(id)));
}

function entryOf(target: string, id: string, known: Omit<Known, "id"> | undefined): Entry {
  const { outcome: was = null, seq = null, rollout = null } = known ?? {};
  return {
    ...{ target, id, was, wasOpen: was !== null && seq === null, outcome: was },
    ...{ seq, rollout, base: seq === null ? null : was, late: null },
    ...{ corrections: 0, lateBreach: null },
  };
}

/** What was known of outcomes that turned out to be one. */
export function foldIn(entries: Entries, folded: readonly Folded[]): void {
  for (const { target, into, outcome } of folded) {
    const entry = entries.get(keyOf({ target, id: into }));
    if (entry?.outcome == null) throw new Changed("an outcome is gone");
    const before = entry.outcome;
    const all = mergedWith(before, outcome);
    entry.outcome = entry.seq === null ? all : asStored(all);
    if (entry.seq !== null && !countsTheSame(before, entry.outcome)) entry.corrections += 1;
  }
}

/** What a line did: its id is new, it was completed, it was changed, or nothing was. */
export type Effect = "recorded" | "completed" | "corrected" | "repeated";

/** Takes one more line of an entry, in the order they came; `store` is told of an outcome that is known for the first time. */
export function takeLine(
  entry: Entry,
  { observation: line, seq }: Arrived,
  store: (dated: Dated, seq: number) => void,
): Effect {
  const { outcome: before, seq: row } = entry;
  const all = before === null ? outcomeOf(line) : merged(before, line);
  const outcome = row === null ? all : asStored(all);
  entry.outcome = outcome;
  if (row !== null && before !== null && !countsTheSame(before, outcome)) entry.corrections += 1;
  const dated = row === null ? datedFrom(entry, outcome) : null;
  if (dated !== null) {
    // Whoever had the row when this one was to be written has deleted it since.
    if (typeof seq !== "number") throw new Changed("an outcome is gone");
    store(dated, seq);
    entry.seq = seq;
    entry.outcome = entry.base = asStored(outcome);
  }
  if (before === null) return "recorded";
  if (dated !== null) return "completed";
  return saysTheSame(before, outcome) ? "repeated" : "corrected";
}

/** Whether a line says another version or unit than what is known under its id, which names one answer. */
export function moves(before: Outcome | null, { version, unit }: Pick<DatedLine, "version" | "unit">): boolean {
  if (before === null) return false;
  const { version: known, unit: its } = before.fields;
  return (
    (known !== undefined && version !== NO_VERSION && known !== version) ||
    (its !== undefined && unit !== undefined && its !== unit)
  );
}

/** The kind of a breach of the candidate of which one ends the rollout; null where it is none. */
export function criticalBreach(outcome: Outcome | null, { candidate, plan }: OpenRollout): string | null {
  const { version, safe, breach = "unspecified" } = outcome?.fields ?? {};
  if (version !== candidate || safe !== false) return null;
  return plan.critical === "any" || plan.critical.includes(String(breach)) ? String(breach) : null;
}
