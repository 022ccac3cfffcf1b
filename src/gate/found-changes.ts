import { AgentopsError } from "../core/errors.ts";
import type { Project } from "../core/project.ts";
import { floatingPins } from "../evals/run/floating.ts";
import { isSuiteFile, type LoadedSuite } from "../evals/dataset/suite.ts";
import { type ChangedArtifact, changedArtifacts, type Changes } from "../registry/changes/changed.ts";
import type { ChosenBase } from "../registry/git/base.ts";
import { notCheckedOut } from "../registry/git/checked-out.ts";
import { needRepo } from "../registry/git/repo.ts";
import { type Affected, affectedSuites, judgedThrough, unmeasured } from "./affected.ts";
import { type OtherProvider, otherProviders } from "./answerers.ts";
import { worst } from "./bounds.ts";
import type { GateFound, GateRunFound } from "./found.ts";
import type { WeakenedSuite } from "./weakened/weak-change.ts";
import { weakenedSuites } from "./weakened/weakened.ts";
import { submodulesOf, suitesOf } from "./yardstick.ts";

/** All that a gate knows before anything is run. */
export interface FoundChanges {
  changes: Changes;
  suites: readonly LoadedSuite[];
  weakened: WeakenedSuite[];
  /** What is to be run. */
  affected: Affected[];
  /** Changed artifacts that nothing judges. */
  without: ChangedArtifact[];
  others: OtherProvider[];
  submodules: string[];
}

/**
 * What a branch changed, and which suites judge it. Throws what `changedArtifacts` does, LINT_FAILED for a pin that floats, FILE_NOT_FOUND for suites
 * that are not checked out, FILE_INVALID for one that is not valid.
 */
export async function findChanges(project: Project, base: string): Promise<FoundChanges> {
  const changes = await changedArtifacts(project, base);
  const { artifacts } = changes;
  refuseFloating(project, artifacts);
  const known = await suitesOf(
    project,
    changes,
    artifacts.some(({ candidate }) => candidate !== null),
  );
  const suites = known ?? [];
  await refuseAbsent(project, changes, suites);
  const weakened = known === null ? [] : await weakenedSuites(project, changes, known);
  const affected = affectedSuites(artifacts, suites);
  return { changes, suites, weakened, affected, ...(await openQuestions(project, changes, affected, suites)) };
}

/** What a gate's document begins with. */
export function headOf(
  { changes, weakened, affected }: FoundChanges,
  { ref, by }: ChosenBase,
): Pick<GateFound, "weakened" | "base" | "compared" | "changed"> {
  return {
    weakened,
    base: { ref, mergeBase: changes.base.mergeBase, by },
    compared: changes.itself ? 0 : changes.compared,
    changed: changes.artifacts.map((artifact) => changedOf(artifact, affected)),
  };
}

/** Of judged runs, and of what no run could judge; of none, what it is at best. */
export function verdictOf(
  verdicts: readonly GateRunFound["verdict"][],
  { changes: { artifacts, itself }, without, others, submodules }: FoundChanges,
): GateFound["verdict"] {
  const unclear = artifacts.some(({ gone, movedTo }) => gone.length > 0 || movedTo !== null);
  const isOpen = itself || unclear || [without, others, submodules].some((some) => some.length > 0);
  const judged = verdicts.map((verdict) => (verdict === "none" ? "inconclusive" : verdict));
  const verdict = worst(isOpen ? [...judged, "inconclusive"] : judged);
  return verdict === "none" ? "pass" : verdict;
}

/** What the branch changed that no run could judge. */
async function openQuestions(
  project: Project,
  changes: Changes,
  affected: readonly Affected[],
  suites: readonly LoadedSuite[],
) {
  return {
    without: unmeasured(changes.artifacts, affected),
    others: await otherProviders(project, changes, suites),
    submodules: submodulesOf(project, changes, suites),
  };
}

/** Suites that are not checked out judge nothing: where others pass, nobody would miss them. Without any, the verdict says it. */
async function refuseAbsent(
  project: Project,
  { artifacts, absentSuites }: Changes,
  suites: readonly LoadedSuite[],
): Promise<void> {
  const absent = absentSuites.filter(({ path, why }) => why === "submodule" || isSuiteFile(path));
  if (artifacts.length === 0 || suites.length === 0 || absent.length === 0) return;
  throw await notCheckedOut(await needRepo(project), absent);
}

/** The ids in a GitHub Models file are advice to lint and eval; a verdict that holds for a release is on a model that stays. */
function refuseFloating(project: Project, artifacts: readonly ChangedArtifact[]): void {
  for (const { address, candidate } of artifacts) {
    if (candidate === null || candidate.agent !== null || candidate.prompt.agentops !== undefined) continue;
    const [floating] = floatingPins(project, candidate.prompt);
    if (floating === undefined) continue;
    throw new AgentopsError("LINT_FAILED", `${candidate.files[0] ?? address}: ${floating.reason}`, {
      hint: "pin a snapshot, or say agentops: { allowFloating: true }",
    });
  }
}

function changedOf(changed: ChangedArtifact, affected: readonly Affected[]): GateFound["changed"][number] {
  const { address, change, from, gone, control, candidate, lines } = changed;
  return {
    artifact: address,
    change,
    from,
    gone,
    control: control?.digest ?? null,
    candidate: candidate?.digest ?? null,
    lines,
    suites: affected.filter(({ artifact }) => artifact === changed).map(({ suite }) => suite.spec.name),
    through: judgedThrough(changed, affected),
  };
}
