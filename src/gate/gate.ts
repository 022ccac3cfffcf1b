import { AgentopsError, isStop } from "../core/errors.ts";
import type { Project } from "../core/project.ts";
import { reasonIn } from "../core/reason.ts";
import { floatingPins } from "../evals/run/floating.ts";
import type { EvalContext } from "../evals/run/context.ts";
import type { RunOptions } from "../evals/run-suite.ts";
import { isSuiteFile, type LoadedSuite } from "../evals/dataset/suite.ts";
import { type ChangedArtifact, changedArtifacts, type Changes } from "../registry/changes/changed.ts";
import type { ChosenBase } from "../registry/git/base.ts";
import { notCheckedOut } from "../registry/git/checked-out.ts";
import { needRepo } from "../registry/git/repo.ts";
import { examplesOf } from "../comparison/examples.ts";
import { acceptTrades } from "./accept.ts";
import { evaluateSuite } from "./evaluate.ts";
import { type Affected, affectedSuites, judgedThrough, unmeasured } from "./affected.ts";
import { worst } from "./bounds.ts";
import { gateNotes } from "./gate-notes.ts";
import type { GateFound, GateRunFound } from "./found.ts";
import { weakenedSuites } from "./weakened/weakened.ts";
import { moreEvidence } from "./more-evidence.ts";
import { otherProviders } from "./answerers.ts";
import { submodulesOf, suitesOf } from "./yardstick.ts";

export interface GateOptions extends Omit<RunOptions, "target" | "outputs"> {
  /** What the worktree is compared with: the merge base of this and HEAD. */
  base: string;
  /** Who said so; `option` unless told. */
  baseBy?: ChosenBase["by"];
  earlyStop?: boolean;
  /** Why what an improvement is bought with is worth it: takes the open trades, on the record. */
  accept?: string | undefined;
}

/** Regressions shown with their outputs. */
const EXAMPLES = 5;

/**
 * Judges what a branch changed: every suite that names a changed artifact is run on the artifact as it was at the merge base and
 * as it is now, over the same cases; absolute bounds and the comparison make one verdict. Nothing changed: pass. Something
 * changed that nothing judges, or nothing could differ: inconclusive.
 */
export async function gate(
  context: EvalContext,
  { base, baseBy = "option", ...options }: GateOptions,
): Promise<GateFound> {
  const accept = acceptedFor(options.accept);
  const changes = await changedArtifacts(context.project, base);
  const { artifacts } = changes;
  const { mergeBase } = changes.base;
  refuseFloating(context.project, artifacts);
  const suites = await suitesOf(
    context.project,
    changes,
    artifacts.some(({ candidate }) => candidate !== null),
  );
  await refuseAbsent(context.project, changes, suites ?? []);
  const weakened = suites === null ? [] : await weakenedSuites(context.project, changes, suites);
  const affected = affectedSuites(artifacts, suites ?? []);
  const runs = await judgeAll(context, affected, mergeBase, { ...options, accept }).catch(whenInterrupted);
  const open = await openQuestions(context.project, changes, affected, suites ?? []);
  return {
    schema: "agentops.gate/1",
    verdict: verdictOf(runs, changes, open),
    weakened,
    base: { ref: base, mergeBase, by: baseBy },
    compared: changes.itself ? 0 : changes.compared,
    changed: artifacts.map((artifact) => changedOf(artifact, affected)),
    runs,
    notes: [
      ...(await gateNotes(context.project, { base, changes, suites: suites ?? [], affected, runs, ...open })),
      ...(options.accept !== undefined && !runs.some(isTaken) ? [{ code: "nothing-to-accept" } as const] : []),
    ],
  };
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

function verdictOf(
  runs: readonly GateRunFound[],
  { artifacts, itself }: Changes,
  { without, others, submodules }: Awaited<ReturnType<typeof openQuestions>>,
): GateFound["verdict"] {
  const unclear = artifacts.some(({ gone, movedTo }) => gone.length > 0 || movedTo !== null);
  const isOpen = itself || unclear || [without, others, submodules].some((some) => some.length > 0);
  const judged = runs.map(({ verdict }) => (verdict === "none" ? "inconclusive" : verdict));
  const verdict = worst(isOpen ? [...judged, "inconclusive"] : judged);
  return verdict === "none" ? "pass" : verdict;
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

/** One run after the other; one that failed from outside ends it, because the next would fail alike. */
async function judgeAll(
  context: EvalContext,
  affected: readonly Affected[],
  mergeBase: string,
  options: Omit<GateOptions, "base" | "baseBy">,
): Promise<GateRunFound[]> {
  const runs: GateRunFound[] = [];
  for (const one of affected) {
    runs.push(await judgeOne(context, one, mergeBase, options));
    if (runs.at(-1)?.status === "failed") break;
  }
  return runs;
}

async function judgeOne(
  context: EvalContext,
  { artifact, suite }: Affected,
  mergeBase: string,
  { earlyStop, accept, ...options }: Omit<GateOptions, "base" | "baseBy">,
): Promise<GateRunFound> {
  const control = artifact.control === null ? undefined : `${artifact.control.address}@${mergeBase}`;
  const { run: judged, compared } = await evaluateSuite(context, suite, {
    ...options,
    target: artifact.address,
    control,
    earlyStop: earlyStop === true && control !== undefined,
  });
  const run = accept === undefined ? judged : await acceptTrades(context, judged, accept);
  const examples = compared === null ? [] : examplesOf(context.store, compared, EXAMPLES);
  return {
    ...run,
    // With a control there was something to judge; a run that lost its trials only did not get there.
    verdict: run.verdict === "none" && control !== undefined ? "inconclusive" : run.verdict,
    artifact: artifact.address,
    examples: examples.filter((e) => e.change === "regression"),
    need: moreEvidence(run),
  };
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

/** Nobody takes a trade for nothing; said before anything is run. */
function acceptedFor(typed: string | undefined): string | undefined {
  const reason = reasonIn(typed);
  if (typed === undefined || reason !== undefined) return reason;
  throw new AgentopsError("USAGE", "--accept needs a reason", { hint: 'agentops gate --accept "why it is worth it"' });
}

function isTaken({ checks }: GateRunFound): boolean {
  return checks.some((check) => check.accepted !== undefined);
}

/** A gate is not resumed run by run: asked again, it takes from the store what was answered. */
function whenInterrupted(error: unknown): never {
  if (!isStop(error)) throw error;
  throw new AgentopsError(error.code, error.message, {
    hint: "run the gate again: it goes on from the answers in the store",
    details: error.details,
    cause: error,
  });
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
