import { AgentopsError } from "../../core/errors.ts";
import type { Project } from "../../core/project.ts";
import type { RunResult } from "./schema.ts";

/** Trial errors above this share make the outcome an outside failure, whatever the scores say. */
export function maxErrorRateOf({ config }: { config: Pick<Project["config"], "limits"> }): number {
  return config.limits?.maxErrorRate ?? 0.05;
}

type Counted = Pick<RunResult, "id" | "suite" | "errors" | "judgeErrors" | "planned" | "firstError">;

/** The failure of a run that lost more trials to errors than the limit allows; undefined for one that did not. */
export function tooManyErrors(run: Counted, limit: number, whose = ""): AgentopsError | undefined {
  if (run.errors <= limit * run.planned) return undefined;
  const judges = (run.judgeErrors ?? 0) > 0 ? ` (${run.judgeErrors} of them the judge's)` : "";
  const first = run.firstError === null ? "" : `; the first: case ${run.firstError.case}: ${run.firstError.message}`;
  return new AgentopsError(
    "TRIAL_ERRORS",
    `${run.suite}: ${run.errors} of ${run.planned} trials ${whose}ended in an error${judges}, the limit is ${limit * 100} %${first}`,
    { hint: `agentops runs show ${run.id}   then   agentops eval --resume ${run.id}` },
  );
}
