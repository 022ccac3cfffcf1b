import { AgentopsError, type ErrorCode } from "../../core/errors.ts";
import type { Project } from "../../core/project.ts";
import type { RunResult } from "./schema.ts";

/** Trial errors above this share make the outcome an outside failure, whatever the scores say. */
export function maxErrorRateOf({ config }: { config: Pick<Project["config"], "limits"> }): number {
  return config.limits?.maxErrorRate ?? 0.05;
}

type Counted = Pick<RunResult, "id" | "suite" | "errors" | "lastingErrors" | "judgeErrors" | "planned" | "firstError">;

/** How many of these trials may end in errors: by the limit, and never all of them, since then nothing was measured. */
export function mostErrors(limit: number, planned: number): number {
  return Math.min(limit * planned, Math.max(planned - 1, 0));
}

/**
 * The failure of a run that lost more trials to errors than the limit allows, or all of them; undefined for one that did not. TRIAL_ERRORS
 * where another try may bring it under the limit; where those that no try mends are too many by themselves, their own code.
 */
export function tooManyErrors(run: Counted, limit: number, whose = ""): AgentopsError | undefined {
  const most = mostErrors(limit, run.planned);
  if (run.errors <= most) return undefined;
  const judges = (run.judgeErrors ?? 0) > 0 ? ` (${run.judgeErrors} of them the judge's)` : "";
  const first = run.firstError === null ? "" : `; the first: case ${run.firstError.case}: ${run.firstError.message}`;
  const over = run.errors > limit * run.planned ? `the limit is ${limit * 100} %` : "so nothing was measured";
  const { code, trials } = lasting(run);
  return new AgentopsError(
    code !== undefined && trials > most ? code : "TRIAL_ERRORS",
    `${run.suite}: ${run.errors} of ${run.planned} trials ${whose}ended in an error${judges}, ${over}${first}`,
    { hint: `agentops runs show ${run.id}   then   agentops eval --resume ${run.id}` },
  );
}

/** The failure of a run that its provider ended before its trials did: PROVIDER_FAILED where another try may go on. */
export function unfinished(run: Pick<RunResult, "id" | "errors" | "lastingErrors">, message: string): AgentopsError {
  const { code, trials } = lasting(run);
  // Calls under way may have met something else; what a run meets again ends it again.
  const again = code !== undefined && trials * 2 >= run.errors;
  return new AgentopsError(again ? code : "PROVIDER_FAILED", message, { hint: `agentops eval --resume ${run.id}` });
}

/** How many trials ended in what no later try mends, and the code of most of them. */
function lasting({ lastingErrors = {} }: Pick<RunResult, "lastingErrors">): { code?: ErrorCode; trials: number } {
  const found = Object.entries(lastingErrors) as [ErrorCode, number][];
  const [most] = found.toSorted(([, a], [, b]) => b - a);
  const trials = found.reduce((sum, [, n]) => sum + n, 0);
  return most === undefined ? { trials } : { code: most[0], trials };
}
