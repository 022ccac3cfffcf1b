import { batchInto } from "../state/batch.ts";
import { raw, rowsOf } from "../state/raw.ts";
import type { Tx } from "../state/store.ts";
import type { Row } from "../state/tables.ts";
import { type Ids, rowsBy } from "./by-ids.store.ts";

/** Whether any outcome of a target has another name: where none has, nothing need be looked for. */
export async function hasNames(tx: Tx, environment: string, target: string): Promise<boolean> {
  const any = `SELECT name FROM "outcomeNames" WHERE environment = $1 AND target = $2 LIMIT 1`;
  return (await rowsOf(tx, raw(any, environment, target))).length > 0;
}

/** By their names, the ids of outcomes that have several. */
export async function idsByName(tx: Tx, asked: Ids): Promise<Map<string, string>> {
  const rows = await rowsBy<Row<"outcomeNames">>(tx, `SELECT name, id FROM "outcomeNames" WHERE`, asked, "name");
  return new Map(rows.map(({ name, id }) => [name, id]));
}

export const saveNames = batchInto("outcomeNames", {
  columns: ["environment", "target", "name", "id"],
  key: ["environment", "target", "name"],
  onConflict: "replace",
});

/** The names that an outcome had are another's from now on. */
export async function moveNames(tx: Tx, { environment, target, ids }: Ids, to: string): Promise<void> {
  const move = `UPDATE "outcomeNames" SET id = $1 WHERE environment = $2 AND target = $3 AND id = $4`;
  for (const id of ids) await rowsOf(tx, raw(move, to, environment, target, id));
}
