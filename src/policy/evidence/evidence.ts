import { AgentopsError, messageOf } from "../../core/errors.ts";
import type { Project } from "../../core/project.ts";
import type { RunResult } from "../../evals/result/schema.ts";
import { completeRunsOf, type RunRow, specOf } from "../../evals/run/runs.store.ts";
import { readNote } from "../../registry/git/notes.ts";
import type { RunStore } from "../../state/runs.ts";
import type { Db } from "../../state/store.ts";
import { judgeStored } from "../../gate/evaluate.ts";
import type { PreparedRelease } from "../../serving/release.ts";
import { readEvidence } from "./evidence-document.ts";
import type { EvidenceDocument } from "./evidence.schema.ts";
import { evidenceOf } from "./evidence.store.ts";
import type { SuiteEvidence } from "../judge.ts";

export interface GatheredEvidence {
  /** The newest of each suite. */
  evidence: SuiteEvidence[];
  /** What was found and does not count, and why. */
  ignored: string[];
}

type Version = Pick<PreparedRelease, "digest" | "model" | "commit">;
type Candidate = SuiteEvidence & { model: string };

/** Runs of exactly this content in the store, imported, and in the note of its commit. */
export async function gatherEvidence(
  { project, runs: store, db }: { project: Project; runs: RunStore; db: Db },
  version: Version,
): Promise<GatheredEvidence> {
  const notes = await notedEvidence(project, version);
  const imported = (await evidenceOf(db, version.digest)).map((text) =>
    fromDocument(JSON.parse(text) as EvidenceDocument, "imported"),
  );
  const elsewhere = [...imported, ...notes.found];
  const isOwn = ({ model }: { model: string }) => version.model === undefined || model === version.model;
  const runs = await completeRunsOf(store, version.digest);
  const whole = runs.filter((row) => specOf(row).partial !== true);
  const own = await Promise.all(newestRuns(whole.filter(isOwn)).map((row) => fromRun(project, store, row)));
  const others = newestRuns(runs.filter((run) => !isOwn(run))).map(({ id, model }) => ({ run: id, model }));
  const lost = [...others, ...elsewhere.filter((found) => !isOwn(found))];
  return {
    evidence: newest([...own, ...elsewhere.filter(isOwn)]),
    ignored: [
      ...notes.ignored,
      ...lost.map(({ run, model }) => `run ${run} was answered by ${model}`),
      ...runs.filter((row) => !whole.includes(row)).map(({ id }) => `run ${id} judged only some of the cases`),
    ],
  };
}

/** Each suite's own. */
function newestRuns(rows: readonly RunRow[]): RunRow[] {
  const bySuite = new Map<string, RunRow>();
  for (const row of rows) if ((bySuite.get(row.suite)?.id ?? "") < row.id) bySuite.set(row.suite, row);
  return [...bySuite.values()];
}

function newest(all: readonly Candidate[]): SuiteEvidence[] {
  const bySuite = new Map<string, SuiteEvidence>();
  for (const { suite, verdict, run, createdAt, source } of all) {
    const known = bySuite.get(suite);
    if (known !== undefined && known.createdAt >= createdAt) continue;
    bySuite.set(suite, { suite, verdict, run, createdAt, source });
  }
  return [...bySuite.values()];
}

async function fromRun(project: Project, store: RunStore, row: RunRow): Promise<Candidate> {
  const { id: run, suite, createdAt, model } = row;
  return { suite, verdict: await verdictOf(project, store, row), run, createdAt, model, source: "local" };
}

/** Without the run it was compared with, a comparison says nothing any more. */
async function verdictOf(project: Project, store: RunStore, row: RunRow): Promise<Candidate["verdict"]> {
  try {
    return (await judgeStored(project, store, row, JSON.parse(row.result ?? "") as RunResult)).verdict;
  } catch (error) {
    if (error instanceof AgentopsError && error.code === "RUN_NOT_FOUND") return "inconclusive";
    throw error;
  }
}

function fromDocument(document: EvidenceDocument, source: "imported" | "note"): Candidate {
  const { suite, verdict, runId: run, createdAt, target } = document;
  return { suite: suite.name, verdict, run, createdAt, model: target.model, source };
}

async function notedEvidence(project: Project, { commit, digest }: Version) {
  const found: Candidate[] = [];
  const ignored: string[] = [];
  for (const [index, line] of (await readNote(project, commit)).entries()) {
    const where = `line ${index + 1} of the git note`;
    try {
      const document = readEvidence(line, where);
      if (document.target.digest === digest) found.push(fromDocument(document, "note"));
      else ignored.push(`${where} is about other content`);
    } catch (error) {
      ignored.push(messageOf(error));
    }
  }
  return { found, ignored };
}
