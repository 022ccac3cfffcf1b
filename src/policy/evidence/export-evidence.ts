import { AgentopsError } from "../../core/errors.ts";
import type { Project } from "../../core/project.ts";
import { parseRef } from "../../core/refs.ts";
import type { RunResult } from "../../evals/result/schema.ts";
import { findRun } from "../../evals/run/runs.store.ts";
import { summarize } from "../../evals/result/summarize.ts";
import { appendNote, pushNotes } from "../../registry/git/notes.ts";
import { publishedAs } from "../../registry/versions/published.ts";
import type { RunStore } from "../../state/runs.ts";
import { judgeStored } from "../../gate/evaluate.ts";
import type { EvaluatedRun } from "../../gate/evaluation.schema.ts";
import type { RunFound } from "../../gate/found.ts";
import { comparedWith, evidenceDocument } from "./evidence-document.ts";
import type { EvidenceDocument } from "./evidence.schema.ts";

export interface EvidenceOptions {
  /** Also as a line in the git note of the version's commit. */
  notes: boolean;
  /** And the notes to the remote, with what others noted. */
  push?: boolean;
  /** The version that judged. */
  agentops: string;
  /** Words the run's checks, which evidence carries. */
  word: (run: RunFound) => EvaluatedRun;
}

export interface ExportedEvidence {
  document: EvidenceDocument;
  /** Where it was noted; null unless it was asked for. */
  note: { commit: string; ref: string; changed: boolean; pushedTo: string | null } | null;
}

/**
 * A stored run as evidence for other machines; with `notes` also as a line in the git note of the version's commit. Throws
 * RUN_NOT_FOUND, USAGE for a run that is no evidence, VERSION_NOT_FOUND when there is no version to note it at, GIT_FAILED, and what
 * `pushNotes` throws.
 */
export async function exportEvidence(
  { project, store }: { project: Project; store: RunStore },
  name: string,
  { notes, push = false, agentops, word }: EvidenceOptions,
): Promise<ExportedEvidence> {
  const row = await findRun(store, name);
  const { targetDigest, targetRef } = row;
  const result = row.result === null ? await summarize(store, row) : (JSON.parse(row.result) as RunResult);
  const evaluation = await judgeStored(project, store, row, result);
  const [run] = evaluation.runs;
  if (run === undefined) throw new AgentopsError("RUN_NOT_FOUND", `run ${row.id} has no result`);
  const published = targetDigest === null ? null : await publishedAs(project, parseRef(targetRef), targetDigest);
  const compared = await comparedWith(store, row);
  const version = published?.version ?? row.targetVersion;
  const document = evidenceDocument(row, word(run), { version, agentops, compared });
  if (!notes) return { document, note: null };
  if (published === null) {
    throw new AgentopsError("VERSION_NOT_FOUND", `the content that run ${row.id} judged is no published version`, {
      hint: `agentops publish ${targetRef}   if its file still is what was judged`,
    });
  }
  const changed = await appendNote(project, published.commit, JSON.stringify(document));
  const pushedTo = push ? await pushNotes(project) : null;
  return { document, note: { commit: published.commit, ref: `${targetRef}@${published.version}`, changed, pushedTo } };
}
