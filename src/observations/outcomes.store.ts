import { batchInto, quoted } from "../state/batch.ts";
import { raw, rowsOf } from "../state/raw.ts";
import type { Tx } from "../state/store.ts";
import type { Row } from "../state/tables.ts";
import { type Ids, rowsBy } from "./by-ids.store.ts";
import type { Outcome } from "./merge.ts";
import { OBSERVATION } from "./observations.store.ts";
import { openFrom, type Stored, storedFrom } from "./rows.ts";

/** Outcomes that are stored whole, by id. */
export async function storedBy(tx: Tx, asked: Ids): Promise<Map<string, Stored>> {
  const columns = quoted(["seq", ...OBSERVATION]);
  const rows = await rowsBy<Row<"observations">>(tx, `SELECT ${columns} FROM observations WHERE`, asked);
  return new Map(rows.map((row) => [row.id, storedFrom(row)]));
}

/** Those of which nobody has said whether they were a success. */
export async function openBy(tx: Tx, asked: Ids): Promise<Map<string, Outcome>> {
  const rows = await rowsBy<Row<"openOutcomes">>(tx, `SELECT id, fields, "knownAt" FROM "openOutcomes" WHERE`, asked);
  return new Map(rows.map((row) => [row.id, openFrom(row)]));
}

/** Whether any outcome of a target is open: the rule is that none is, and then nothing need be looked for. */
export async function hasOpen(tx: Tx, environment: string, target: string): Promise<boolean> {
  const any = `SELECT id FROM "openOutcomes" WHERE environment = $1 AND target = $2 LIMIT 1`;
  return (await rowsOf(tx, raw(any, environment, target))).length > 0;
}

export async function forgetOpen(tx: Tx, asked: Ids): Promise<void> {
  await rowsBy(tx, `DELETE FROM "openOutcomes" WHERE`, asked);
}

/** Rows of `mergedRow`. */
export const replaceObservations = batchInto("observations", {
  columns: ["seq", ...OBSERVATION],
  key: ["seq"],
  onConflict: "replace",
});

/** Rows of `openRow`. */
export const saveOpen = batchInto("openOutcomes", {
  columns: ["environment", "target", "id", "fields", "knownAt"],
  key: ["environment", "target", "id"],
  onConflict: "replace",
});

/** How often, and as what it was counted first. */
export const addCorrections = batchInto("corrections", {
  columns: ["observation", "n", "version", "shadow", "latencyMs", "costUsd"],
  key: ["observation"],
  onConflict: "add",
  sums: ["n"],
});

export interface Place {
  minute: number;
  observation: number;
}

/** Of some outcomes of a rollout those that wait to settle: they are not counted yet. */
export async function unsettledAmong(tx: Tx, rollout: number, places: readonly Place[]): Promise<Set<number>> {
  const found = new Set<number>();
  const any = await rowsOf(tx, raw("SELECT minute FROM unsettled WHERE rollout = $1 LIMIT 1", rollout));
  if (any.length === 0) return found;
  const one = "SELECT observation FROM unsettled WHERE rollout = $1 AND minute = $2 AND observation = $3";
  for (const { minute, observation } of places)
    if ((await rowsOf(tx, raw(one, rollout, minute, observation))).length > 0) found.add(observation);
  return found;
}

/** A breach that a correction brought to light, in the look that is open. */
export const insertLateBreaches = batchInto("breaches", {
  columns: ["rollout", "look", "observation", "kind"],
  key: ["rollout", "look", "observation"],
  onConflict: "replace",
});
