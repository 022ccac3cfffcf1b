import type { ComparedMetric } from "../../../comparison/schema.ts";
import { signed } from "../../numbers.ts";

const NAMES: Record<string, string> = {
  successRate: "Success rate",
  safety: "Safety",
  "latencyMs.p50": "Latency p50",
  "latencyMs.p95": "Latency p95",
  "costUsd.perTask": "Cost per task",
  "costUsd.perSuccess": "Cost per success",
  "tokens.input": "Input tokens",
  "tokens.output": "Output tokens",
};

/** A metric as people say it: "Cost per task", "equals: pass rate". */
export function metricTitle(name: string): string {
  const scorer = /^scorers\.(.+)\.(passRate|mean)$/s.exec(name);
  if (scorer !== null) return `${scorer[1]}: ${scorer[2] === "mean" ? "mean score" : "pass rate"}`;
  return NAMES[name] ?? name;
}

/** A change in the terms its metric is judged in. */
interface ChangeWords {
  estimate: string;
  /** In the estimate's unit, which it does not repeat; null where there is none. */
  interval: string | null;
}

type Changed = Pick<ComparedMetric, "relative" | "ratio" | "difference" | "ci95" | "unit">;

/** Points for shares, percent for amounts, the difference itself where there is no ratio. */
export function changeOf({ relative, ratio, difference, ci95, unit }: Changed): ChangeWords {
  if (relative && ratio !== null) {
    const digits = decimals(ratio.estimate - 1);
    return worded(ratio.estimate, ratio.ci95, (v) => signed((v - 1) * 100, digits), `${TIE}%`);
  }
  if (unit === "proportion") {
    const digits = decimals(difference);
    return worded(difference, ci95, (v) => signed(v * 100, digits), `${TIE}points`);
  }
  const digits = { usd: 6, score: 3, ms: 1, tokens: 1 }[unit];
  const name = { usd: `${TIE}USD`, ms: `${TIE}ms`, tokens: "", score: "" }[unit];
  return worded(difference, ci95, (v) => signed(v, digits), name);
}

/** Keeps numbers and their signs and units on one line. */
export function tied(text: string): string {
  return text.replace(/ (?=%|ms\b|points?\b)|(?<=\bp) (?=[<=])|(?<=[<=]) (?=\d)/g, TIE);
}

/** A space at which no line breaks. */
export const TIE = "\u00a0";

/** One decimal of a percent; two below one percent. */
function decimals(share: number): number {
  return Math.abs(share) < 0.01 ? 2 : 1;
}

function worded(
  estimate: number,
  interval: ComparedMetric["ci95"],
  show: (value: number) => string,
  unit: string,
): ChangeWords {
  const shown = show(estimate);
  const name = shown === "+1" || shown === "−1" ? unit.replace(/points$/, "point") : unit;
  return { estimate: `${shown}${name}`, interval: interval === null ? null : span(interval, show) };
}

function span([low, high]: readonly [number | null, number | null], show: (value: number) => string): string {
  if (low === null && high === null) return "unbounded";
  if (low === null) return `below ${show(high as number)}`;
  return high === null ? `above ${show(low)}` : `${show(low)} to ${show(high)}`;
}
