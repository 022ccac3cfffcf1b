import type { EvaluatedRun } from "../../gate/evaluation.schema.ts";
import { plural } from "../../core/words.ts";
import { costPartText } from "./cost.ts";
import { fellBackIn } from "../../evals/result/fallbacks.ts";
import { fallbackRows } from "./fallbacks.ts";
import { milliseconds, percent, percentInterval, trimmed, usd } from "../numbers.ts";

/** What was judged: `prompts/support-triage@v1`, or the worktree when the content is no version. */
export function targetName({ target }: EvaluatedRun): string {
  if (target.version !== null) return `${target.ref}@${target.version}`;
  return target.digest === null ? target.ref : `${target.ref} (unpublished, ${target.digest.slice(7, 15)})`;
}

/** One line on how many of what came out. */
export function outcomeLine(run: EvaluatedRun): string {
  const { succeeded, scored, planned } = run;
  const outcome =
    scored === 0
      ? `none of ${plural(planned, "trial")} was scored`
      : `${succeeded} of ${plural(scored, "trial")} succeeded`;
  const parts = [outcome, errorsText(run)];
  if (run.fromCache > 0) parts.push(`${run.fromCache} answers stored or recorded before`);
  if (run.outputsWithoutCase > 0) parts.push(`${plural(run.outputsWithoutCase, "output")} of no case`);
  if (run.outputsLeftOut > 0) parts.push(`${plural(run.outputsLeftOut, "output")} of further trials left out`);
  const left = run.casesLeftOut === 0 ? "" : ` (${run.casesLeftOut} of the dataset left out)`;
  return `${plural(run.cases, "case")}${left} × ${plural(run.trials, "trial")}: ${parts.join(", ")}`;
}

/** Of the errors, those that another model answered; the judge's apart: an answer is there, and says nothing about the agent until somebody judges it. */
function errorsText(run: EvaluatedRun): string {
  const { errors, judgeErrors = 0 } = run;
  const others = fellBackIn(run);
  const answered = others === 0 ? "" : ` (${others} answered by a fallback model)`;
  if (judgeErrors === 0) return `${plural(errors, "error")}${answered}`;
  const own = errors - judgeErrors;
  return [
    ...(own > 0 ? [`${plural(own, "error")}${answered}`] : []),
    plural(judgeErrors, "error of the judge", "errors of the judge"),
  ].join(", ");
}

/** The metrics as label and text, in the order every format shows them; absent ones are left out. */
export function metricRows(run: EvaluatedRun): [label: string, text: string][] {
  const { metrics } = run;
  const rows: [string, string | undefined][] = [
    [
      "success rate",
      metrics.successRate
        ? `${percent(metrics.successRate.estimate)}  ${percentInterval(metrics.successRate.ci95)}`
        : "not scored",
    ],
    [
      "safety",
      metrics.safety ? `${percent(metrics.safety.estimate)}  ${percentInterval(metrics.safety.ci95)}` : undefined,
    ],
    ["pass^k", passLine(run, "^", run.metrics.passHatK)],
    ["pass@k", passLine(run, "@", run.metrics.passAtK)],
    ["latency", latencyLine(run)],
    [
      "first token",
      metrics.ttftMs
        ? `p50 ${milliseconds(metrics.ttftMs.p50)}  p95 ${milliseconds(metrics.ttftMs.p95)}${ofScored(run, run.reported.firstToken)}`
        : undefined,
    ],
    ["cost", costLine(run)],
    ["judges", judgeLine(run)],
    ["tokens", tokenLine(run)],
    ["answered by", run.answeredBy.length > 0 ? run.answeredBy.join(", ") : undefined],
    ...(run.fallbacks ?? []).flatMap(fallbackRows),
  ];
  return rows.filter((r): r is [string, string] => r[1] !== undefined);
}

function passLine({ trials }: EvaluatedRun, sign: string, byK: Record<string, number>): string | undefined {
  if (trials < 2) return undefined;
  return Object.entries(byK)
    .map(([k, value]) => `${sign}${k} ${trimmed(value, 4)}`)
    .join("  ");
}

/** How many of the scored trials a number is of, where it is not of all. */
function ofScored({ scored }: EvaluatedRun, recorded: number): string {
  return recorded === scored ? "" : `  (of ${recorded} of ${plural(scored, "trial")})`;
}

function latencyLine(run: EvaluatedRun): string | undefined {
  const { latencyMs: l } = run.metrics;
  if (l === null) return undefined;
  return `p50 ${milliseconds(l.p50)}  p95 ${milliseconds(l.p95)}  p99 ${milliseconds(l.p99)}${ofScored(run, l.recorded)}${l.simulated ? "  (simulated)" : ""}`;
}

function costLine({ metrics: { costUsd: c, costPart }, target, scored }: EvaluatedRun): string | undefined {
  if (scored === 0) return undefined;
  if (c === null && target.model === "outputs" && (costPart?.known ?? 0) === 0) return undefined;
  if (costPart !== undefined) return costPartText(costPart);
  if (c === null) return target.model.startsWith("offline/") ? "none (offline stand-in)" : "unknown (no price)";
  const success = c.perSuccess === null ? "" : `, ${usd(c.perSuccess)} a success`;
  return `${usd(c.total)} in all, ${usd(c.perTask)} a task${success}`;
}

function judgeLine({ metrics: { judgeCostUsd } }: EvaluatedRun): string | undefined {
  if (judgeCostUsd === 0) return undefined;
  return judgeCostUsd === null ? "unknown (no price, or no usage reported)" : usd(judgeCostUsd);
}

function tokenLine(run: EvaluatedRun): string | undefined {
  const { tokens: t } = run.metrics;
  if (t.input === null && t.output === null) return undefined;
  const cached = t.cached === null || t.cached === 0 ? "" : ` (${t.cached} cached)`;
  return `${t.input ?? "?"} in${cached}, ${t.output ?? "?"} out${ofScored(run, run.reported.tokens)}`;
}

/** A scorer's pass rate, and its mean where that is another number. */
export function scorerWords(metric: EvaluatedRun["metrics"]["scorers"][string]): {
  passRate: string;
  corrected: string;
  mean: string;
} {
  const { passRate, mean } = metric;
  if (passRate === null || mean === null) return { passRate: "not scored", corrected: "", mean: "" };
  return { passRate: percent(passRate), corrected: correctedText(metric), mean: trimmed(mean, 3) };
}

/** What stands behind a judge's pass rate: the rate people would have given. */
function correctedText({ judge }: EvaluatedRun["metrics"]["scorers"][string]): string {
  if (judge?.corrected == null) return "";
  return `, corrected ${percent(judge.corrected.estimate)} ${percentInterval(judge.corrected.ci95)}`;
}
