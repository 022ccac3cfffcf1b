import type { ComparedMetric, DiffDocument } from "../../../comparison/schema.ts";
import { metricValue, pWords } from "../words.ts";
import { changeOf, metricTitle, tied } from "./words.ts";
import { many } from "../../numbers.ts";

/** The verdict in a few words: what a title says. */
export function headline({ verdict, metrics, paired, content }: DiffDocument): string {
  const primary = metrics.find((m) => m.role === "primary");
  if (paired === null || primary === undefined)
    return `Nothing was measured; ${many(content.length, "change")} in content`;
  switch (verdict) {
    case "worse":
      return `Worse: ${primary.verdict === "worse" ? moved(primary) : breaches(metrics).map(moved).join(" and ")}`;
    case "better":
      return `Better: ${primary.verdict === "better" ? moved(primary) : `success as before, and ${improved(metrics).map(moved).join(" and ")}`}`;
    case "no-difference":
      return "No difference that matters";
    case "inconclusive":
      return `Inconclusive: ${many(paired.cases, "case")} ${paired.cases === 1 ? "does" : "do"} not decide`;
  }
}

/** The success rates, their difference, its interval and p. */
export function evidence({ metrics, paired }: DiffDocument): string {
  const primary = metrics.find((m) => m.role === "primary");
  if (paired === null || primary === undefined)
    return "There are no runs of both sides to compare: below is what differs in content.";
  const { estimate, interval } = changeOf(primary);
  const rates = `${metricTitle(primary.name)} ${metricValue(primary, primary.control)} with the control, ${metricValue(primary, primary.candidate)} with the candidate`;
  const bounds = interval === null ? "no interval" : `95 % interval ${interval}`;
  const p = pWords(primary);
  return tied(
    `${rates}: a difference of ${estimate} (${bounds}${p === "" ? "" : `, ${p}`}), over ${many(paired.cases, "case")}.`,
  );
}

/** What else the reader must know of the verdict: breached guardrails and what the judge remarked on what decides. */
export function qualifications(metrics: readonly ComparedMetric[]): string[] {
  const primaryWorse = metrics.some((m) => m.role === "primary" && m.verdict === "worse");
  return [
    ...(primaryWorse ? breaches(metrics).map((m) => `${capital(moved(m))}, beyond its margin.`) : []),
    ...metrics.filter((m) => m.role === "primary").flatMap((m) => m.remarks.map((r) => `${capital(r)}.`)),
  ];
}

/** Guardrails that make the verdict worse; one that nobody set a bound for does not undo an improvement. */
function breaches(metrics: readonly ComparedMetric[]): ComparedMetric[] {
  const improvement = metrics.some((m) => m.role === "primary" && m.verdict === "better");
  return metrics.filter(
    (m) => m.role === "guardrail" && m.verdict === "worse" && m.beyondMargin && (m.bounded || !improvement),
  );
}

function improved(metrics: readonly ComparedMetric[]): ComparedMetric[] {
  return metrics.filter((m) => m.role === "guardrail" && m.verdict === "better");
}

/** "latency p95 rose by 35 %". */
function moved(metric: ComparedMetric): string {
  const size = changeOf(metric).estimate.replace(/^[+−]/, "");
  const title = metricTitle(metric.name);
  return `${title.charAt(0).toLowerCase()}${title.slice(1)} ${metric.difference < 0 ? "fell" : "rose"} by ${size}`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
