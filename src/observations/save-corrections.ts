import type { Value } from "../state/raw.ts";
import type { Tx } from "../state/store.ts";
import type { Entry } from "./corrections.ts";
import { minuteOf } from "./exposure-token.ts";
import { detailsRow, saveDetails } from "./details.store.ts";
import { datedFrom, type Outcome } from "./merge.ts";
import type { OpenRollout } from "./observations.store.ts";
import {
  addCorrections,
  forgetOpen,
  insertLateBreaches,
  replaceObservations,
  saveOpen,
  unsettledAmong,
} from "./outcomes.store.ts";
import { addCorrectedAfter } from "./unsettled.store.ts";
import type { Rollups } from "./rollups.ts";
import { mergedRow, openRow } from "./rows.ts";
import { hasSameDetails, isSameRow } from "./same.ts";
import { NO_VERSION } from "./schema.ts";

/** Writes what became of ids that more than one line is of, and moves what was added up of them. */
export async function saveEntries(
  tx: Tx,
  environment: string,
  entries: readonly Entry[],
  sums: Rollups,
): Promise<void> {
  const whole: Value[][] = [];
  const open: Value[][] = [];
  const corrections: Value[][] = [];
  const details: Value[][] = [];
  for (const entry of entries) {
    const { target, id, was, outcome, seq, rollout, base } = entry;
    if (outcome === null) continue;
    const more = was !== null && hasSameDetails(was, outcome) ? null : detailsRow(environment, target, id, outcome);
    if (more !== null) details.push(more);
    if (was !== null && isSameRow(was, outcome) && entry.wasOpen === (seq === null)) continue;
    const dated = datedFrom(entry, outcome);
    if (seq === null || base === null || dated === null) {
      open.push(openRow(environment, target, id, outcome));
      continue;
    }
    whole.push(mergedRow(environment, dated, { seq, rollout, outcome }));
    const before = datedFrom(entry, base);
    if (before !== null && !isSameRow(base, outcome)) {
      sums.subtract(before);
      sums.add(dated);
    }
    if (entry.corrections > 0) corrections.push([seq, entry.corrections, ...countedAs(entry.late ?? base)]);
  }
  await replaceObservations(tx, whole);
  await saveOpen(tx, open);
  await saveDetails(tx, details);
  await addCorrections(tx, corrections);
  for (const [target, ids] of completedIn(entries)) await forgetOpen(tx, { environment, target, ids });
}

function countedAs({ fields: { version = NO_VERSION, latencyMs, costUsd }, shadow }: Outcome): Value[] {
  return [
    String(version),
    Number(shadow),
    ...[latencyMs, costUsd].map((value) => (value as number | undefined) ?? null),
  ];
}

function completedIn(entries: readonly Entry[]): Map<string, string[]> {
  const ids = new Map<string, string[]>();
  for (const { target, id, wasOpen, seq } of entries)
    if (wasOpen && seq !== null) ids.set(target, [...(ids.get(target) ?? []), id]);
  return ids;
}

/**
 * What corrections do to an open rollout, after its counts were saved: what it has counted stays, so that nobody can change what was decided
 * by; a breach of which one ends it does so whenever it comes to light. True where one did.
 */
export async function tellRollout(tx: Tx, rollout: OpenRollout, entries: readonly Entry[]): Promise<boolean> {
  const changed = entries.filter(({ target, corrections }) => target === rollout.target && corrections > 0);
  const counted = changed.filter((entry) => entry.rollout === rollout.seq && entry.late === null);
  const places = counted.map(({ seq, base }) => ({ observation: seq ?? 0, minute: minuteOf(base?.servedAt ?? "") }));
  const waiting = await unsettledAmong(tx, rollout.seq, places);
  const after = counted.filter(({ seq }) => !waiting.has(seq ?? 0));
  const n = after.reduce((sum, { corrections }) => sum + corrections, 0);
  if (n > 0) await addCorrectedAfter(tx, rollout.seq, n);
  const breaches = changed.flatMap(({ seq, lateBreach }): Value[][] =>
    lateBreach === null ? [] : [[rollout.seq, rollout.look, seq, lateBreach]],
  );
  await insertLateBreaches(tx, breaches);
  return breaches.length > 0;
}
