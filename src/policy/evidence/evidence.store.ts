import type { Sqlite } from "../../state/connection.ts";
import type { Database } from "../../state/tables.ts";

export type EvidenceRow = Database["evidence"];

/** Within the caller's transaction; false when the store has it already. */
export function insertEvidence(sqlite: Sqlite, row: EvidenceRow): boolean {
  const { changes } = sqlite
    .prepare(
      "INSERT INTO evidence (digest, target, targetDigest, suite, verdict, document, source, actor, importedAt) VALUES (@digest, @target, @targetDigest, @suite, @verdict, @document, @source, @actor, @importedAt) ON CONFLICT DO NOTHING",
    )
    .run(row);
  return changes > 0;
}

/** Documents on one content, in no order. */
export function evidenceOf(sqlite: Sqlite, targetDigest: string): string[] {
  return sqlite
    .prepare<[string], string>("SELECT document FROM evidence WHERE targetDigest = ?")
    .pluck()
    .all(targetDigest);
}
