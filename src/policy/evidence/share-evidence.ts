import type { Clock } from "../../core/clock.ts";
import { AgentopsError } from "../../core/errors.ts";
import type { Project } from "../../core/project.ts";
import { OPERATORS } from "../../state/locks.ts";
import type { RunStore } from "../../state/runs.ts";
import { type EvidenceOptions, exportEvidence } from "./export-evidence.ts";
import { keepEvidence } from "./import-evidence.ts";

export interface ShareContext {
  project: Project;
  store: RunStore;
  clock: Clock;
  actor: string;
}

/**
 * Gives the verdicts of runs to the store that others share, so that a colleague may promote on them; a run that is no evidence is left out.
 * Throws STORE_FAILED: then the runs and their verdicts are as they were.
 */
export async function shareEvidence(
  { project, store, clock, actor }: ShareContext,
  runs: readonly string[],
  options: Omit<EvidenceOptions, "notes" | "push">,
): Promise<number> {
  const documents: Parameters<typeof keepEvidence>[1][] = [];
  for (const run of runs) {
    const exported = await exportEvidence({ project, store }, run, { ...options, notes: false }).catch(noEvidence);
    if (exported !== null) documents.push({ file: `run ${run}`, document: exported.document });
  }
  const shared = await store.shared();
  const at = clock.now().toISOString();
  await shared.inTransaction(
    async (tx) => {
      for (const one of documents) await keepEvidence(tx, one, { actor, at });
    },
    { locks: [OPERATORS] },
  );
  return documents.length;
}

function noEvidence(error: unknown): null {
  if (error instanceof AgentopsError && error.code === "USAGE") return null;
  throw error;
}
