import { AgentopsError } from "../core/errors.ts";
import type { Project } from "../core/project.ts";
import { completeRunsOf, findRun, isRunName, type RunRow, specOf } from "../evals/run/runs.store.ts";
import { loadArtifact } from "../registry/versions/load.ts";
import type { Store } from "../state/store.ts";
import { sideOf } from "./compare.ts";
import type { Content } from "./content.ts";
import type { ComparedSide } from "./schema.ts";

/** One side of a diff as named: a stored run, or an artifact with the runs of exactly its content. */
export interface NamedSide {
  side: ComparedSide;
  /** Null where a run has no artifact: recorded outputs. */
  content: Content | null;
  /** Runs that can stand for it, the newest first. */
  runs: RunRow[];
}

/** Reads `latest`, a run's id or the start of one, or a ref. Throws RUN_NOT_FOUND and what loading a ref throws. */
export async function namedSide(project: Project, store: Store, name: string): Promise<NamedSide> {
  return isRunName(name) ? runSide(await findRun(store, name)) : artifactSide(project, store, name);
}

function runSide(run: RunRow): NamedSide {
  const { target, model } = specOf(run);
  return { side: sideOf(run), content: target === null ? null : { ...target, model }, runs: [run] };
}

async function artifactSide(project: Project, store: Store, ref: string): Promise<NamedSide> {
  const artifact = await loadArtifact(project, ref).catch((error: unknown) => {
    if (!(error instanceof AgentopsError) || error.code !== "ARTIFACT_NOT_FOUND") throw error;
    throw new AgentopsError(error.code, error.message, {
      hint: error.hint ?? "name a run (agentops runs) or an artifact (agentops list)",
      cause: error,
    });
  });
  const { address, version, digest, model } = artifact;
  return {
    side: { ref: address, run: null, version, digest, model: model ?? null },
    content: artifact,
    runs: await completeRunsOf(store, digest),
  };
}
