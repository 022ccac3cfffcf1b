import type { Db, Tx } from "../state/store.ts";
import type { Row } from "../state/tables.ts";

export type ApprovalRow = Omit<Row<"approvals">, "id">;

type Content = Pick<ApprovalRow, "environment" | "target" | "version" | "digest">;

export async function insertApproval(tx: Tx, row: ApprovalRow): Promise<void> {
  await tx.insertInto("approvals").values(row).execute();
}

/** Of exactly this content, the first one first. */
export function approvalsFor(db: Db, { environment, target, version, digest }: Content): Promise<ApprovalRow[]> {
  return db
    .selectFrom("approvals")
    .selectAll()
    .where("environment", "=", environment)
    .where("target", "=", target)
    .where("version", "=", version)
    .where("digest", "=", digest)
    .orderBy("id")
    .execute();
}

/** In an environment, the newest first; of some targets only, when they are given. */
export async function listApprovals(db: Db, environment: string, targets?: readonly string[]): Promise<ApprovalRow[]> {
  const all = db.selectFrom("approvals").selectAll().where("environment", "=", environment).orderBy("id", "desc");
  return (targets === undefined ? all : all.where("target", "in", targets)).execute();
}
