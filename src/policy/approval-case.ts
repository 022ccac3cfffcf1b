import { approvalSigner } from "../approvals/signature.ts";
import { approvalsFor, type StoredApproval } from "../approvals/approvals.store.ts";
import type { Mailmap } from "../core/mailmap.ts";
import { AgentopsError } from "../core/errors.ts";
import type { Project } from "../core/project.ts";
import type { ChangeKind } from "../core/release-config.schema.ts";
import { findRepo } from "../registry/git/repo.ts";
import { committedSigners } from "../registry/signing/signers.ts";
import { filesAround } from "../registry/versions/around.ts";
import { type PreparedRelease, publishersOf } from "../serving/release.ts";
import { currentStable, findRelease } from "../serving/serving.store.ts";
import type { Db } from "../state/store.ts";
import type { ApprovalFacts, Approver } from "./approvals.ts";
import { changedKinds, type Contents, ownersOf } from "./changed.ts";
import type { Rules } from "./rules.ts";

/** What approvals are judged by, as far as git and ssh say it: read before the store's lock is taken. */
export interface ApprovalCase {
  mailmap: Mailmap;
  /** Who signed, by the approval's audit event; what came later is not signed yet. */
  signers: ReadonlyMap<number, Approver["signer"]>;
  /** The version that it was compared with; undefined where nothing was. */
  servedBefore: string | null | undefined;
  changed: readonly ChangeKind[];
  owners: readonly string[];
}

/** Throws USAGE without ssh-keygen, where signatures are asked for. */
export async function openApprovalCase(
  { project, db }: { project: Project; db: Db },
  prepared: PreparedRelease,
  { environment, rules, mailmap }: { environment: string; rules: Rules["approvals"]; mailmap: Mailmap },
): Promise<ApprovalCase> {
  const bare = { mailmap, signers: new Map(), servedBefore: undefined, changed: [], owners: [] };
  if (rules.count === 0) return bare;
  const compared = rules.by.length === 0 ? {} : await compare(project, db, prepared, environment);
  return {
    ...bare,
    signers: await signersOf(project, db, prepared, environment),
    ...compared,
  };
}

/** The rest, under the lock. Throws CONCURRENT_CHANGE where another version is served since. */
export async function approvalFacts(
  db: Db,
  prepared: PreparedRelease,
  environment: string,
  { signers, servedBefore, ...known }: ApprovalCase,
): Promise<ApprovalFacts> {
  const { address: target, version, digest } = prepared;
  const served = (await currentStable(db, environment, target))?.version ?? null;
  if (servedBefore !== undefined && servedBefore !== served)
    throw new AgentopsError(
      "CONCURRENT_CHANGE",
      `${target}@${served ?? "nothing"} is served in ${environment} since a moment ago`,
      {
        hint: "run the command again: it is compared with what is served",
      },
    );
  const approvals = await approvalsFor(db, { environment, target, version, digest });
  return {
    ...known,
    authors: publishersOf(prepared),
    approvers: approvals.map(({ actor, auditEvent }) => ({ actor, signer: signers.get(auditEvent) ?? null })),
  };
}

async function signersOf(
  project: Project,
  db: Db,
  { address: target, version, digest }: PreparedRelease,
  environment: string,
): Promise<Map<number, Approver["signer"]>> {
  const stored = await approvalsFor(db, { environment, target, version, digest });
  const signed = stored.filter((one): one is StoredApproval & { signature: string } => one.signature !== null);
  const repo = signed.length === 0 ? null : await findRepo(project);
  if (repo === null) return new Map();
  const list = await committedSigners(repo);
  const found = signed.map(async (one) => [one.auditEvent, await approvalSigner(list, one, one.signature)] as const);
  return new Map(await Promise.all(found));
}

async function compare(
  project: Project,
  db: Db,
  { address: target, commit, row }: PreparedRelease,
  environment: string,
) {
  const stable = await currentStable(db, environment, target);
  const served = stable === undefined ? undefined : await findRelease(db, target, stable.version);
  const after = await contentsOf(project, { target, content: row.content, commit });
  const before =
    served === undefined
      ? null
      : await contentsOf(project, { target, content: served.content, commit: served.gitCommit });
  const owners = [...ownersOf(after), ...(before === null ? [] : ownersOf(before))];
  const groups = project.config.people?.groups ?? {};
  return {
    servedBefore: stable?.version ?? null,
    changed: changedKinds(before, after),
    owners: [
      ...new Set(owners.flatMap((owner) => [owner, ...(Object.hasOwn(groups, owner) ? (groups[owner] ?? []) : [])])),
    ],
  };
}

async function contentsOf(
  project: Project,
  { target, content, commit }: { target: string; content: string; commit: string },
): Promise<Contents> {
  const artifact = JSON.parse(content) as Contents["artifact"];
  const slos = Array.isArray(artifact["slos"]) ? (artifact["slos"] as unknown[]).map(String) : [];
  return { artifact, files: await filesAround(project, commit, [target, ...slos]) };
}
