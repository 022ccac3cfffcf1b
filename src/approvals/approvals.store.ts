import type { Db, Tx } from "../state/store.ts";
import type { Row } from "../state/tables.ts";

export type ApprovalRow = Omit<Row<"approvals">, "id">;

type Content = Pick<ApprovalRow, "environment" | "target" | "version" | "digest">;

/** An approval, and what its audit event keeps of how the actor was known. */
export interface StoredApproval extends ApprovalRow {
  /** Of ssh, over the approval; who may sign is asked when it counts. */
  signature: string | null;
  /** `SHA256:…` */
  key: string | null;
}

export async function insertApproval(tx: Tx, row: ApprovalRow): Promise<void> {
  await tx.insertInto("approvals").values(row).execute();
}

/** Lets a later approval of the same actor stand for an earlier one, which the audit keeps. */
export async function replaceApproval(tx: Tx, { at, reason, auditEvent, ...of }: ApprovalRow): Promise<void> {
  const { environment, target, version, digest, actor } = of;
  await tx
    .updateTable("approvals")
    .set({ at, reason, auditEvent })
    .where("environment", "=", environment)
    .where("target", "=", target)
    .where("version", "=", version)
    .where("digest", "=", digest)
    .where("actor", "=", actor)
    .execute();
}

/** Of exactly this content, the first one first. */
export async function approvalsFor(
  db: Db,
  { environment, target, version, digest }: Content,
): Promise<StoredApproval[]> {
  const rows = await approvals(db, environment)
    .where("a.target", "=", target)
    .where("a.version", "=", version)
    .where("a.digest", "=", digest)
    .orderBy("a.id")
    .execute();
  return rows.map(stored);
}

/** In an environment, the newest first; of some targets only, when they are given. */
export async function listApprovals(
  db: Db,
  environment: string,
  targets?: readonly string[],
): Promise<StoredApproval[]> {
  const all = approvals(db, environment).orderBy("a.id", "desc");
  const rows = await (targets === undefined ? all : all.where("a.target", "in", targets)).execute();
  return rows.map(stored);
}

function approvals(db: Db, environment: string) {
  return db
    .selectFrom("approvals as a")
    .innerJoin("auditEvents as e", "e.id", "a.auditEvent")
    .select(["a.environment", "a.target", "a.version", "a.digest", "a.actor", "a.reason", "a.at", "a.auditEvent"])
    .select("e.after")
    .where("a.environment", "=", environment);
}

function stored({ after, ...row }: ApprovalRow & { after: string | null }): StoredApproval {
  const { signature = null, key = null } = JSON.parse(after ?? "{}") as Partial<StoredApproval>;
  return { ...row, signature, key };
}
