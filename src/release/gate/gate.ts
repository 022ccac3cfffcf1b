import type { EvalContext } from "../../evals/eval-context.ts";
import type { RunOptions } from "../../evals/run-suite.ts";
import { findSuiteFiles, type LoadedSuite, loadSuites } from "../../evals/suite.ts";
import { type ChangedArtifact, changedArtifacts } from "../../registry/changed.ts";
import { examplesOf } from "../comparison/examples.ts";
import { evaluateSuite } from "../evaluate.ts";
import { type Affected, affectedSuites, unmeasured } from "./affected.ts";
import { worst } from "./bounds.ts";
import type { GateDocument, GateRun } from "./gate.schema.ts";

export interface GateOptions extends Omit<RunOptions, "target" | "outputs"> {
  /** What the worktree is compared with: the merge base of this and HEAD. */
  base: string;
  earlyStop?: boolean;
}

/** Regressions shown with their outputs. */
const EXAMPLES = 5;

/**
 * Judges what a branch changed: every suite that names a changed artifact is run on the artifact as it was at the merge base and
 * as it is now, over the same cases; absolute bounds and the comparison make one verdict. Nothing changed: pass.
 */
export async function gate(context: EvalContext, { base, ...options }: GateOptions): Promise<GateDocument> {
  const { mergeBase, artifacts, notes } = await changedArtifacts(context.project, base);
  const affected = artifacts.length === 0 ? [] : affectedSuites(artifacts, await suitesOf(context));
  const runs: GateRun[] = [];
  for (const one of affected) {
    runs.push(await judgeOne(context, one, mergeBase, options));
    if (runs.at(-1)?.status === "failed") break;
  }
  const without = unmeasured(artifacts, affected);
  const verdict = worst([...runs.map((r) => r.verdict), ...without.map(() => "inconclusive" as const)]);
  return {
    schema: "agentops.gate/1",
    verdict: verdict === "none" ? "pass" : verdict,
    base: { ref: base, mergeBase },
    changed: artifacts.map((artifact) => changedOf(artifact, affected)),
    runs,
    notes: [
      ...notes,
      ...(artifacts.length === 0
        ? [`nothing changed in meaning since ${mergeBase.slice(0, 12)}: nothing to judge`]
        : []),
      ...without.map(
        (a) =>
          `no suite names ${a.address}, so nothing was measured: write evals/NAME.suite.yml with target: ${a.address}`,
      ),
      ...affected
        .filter(({ artifact }) => artifact.control === null)
        .map(({ artifact }) => `${artifact.address} is new: judged by its bounds alone`),
    ],
  };
}

/** All suites; a project without one has nothing to measure with, which the verdict says. */
async function suitesOf({ project }: EvalContext): Promise<LoadedSuite[]> {
  return (await findSuiteFiles(project.root)).length === 0 ? [] : loadSuites(project, [], project.root);
}

async function judgeOne(
  context: EvalContext,
  { artifact, suite }: Affected,
  mergeBase: string,
  { earlyStop, ...options }: Omit<GateOptions, "base">,
): Promise<GateRun> {
  const control = artifact.control === null ? undefined : `${artifact.address}@${mergeBase}`;
  const { run, compared } = await evaluateSuite(context, suite, {
    ...options,
    target: artifact.address,
    control,
    earlyStop: earlyStop === true && control !== undefined,
  });
  const examples = compared === null ? [] : examplesOf(context.store, compared, EXAMPLES);
  return { ...run, artifact: artifact.address, examples: examples.filter((e) => e.change === "regression") };
}

function changedOf({ address, change, control, candidate, lines }: ChangedArtifact, affected: readonly Affected[]) {
  return {
    artifact: address,
    change,
    control: control?.digest ?? null,
    candidate: candidate?.digest ?? null,
    lines,
    suites: affected.filter(({ artifact }) => artifact.address === address).map(({ suite }) => suite.spec.name),
  };
}
