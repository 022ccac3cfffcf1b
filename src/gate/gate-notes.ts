import type { Project } from "../core/project.ts";
import { dataFile, type LoadedSuite } from "../evals/dataset/suite.ts";
import type { ChangedArtifact, Changes } from "../registry/changed.ts";
import { type Affected, orphaned } from "./affected.ts";
import type { GateRun } from "./gate.schema.ts";

interface Judged {
  changes: Changes;
  suites: readonly LoadedSuite[];
  affected: readonly Affected[];
  /** Changed artifacts nothing was run for. */
  without: readonly ChangedArtifact[];
  runs: readonly GateRun[];
}

/** What a reader of a gate's verdict must know beside it. */
export async function gateNotes(project: Project, judged: Judged): Promise<string[]> {
  const { changes, suites, affected, without, runs } = judged;
  return [
    ...without.map((artifact) => unmeasuredNote(artifact, suites)),
    ...runs
      .filter((r) => r.verdict === "none")
      .map((r) => `${r.suiteFile} has no gate, and ${r.artifact} no control: write gate: { successRate: { min: … } }`),
    ...affected
      .filter(({ artifact }) => artifact.change === "added")
      .map(({ artifact, suite }) => `${artifact.address} is new: ${suite.spec.name} judged it by its bounds alone`),
    ...changes.notes,
    ...orphaned(changes.artifacts, suites).map(
      ({ artifact, suite }) => `${artifact.address} was deleted, but ${suite.file} still names it`,
    ),
    ...(await yardsticks(project, affected, changes)),
  ];
}

function unmeasuredNote({ address, candidate }: ChangedArtifact, suites: readonly LoadedSuite[]): string {
  const wanted = candidate?.agent?.evals ?? [];
  const missing = wanted.filter((name) => !suites.some(({ spec }) => spec.name === name));
  const way =
    missing.length > 0
      ? `its evals: name ${missing.join(", ")}, which is no suite under evals/`
      : `write evals/NAME.suite.yml with target: ${address}`;
  return `no suite names ${address}, so nothing measured it: ${way}`;
}

/** A branch that changes the suite or its cases is judged by its own: the reviewer has to look at them. */
async function yardsticks(project: Project, affected: readonly Affected[], changes: Changes): Promise<string[]> {
  const files = new Set(affected.flatMap(({ suite }) => [suite.file, ...datasetOf(project, suite)]));
  const changed = await changes.changedFiles([...files]);
  return changed.map((file) => `${file} changed on this branch too: both sides were judged by it as it is now`);
}

function datasetOf(project: Project, { spec: { dataset }, baseDir }: LoadedSuite): string[] {
  if (dataset === undefined) return [];
  return [dataFile(project, baseDir, typeof dataset === "string" ? dataset : dataset.file).file];
}
