import type { Db, Tx } from "../../state/store.ts";
import type { Row } from "../../state/tables.ts";

export type EvidenceRow = Row<"evidence">;

/** Within the caller's transaction; false when the store has it already. */
export async function insertEvidence(tx: Tx, row: EvidenceRow): Promise<boolean> {
  const inserted = await tx
    .insertInto("evidence")
    .values(row)
    .onConflict((same) => same.column("digest").doNothing())
    .returning("digest")
    .execute();
  return inserted.length > 0;
}

/** Documents on one content, in no order. */
export async function evidenceOf(db: Db, targetDigest: string): Promise<string[]> {
  const rows = await db.selectFrom("evidence").select("document").where("targetDigest", "=", targetDigest).execute();
  return rows.map(({ document }) => document);
}
