import { parseRef } from "../core/refs.ts";
import type { LoadedSuite } from "../evals/dataset/suite.ts";
import type { ChangedArtifact } from "../registry/changes/changed.ts";

/** A suite to run on both sides of a changed artifact. */
export interface Affected {
  artifact: ChangedArtifact;
  suite: LoadedSuite;
}

/**
 * The suites that name a changed artifact: as their target, or in an agent's `evals:`. A target pinned to a version does not
 * change with the worktree, nor do recorded outputs.
 */
export function affectedSuites(artifacts: readonly ChangedArtifact[], suites: readonly LoadedSuite[]): Affected[] {
  return artifacts
    .filter(({ change }) => change !== "deleted")
    .flatMap((artifact) => suites.filter((suite) => isJudgedBy(artifact, suite)).map((suite) => ({ artifact, suite })));
}

function isJudgedBy({ address, candidate }: ChangedArtifact, { spec }: LoadedSuite): boolean {
  if (spec.outputs !== undefined) return false;
  return candidate?.agent?.evals?.includes(spec.name) === true || targets(spec.target, address);
}

function targets(target: string | undefined, address: string): boolean {
  if (target === undefined) return false;
  const { kind, name, point } = parseRef(target);
  const [ownKind, ownName] = address.split("/");
  return point.type === "worktree" && name === ownName && (kind === undefined || kind === ownKind);
}

/** The judged agent a changed prompt was judged through, where no suite names the prompt itself. */
export function judgedThrough(changed: ChangedArtifact, affected: readonly Affected[]): string | null {
  const file = changed.candidate?.files[0];
  if (file === undefined || affected.some(({ artifact }) => artifact === changed)) return null;
  return affected.find(({ artifact }) => artifact.candidate?.files.includes(file) === true)?.artifact.address ?? null;
}

/** Changed artifacts nothing was run for: no suite names them, nor any agent that reads them. */
export function unmeasured(artifacts: readonly ChangedArtifact[], affected: readonly Affected[]): ChangedArtifact[] {
  return artifacts.filter(
    (changed) =>
      changed.change !== "deleted" &&
      !affected.some(({ artifact }) => artifact === changed) &&
      judgedThrough(changed, affected) === null,
  );
}

/** Deleted artifacts that suites still name. */
export function orphaned(artifacts: readonly ChangedArtifact[], suites: readonly LoadedSuite[]): Affected[] {
  return artifacts
    .filter(({ change }) => change === "deleted")
    .flatMap((artifact) =>
      suites.filter(({ spec }) => targets(spec.target, artifact.address)).map((suite) => ({ artifact, suite })),
    );
}
