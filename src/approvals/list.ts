import { parseRef } from "../core/refs.ts";
import type { Db } from "../state/store.ts";
import type { ApprovalsDocument } from "./schema.ts";
import { listApprovals } from "./approvals.store.ts";

/** Approvals of an environment, or of one name in it, the newest first. Throws REF_INVALID. */
export async function approvalsIn(db: Db, environment: string, name: string | undefined): Promise<ApprovalsDocument> {
  const approvals = await listApprovals(db, environment, name === undefined ? undefined : targetsNamed(name));
  return {
    schema: "agentops.approvals/1",
    approvals: approvals.map(({ environment: env, target, version, digest, actor, key, reason, at }) => {
      return { env, target, version, digest, actor, authenticated: key !== null, key, reason, at };
    }),
  };
}

/** A bare name may have approvals before it has a release, so it means both kinds. */
function targetsNamed(name: string): string[] {
  const { kind, name: bare } = parseRef(name);
  return kind === undefined ? [`prompts/${bare}`, `agents/${bare}`] : [`${kind}/${bare}`];
}
