import { AgentopsError, isStop } from "../core/errors.ts";
import { reasonIn } from "../core/reason.ts";
import type { EvalContext } from "../evals/run/context.ts";
import type { RunOptions } from "../evals/run-suite.ts";
import type { ChosenBase } from "../registry/git/base.ts";
import { examplesOf } from "../comparison/examples.ts";
import { acceptTrades } from "./accept.ts";
import { evaluateSuite } from "./evaluate.ts";
import type { Affected } from "./affected.ts";
import { findChanges, headOf, verdictOf } from "./found-changes.ts";
import { gateNotes } from "./gate-notes.ts";
import type { GateFound, GateRunFound } from "./found.ts";
import { moreEvidence } from "./more-evidence.ts";

export interface GateOptions extends Omit<RunOptions, "target" | "outputs" | "fallback"> {
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
  const { project } = context;
  const found = await findChanges(project, base);
  const { affected } = found;
  const { mergeBase } = found.changes.base;
  const runs = await judgeAll(context, affected, mergeBase, { ...options, accept }).catch(whenInterrupted);
  return {
    schema: "agentops.gate/1",
    verdict: verdictOf(
      runs.map(({ verdict }) => verdict),
      found,
    ),
    ...headOf(found, { ref: base, by: baseBy }),
    runs,
    notes: [
      ...(await gateNotes(project, { ...found, base, runs })),
      ...(options.accept !== undefined && !runs.some(isTaken) ? [{ code: "nothing-to-accept" } as const] : []),
    ],
  };
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
