import type { EvaluatedRun } from "../../gate/evaluation.schema.ts";
import { plural } from "../../core/words.ts";
import { costPartText } from "./cost.ts";
import { milliseconds, percent, percentInterval, trimmed, usd } from "../numbers.ts";

/** What was judged: `prompts/support-triage@v1`, or the worktree when the content is no version. */
export function targetName({ target }: EvaluatedRun): string {
  if (target.version !== null) return `${target.ref}@${target.version}`;
  return target.digest === null ? target.ref : `${target.ref} (unpublished, ${target.digest.slice(7, 15)})`;
}

/** One line on how many of what came out. */
export function outcomeLine(run: EvaluatedRun): string {
  const parts = [`${run.succeeded} of ${run.scored} trials succeeded`, plural(run.errors, "error")];
  if (run.fromCache > 0) parts.push(`${run.fromCache} answers stored or recorded before`);
  return `${plural(run.cases, "case")} × ${plural(run.trials, "trial")}: ${parts.join(", ")}`;
}

/** The metrics as label and text, in the order every format shows them; absent ones are left out. */
export function metricRows(run: EvaluatedRun): [label: string, text: string][] {
  const { metrics } = run;
  const rows: [string, string | undefined][] = [
    [
      "success rate",
      metrics.successRate
        ? `${percent(metrics.successRate.estimate)}  ${percentInterval(metrics.successRate.ci95)}`
        : "nothing was scored",
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
      metrics.ttftMs ? `p50 ${milliseconds(metrics.ttftMs.p50)}  p95 ${milliseconds(metrics.ttftMs.p95)}` : undefined,
    ],
    ["cost", costLine(run)],
    ["judges", judgeLine(run)],
    ["tokens", tokenLine(run)],
    ["answered by", run.answeredBy.length > 0 ? run.answeredBy.join(", ") : undefined],
  ];
  return rows.filter((r): r is [string, string] => r[1] !== undefined);
}

function passLine({ trials }: EvaluatedRun, sign: string, byK: Record<string, number>): string | undefined {
  if (trials < 2) return undefined;
  return Object.entries(byK)
    .map(([k, value]) => `${sign}${k} ${trimmed(value, 4)}`)
    .join("  ");
}

function latencyLine({ metrics: { latencyMs: l } }: EvaluatedRun): string | undefined {
  if (l === null) return undefined;
  return `p50 ${milliseconds(l.p50)}  p95 ${milliseconds(l.p95)}  p99 ${milliseconds(l.p99)}${l.simulated ? "  (simulated)" : ""}`;
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

function tokenLine({ metrics: { tokens: t, costPart }, scored }: EvaluatedRun): string | undefined {
  if (t.input === null && t.output === null) return undefined;
  const cached = t.cached === null || t.cached === 0 ? "" : ` (${t.cached} cached)`;
  const some =
    costPart === undefined || costPart.noUsage === 0 ? "" : `, of ${scored - costPart.noUsage} of ${scored} trials`;
  return `${t.input ?? "?"} in${cached}, ${t.output ?? "?"} out${some}`;
}

/** What stands behind a judge's pass rate: the rate people would have given. */
export function correctedText({ judge }: EvaluatedRun["metrics"]["scorers"][string]): string {
  if (judge?.corrected == null) return "";
  return `, corrected ${percent(judge.corrected.estimate)} ${percentInterval(judge.corrected.ci95)}`;
}
