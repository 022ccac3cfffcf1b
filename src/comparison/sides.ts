import { AgentopsError } from "../core/errors.ts";
import type { Project } from "../core/project.ts";
import { parseRef } from "../core/refs.ts";
import { completeRunsOf, findRun, isRunName, type RunRow, specOf } from "../evals/run/runs.store.ts";
import { isFresh } from "../evals/result/stored.ts";
import { addressOf } from "../registry/files.ts";
import { latestRef } from "../registry/versions/latest.ts";
import type { FrozenTarget } from "../evals/run/run-spec.ts";
import { loadArtifact } from "../registry/versions/load.ts";
import { scoringOf } from "../scorers/scoring.ts";
import type { RunStore } from "../state/runs.ts";
import { sideOf } from "./compare.ts";
import type { Content } from "./content.ts";
import type { ComparedSide } from "./schema.ts";

/** One side of a diff as named: a stored run, or an artifact with the runs of exactly its content. */
export interface NamedSide {
  side: ComparedSide;
  /** Null where a run has no artifact: recorded outputs. */
  content: (Content & Pick<FrozenTarget, "address" | "version" | "commit">) | null;
  /** Runs that can stand for it, the newest first. */
  runs: RunRow[];
}

/** Reads `latest`, a run's id or the start of one, or a ref. Throws RUN_NOT_FOUND and what loading a ref throws. */
export async function namedSide(project: Project, store: RunStore, name: string): Promise<NamedSide> {
  return isRunName(name) ? runSide(await findRun(store, name)) : artifactSide(project, store, name);
}

/**
 * What one name is compared with: the version that it says, else the latest, as `promote NAME` takes it, and the worktree. Throws USAGE for a
 * run, GIT_REFUSED without a repository, VERSION_NOT_FOUND where there is no version.
 */
export async function withWorktree(project: Project, name: string): Promise<[control: string, candidate: string]> {
  if (isRunName(name))
    throw new AgentopsError("USAGE", `${name} is a run: what it is compared with is missing, another run or a ref`, {
      hint: `agentops diff ${name} CANDIDATE   (agentops runs lists them)`,
    });
  const ref = await latestRef(project, parseRef(name), "diff");
  const address = ref.kind === undefined ? ref.name : addressOf(ref.kind, ref.name);
  const control = ref.point.type === "version" ? `${address}@v${ref.point.number}` : name;
  project.warn?.(`note: control: ${control}; candidate: ${address} as it is in the worktree`);
  return [control, address];
}

function runSide(run: RunRow): NamedSide {
  const { target, model } = specOf(run);
  return { side: sideOf(run), content: target === null ? null : { ...target, model }, runs: [run] };
}

async function artifactSide(project: Project, store: RunStore, ref: string): Promise<NamedSide> {
  const artifact = await loadArtifact(project, ref).catch((error: unknown) => {
    if (!(error instanceof AgentopsError) || error.code !== "ARTIFACT_NOT_FOUND") throw error;
    throw new AgentopsError(error.code, error.message, {
      hint: error.hint ?? "name a run (agentops runs) or an artifact (agentops list)",
      cause: error,
    });
  });
  const { address, version, digest, model } = artifact;
  const all = await completeRunsOf(store, digest);
  // What it answers as it was published; with another model (--model, a 2 × 2) it is something else.
  const own = all.filter((run) => run.model === model);
  return {
    side: { ref: address, run: null, version, digest, model: model ?? null },
    content: artifact,
    runs: own.length > 0 ? own : all,
  };
}

/** What makes two runs comparable, the most telling first: a pair that shares more is taken before a newer one. */
const LIKENESS: readonly ((a: RunRow, b: RunRow) => boolean)[] = [
  (a, b) => a.suite === b.suite,
  (a, b) => a.dataset === b.dataset,
  (a, b) => a.suiteDigest === b.suiteDigest,
  (a, b) => scoringOf(specOf(a)) === scoringOf(specOf(b)),
  (a, b) => a.model === b.model,
  (a, b) => a.trials === b.trials,
];

/**
 * The runs to compare: of the same suite where there is a choice, as alike as possible, then the newest. Two runs that were
 * named are taken as they are. Undefined when a side has none.
 */
export function chooseRuns(
  control: readonly RunRow[],
  candidate: readonly RunRow[],
  suite?: string,
): [RunRow, RunRow] | undefined {
  const fresh = new Set([...control, ...candidate].filter(isFresh));
  let best: { pair: [RunRow, RunRow]; likeness: number } | undefined;
  for (const after of candidate) {
    for (const before of control) {
      if (before.id === after.id) continue;
      if (suite !== undefined && (before.suite !== suite || after.suite !== suite)) continue;
      const likeness = likenessOf(before, after, fresh);
      const chosen = control.length > 1 || candidate.length > 1;
      if (chosen && before.suite !== after.suite) continue;
      if (best === undefined || likeness > best.likeness) best = { pair: [before, after], likeness };
    }
  }
  return best?.pair;
}

/** Two that asked for all their answers are taken before newer ones that found them in the store. */
function likenessOf(a: RunRow, b: RunRow, fresh: ReadonlySet<RunRow>): number {
  const different = LIKENESS.findIndex((same) => !same(a, b));
  if (different !== -1) return different;
  return LIKENESS.length + (fresh.has(a) ? 1 : 0) + (fresh.has(b) ? 1 : 0);
}
