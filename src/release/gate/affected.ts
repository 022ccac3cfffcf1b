import { parseRef } from "../../core/refs.ts";
import type { LoadedSuite } from "../../evals/suite.ts";
import type { ChangedArtifact } from "../../registry/changed.ts";

/** A suite to run on both sides of a changed artifact. */
export interface Affected {
  artifact: ChangedArtifact;
  suite: LoadedSuite;
}

/**
 * The suites that name a changed artifact: as their target, or in an agent's `evals:`. A target pinned to a version does not
 * change with the worktree.
 */
export function affectedSuites(artifacts: readonly ChangedArtifact[], suites: readonly LoadedSuite[]): Affected[] {
  return artifacts
    .filter(({ change }) => change !== "deleted")
    .flatMap((artifact) => suites.filter((suite) => names(suite, artifact)).map((suite) => ({ artifact, suite })));
}

function names({ spec }: LoadedSuite, { address, candidate }: ChangedArtifact): boolean {
  if (candidate?.agent?.evals?.includes(spec.name) === true) return true;
  if (spec.target === undefined || spec.outputs !== undefined) return false;
  const { kind, name, point } = parseRef(spec.target);
  const [ownKind, ownName] = address.split("/");
  return point.type === "worktree" && name === ownName && (kind === undefined || kind === ownKind);
}

/** Changed artifacts nothing was run for: no suite names them, nor any agent that reads them. */
export function unmeasured(artifacts: readonly ChangedArtifact[], affected: readonly Affected[]): ChangedArtifact[] {
  const read = new Set(affected.flatMap(({ artifact }) => artifact.candidate?.files ?? []));
  return artifacts.filter(({ change, candidate }) => change !== "deleted" && !read.has(candidate?.files[0] ?? ""));
}
