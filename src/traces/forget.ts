import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { appendAuditEvent } from "../audit/events.store.ts";
import { forgetUser } from "../observations/forget.ts";
import { OPERATORS } from "../state/locks.ts";
import type { Store } from "../state/store.ts";
import { deleteTracesOf } from "./store/delete.store.ts";
import { TRACES } from "./store/traces.store.ts";
import type { TraceForgetDocument } from "./schema.ts";

export interface ForgetRequest {
  user: string;
  environment: string;
  actor: string;
  reason: string;
  /** ISO 8601. */
  at: string;
  signal: AbortSignal;
  /** Folder of the suites, in which proposed cases wait; null without a project. */
  suites: string | null;
  /** Replaces a file's text as a whole. */
  write: (file: string, text: string) => Promise<void>;
}

/**
 * Erases what is stored of one person: traces with all that was said, proposed cases that were made of them, and in outcomes whom they were
 * for. Sums stay. The audit keeps that it was done, by whom and why, and of the person a digest alone. Interrupted, it can be done again.
 * Throws STORE_FAILED, and the signal's reason.
 */
export async function forgetPerson(store: Store, request: ForgetRequest): Promise<TraceForgetDocument> {
  const { user, signal, environment, actor, reason, at } = request;
  const ids = new Set<string>();
  for (let some: string[] = [""]; some.length > 0;) {
    signal.throwIfAborted();
    some = await store.inTransaction((tx) => deleteTracesOf(tx, user), { locks: [TRACES] });
    for (const id of some) ids.add(id);
  }
  const cases = request.suites === null ? 0 : await withoutCasesOf(request.suites, ids, request.write);
  const { outcomes, waiting } = await forgetUser(store, user, signal);
  const done = { traces: ids.size, outcomes, waiting, cases };
  const after = { ...done, user: `sha256:${createHash("sha256").update(user).digest("hex")}` };
  await store.inTransaction(
    (tx) => appendAuditEvent(tx, { at, actor, reason, environment, target: "all", action: "traces.forget", before: null, after }), // prettier-ignore
    { locks: [OPERATORS] },
  );
  return { schema: "agentops.trace-forget/1", ...done };
}

/** Drops the lines of proposed cases that name one of the traces. */
async function withoutCasesOf(
  folder: string,
  ids: ReadonlySet<string>,
  write: ForgetRequest["write"],
): Promise<number> {
  const files = await readdir(folder).catch(() => []);
  let dropped = 0;
  for (const name of files.filter((file) => file.endsWith(".proposed.jsonl"))) {
    const file = join(folder, name);
    const lines = (await readFile(file, "utf8")).split("\n");
    const kept = lines.filter((line) => ![...line.matchAll(/\b[0-9a-f]{32}\b/g)].some(([id]) => ids.has(id)));
    if (kept.length === lines.length) continue;
    dropped += lines.length - kept.length;
    await write(file, kept.join("\n"));
  }
  return dropped;
}
