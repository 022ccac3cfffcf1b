import type { Clock } from "../../core/clock.ts";
import { AgentopsError } from "../../core/errors.ts";
import { readText } from "../../core/project.ts";
import { OPERATORS } from "../../state/locks.ts";
import type { Store, Tx } from "../../state/store.ts";
import { appendAuditEvent } from "../../audit/events.store.ts";
import { EVERY } from "../../kill/latch.ts";
import { readEvidence } from "./evidence-document.ts";
import type { EvidenceDocument, EvidenceImport } from "./evidence.schema.ts";
import { insertEvidence } from "./evidence.store.ts";

/** A file as the user named it, and where it is. */
export interface EvidenceFile {
  file: string;
  path: string;
}

/**
 * Keeps evidence that other machines exported: every file, or none when one is not valid. What the store has already changes
 * nothing. Throws FILE_NOT_FOUND, and FILE_INVALID for a file that is no evidence or was changed.
 */
export async function importEvidence(
  { store, clock }: { store: Store; clock: Clock },
  files: readonly EvidenceFile[],
  actor: string,
): Promise<EvidenceImport> {
  if (files.length === 0) throw new AgentopsError("USAGE", "nothing to import", { hint: "agentops runs import FILE" });
  const read = (await Promise.all(files.map(documentsIn))).flat();
  const at = clock.now().toISOString();
  const keepAll = async (tx: Tx) => {
    const changed: boolean[] = [];
    for (const one of read) changed.push(await keepEvidence(tx, one, { actor, at }));
    return changed;
  };
  const changed = await store.inTransaction(keepAll, { locks: [OPERATORS] });
  return {
    schema: "agentops.evidence-import/1",
    imported: read.map(({ file, document }, index) => {
      const { digest, target, suite, verdict, runId } = document;
      const ref = target.version === null ? target.address : `${target.address}@${target.version}`;
      return { file, digest, target: ref, suite: suite.name, verdict, runId, changed: changed[index] === true };
    }),
  };
}

interface ReadEvidence {
  file: string;
  document: EvidenceDocument;
}

/** One document, or one a line as a git note has them. */
async function documentsIn({ file, path }: EvidenceFile): Promise<ReadEvidence[]> {
  const text = (await readText(path)).trim();
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  if (lines.length < 2 || !lines.every((line) => line.startsWith('{"'))) {
    return [{ file, document: readEvidence(text, file) }];
  }
  return lines.map((line, index) => ({ file, document: readEvidence(line, `${file}:${index + 1}`) }));
}

/** Within the transaction of the operators; false when the store has it already. `file` says where it came from. */
export async function keepEvidence(
  tx: Tx,
  { file, document }: ReadEvidence,
  { actor, at }: { actor: string; at: string },
): Promise<boolean> {
  const { digest, target, suite, verdict, runId } = document;
  const added = await insertEvidence(tx, {
    digest,
    target: target.address,
    targetDigest: target.digest,
    suite: suite.name,
    verdict,
    document: JSON.stringify(document),
    source: file,
    actor,
    importedAt: at,
  });
  if (added) {
    // It is about a content, wherever that is served.
    const event = {
      at,
      actor,
      action: "evidence.import" as const,
      environment: EVERY,
      target: target.address,
      reason: file,
    };
    const after = { digest, targetDigest: target.digest, suite: suite.name, verdict, runId };
    await appendAuditEvent(tx, { ...event, before: null, after });
  }
  return added;
}
