import type { ComparedMetric, ComparedSide, DiffDocument } from "../../comparison/schema.ts";
import { ALPHA } from "../../comparison/metrics/tested.ts";
import { printable } from "../../core/printable.ts";
import { many, milliseconds, percent, pText, signed, trimmed, usd, withSign } from "../numbers.ts";

export const VERDICT_WORDS = {
  better: "better",
  worse: "worse",
  "no-difference": "no difference",
  inconclusive: "inconclusive",
  "not-measured": "not measured",
} as const;

/** `prompts/support-triage@v2`, or with the start of its digest, or of its run. */
export function sideName({ ref, version, digest, run }: ComparedSide): string {
  if (version !== null) return `${ref}@${version}`;
  if (digest !== null) return `${ref} (unpublished, ${digest.slice(7, 15)})`;
  return run === null ? ref : `${ref} (run ${run.slice(0, 13)})`;
}

/** A value in the metric's unit. */
export function metricValue({ unit }: Pick<ComparedMetric, "unit">, value: number): string {
  switch (unit) {
    case "proportion":
      return percent(value);
    case "ms":
      return value >= 10_000 ? `${trimmed(value / 1000, 1)} s` : milliseconds(value);
    case "usd":
      return usd(value);
    case "tokens":
      return trimmed(value, 1);
    case "score":
      return trimmed(value, 3);
  }
}

/** The change with its interval: points for shares, percent for amounts. */
export function changeWords(metric: ComparedMetric): string {
  const { relative, ratio, difference, ci95, unit } = metric;
  if (relative && ratio !== null)
    return `${signed((ratio.estimate - 1) * 100, 1)} %${interval(ratio.ci95, (v) => signed((v - 1) * 100, 1))}`;
  if (unit === "proportion") return `${signed(difference * 100, 1)} points${interval(ci95, (v) => signed(v * 100, 1))}`;
  const show = (v: number) => withSign(v, metricValue(metric, Math.abs(v)));
  return `${show(difference)}${interval(ci95, show)}`;
}

function interval(ci: readonly [number | null, number | null] | null, show: (value: number) => string): string {
  if (ci === null) return "";
  if (ci[0] === null && ci[1] === null) return " [open]";
  const side = (value: number | null) => (value === null ? "open" : show(value));
  return ` [${side(ci[0])}, ${side(ci[1])}]`;
}

/** "p = 0.031", "p < 0.0001"; adjusted where other metrics were judged with it. */
export function pWords({ pValue, adjustedPValue }: ComparedMetric): string {
  const p = adjustedPValue ?? pValue;
  return p === null ? "" : pText(p);
}

/** The verdict in one sentence. */
export function verdictSentence({ verdict, metrics, paired }: Verdicted): string {
  const primary = metrics.find((m) => m.role === "primary");
  if (primary === undefined || paired === null) return "nothing was measured";
  const rates = `${percent(primary.control)} → ${percent(primary.candidate)}, ${changeWords(primary)}`;
  const worse = metrics.filter((m) => m.role === "guardrail" && m.verdict === "worse" && m.beyondMargin);
  const because =
    verdict === "worse" && primary.verdict !== "worse" ? `; ${worse.map((m) => m.name).join(", ")} got worse` : "";
  return `success ${rates}${because}`;
}

type Verdicted = Pick<DiffDocument, "verdict" | "metrics" | "paired">;

type Need = NonNullable<DiffDocument["need"]>;

/** What it would take, for the difference seen and for the one asked for. */
export function needWords({ other, ...need }: Need): string {
  const each = [need, ...(other === null ? [] : [other])].map(({ why, ...size }) => `${sizeWords(size)} ${why}`);
  return [...never(need.clusters), ...each].join("; ");
}

/** Clusters are what counts where cases come in them. */
export function sizeWords({ cases, clusters }: Pick<Need, "cases" | "clusters">): string {
  return clusters === null ? many(cases, "case") : `${many(clusters.needed, "cluster")} (${many(cases, "case")})`;
}

/** That no difference could have been shown; nothing where one could. */
export function never(clusters: Need["clusters"]): string[] {
  if (clusters === null || clusters.now >= clusters.least) return [];
  return [`${many(clusters.now, "cluster")} can never show anything at 5 %, at least ${clusters.least} are needed`];
}

/** With several trials a case is counted by most of them; one that lost a trial is a regression all the same. */
export function majority({ trialsControl, trialsCandidate }: NonNullable<DiffDocument["paired"]>): string {
  return trialsControl > 1 || trialsCandidate > 1 ? "by the majority of their trials " : "";
}

/**
 * What is said beside: of metrics that inform, only how much of the cost and of the tokens was left out, a p50 repeats its p95; and
 * where the interval excludes no difference and the verdict, among others, does not.
 */
export function isRemarked(metric: ComparedMetric): boolean {
  const { role, name, ci95 } = metric;
  return role !== "other" || (ci95 === null && /^(costUsd|tokens)\./.test(name)) || isOnlyAlone(metric);
}

function isOnlyAlone({ verdict, pValue }: ComparedMetric): boolean {
  return verdict === "inconclusive" && pValue !== null && pValue < ALPHA;
}

/** What must be said beside the numbers. */
export function remarksOn(metrics: readonly ComparedMetric[]): string[] {
  return metrics.filter(isRemarked).flatMap((m) => m.remarks.map((remark) => `${printable(m.name)}: ${remark}`));
}
