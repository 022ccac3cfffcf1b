import { printable } from "../../core/printable.ts";
import type { CiReport } from "../../planning/schema.ts";
import { milliseconds, percent, pText, whole, many } from "../numbers.ts";
import { points } from "../../core/words.ts";
import { signedDigits, signedPoints } from "./words.ts";
import type { Style } from "../style.ts";

type Bounds = readonly [number | null, number | null];

export function intervalText(report: CiReport, style: Style): string[] {
  const sure = `with ${percent(report.confidence)} confidence`;
  switch (report.kind) {
    case "proportion": {
      const { successes, n } = report.sample;
      return [
        `${style.bold(`${percent(report.estimate)} (${whole(successes)} of ${whole(n)})`)}, ${sure} ${between(report.interval, percent)}`,
        style.dim(`method ${report.method}`),
      ];
    }
    case "difference": {
      const rates = `${percent(report.candidate.rate)} against ${percent(report.control.rate)}`;
      return [
        style.bold(`${compared(report.estimate)}: ${rates}`),
        verdict(report.interval, sure),
        style.dim(`method ${report.method}`),
      ];
    }
    case "paired": {
      const { onlyControl, onlyCandidate } = report.pairs;
      const changed = `${many(onlyControl, "regression")}, ${many(onlyCandidate, "improvement")}`;
      const { midP, exact } = report.pValue;
      return [
        style.bold(`${compared(report.estimate)}: ${changed}`),
        pairedVerdict(report, sure),
        style.dim(`method ${report.method}; McNemar mid-p ${pText(midP)}, exact ${pText(exact)}`),
      ];
    }
    case "run":
      return runLines(report, style, sure);
    case "values":
      return valueLines(report, style, sure);
  }
}

function runLines(report: Extract<CiReport, { kind: "run" }>, style: Style, sure: string): string[] {
  const { successRate, p95LatencyMs, suite, run } = report;
  const success = `success rate ${percent(successRate.estimate)}`;
  const latency = p95LatencyMs === null ? [] : [`${style.bold(`p95 latency ${milliseconds(p95LatencyMs.estimate)}`)}, ${sure} ${between(p95LatencyMs.interval, milliseconds)}`]; // prettier-ignore
  return [
    `${style.bold(success)}, ${sure} ${between(successRate.interval, percent)}`,
    ...latency,
    style.dim(
      `${printable(suite)}, run ${run}: ${many(report.scored, "scored trial")}; those of one case are not counted as independent`,
    ),
  ];
}

function valueLines(report: Extract<CiReport, { kind: "values" }>, style: Style, sure: string): string[] {
  const what = report.method === "welch" ? "difference of means" : "shift (Hodges–Lehmann)";
  const higher = report.superiority === null ? report.estimate > 0 : report.superiority > 0.5;
  const shown = isBelow(report.pValue, report.confidence)
    ? `the candidate is ${higher ? "higher" : "lower"}`
    : "no difference is shown";
  const superiority =
    report.superiority === null
      ? []
      : [`a value of the candidate is higher than one of the control in ${percent(report.superiority)} of pairs`];
  return [
    `${style.bold(`${what} ${signedDigits(report.estimate)}`)}, ${sure} ${between(report.interval, signedDigits)}: ${shown}`,
    ...superiority,
    style.dim(
      `method ${report.method}, ${report.exact ? "exact " : ""}${pText(report.pValue)}; ${many(report.n.control, "value")} of the control, ${many(report.n.candidate, "value")} of the candidate`,
    ),
  ];
}

function compared(difference: number): string {
  if (difference === 0) return "no difference";
  return `the candidate is ${points(Math.abs(difference))} ${difference > 0 ? "better" : "worse"}`;
}

/** What the interval of a difference of success rates decides. */
function verdict([low, high]: Bounds, sure: string): string {
  const range = `${sure} ${between([low, high], signedPoints)} points`;
  if (low !== null && low > 0) return `It is better: ${range}.`;
  if (high !== null && high < 0) return `It is worse: ${range}.`;
  return `Nothing is decided: ${range}, which contains 0.`;
}

/** Decided by McNemar's p, as `diff` decides; where the interval says otherwise, both are said. */
function pairedVerdict(report: Extract<CiReport, { kind: "paired" }>, sure: string): string {
  const { interval, pValue, test, pairs, estimate, confidence } = report;
  const p = test === "mcnemar-exact" ? pValue.exact : pValue.midP;
  const decided = isBelow(p, confidence);
  const [low, high] = interval;
  const apart = (low ?? 0) > 0 || (high ?? 0) < 0;
  if (decided === apart) return verdict(interval, sure);
  const range = `${sure} ${between(interval, signedPoints)} points`;
  const by = `McNemar's ${test === "mcnemar-exact" ? "exact" : "mid-p"} test gives ${pText(p)}`;
  if (decided) return `It is ${estimate > 0 ? "better" : "worse"}: ${by}, although the interval reaches 0: ${range}.`;
  return `Nothing is decided: ${range}, but with ${many(pairs.onlyControl + pairs.onlyCandidate, "changed case")} ${by}.`;
}

/** 1 − confidence, without what rounding left of it. */
function isBelow(p: number, confidence: number): boolean {
  return p < Number((1 - confidence).toPrecision(12));
}

function between([low, high]: Bounds, show: (value: number) => string): string {
  if (low === null && high === null) return "unbounded (too few values)";
  if (low === null || high === null)
    return low === null ? `at most ${show(high ?? 0)} (no lower bound)` : `at least ${show(low)} (no upper bound)`;
  return `between ${show(low)} and ${show(high)}`;
}
