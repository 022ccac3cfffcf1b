import { AgentopsError } from "../core/errors.ts";
import type { Project } from "../core/project.ts";
import { resultOf } from "../evals/result/stored.ts";
import { judgedRunsOf, type RunRow, specOf } from "../evals/run/runs.store.ts";
import { whyPart } from "../evals/run/whole.ts";
import type { RunStore } from "../state/runs.ts";
import type { EvaluationFound } from "./found.ts";
import { judgeStored } from "./evaluate.ts";

/** What the newest whole run of a suite says of a content; `none` where the suite has no bounds and nothing was compared. */
export interface LastVerdict {
  suite: string;
  run: string;
  verdict: EvaluationFound["verdict"];
}

/**
 * The newest stored run of each suite on exactly this content, answered by its own model. A run of some of the cases, or one that was broken off, is
 * somebody's look at something, and says nothing of the suite.
 */
export async function lastVerdicts(
  project: Project,
  store: RunStore,
  content: { digest: string; model: string | undefined },
): Promise<LastVerdict[]> {
  const newest = new Map<string, RunRow>();
  for (const row of await judgedRunsOf(store, content.digest)) {
    const own = content.model === undefined || row.model === content.model;
    if (own && !newest.has(row.suite) && whyPart(row, specOf(row)) === undefined) newest.set(row.suite, row);
  }
  return Promise.all(
    [...newest].map(async ([suite, row]) => ({
      suite,
      run: row.id,
      verdict: await storedVerdict(project, store, row),
    })),
  );
}

/** Of a run as it stands. Without the run it was compared with, a comparison decides nothing any more. */
export async function storedVerdict(project: Project, store: RunStore, row: RunRow): Promise<LastVerdict["verdict"]> {
  const result = resultOf(row);
  if (result === null) return "inconclusive";
  try {
    return (await judgeStored(project, store, row, result)).verdict;
  } catch (error) {
    if (error instanceof AgentopsError && error.code === "RUN_NOT_FOUND") return "inconclusive";
    throw error;
  }
}
