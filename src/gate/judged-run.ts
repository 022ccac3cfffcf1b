import { judgeNotes } from "../evals/result/judges.ts";
import type { RunResult } from "../evals/result/schema.ts";
import type { Gate } from "../evals/dataset/schema.ts";
import type { ComparisonFound } from "../comparison/found.ts";
import type { CheckFound, RunFound, RunNote } from "./found.ts";
import { judgeComparison } from "./against-control.ts";
import { judgeGate, worst } from "./bounds.ts";

/** What a run is judged by besides its own result. */
interface Grounds {
  gate: Gate | undefined;
  /** Why it ended before its trials did; null when it did not. */
  stopped: string | null;
  /** Trial errors above this share leave too little to judge. */
  maxErrorRate: number;
  /** With its control; null without one. */
  comparison: ComparisonFound | null;
  /** Set when the run was ended because it was worse than its control beyond chance. */
  earlyStop?: CheckFound | undefined;
}

/** The verdict on a run. One that was cut short, or lost too many trials to errors, has not seen enough. */
export function judgeRun(result: RunResult, grounds: Grounds): RunFound {
  const { gate, stopped, maxErrorRate, comparison, earlyStop } = grounds;
  const notes = notesOn(gate, result, comparison);
  if (earlyStop !== undefined) {
    const early = { code: "stopped-early" } as const;
    return { ...result, verdict: "fail", checks: [earlyStop], comparison, notes: [...notes, early], stopped };
  }
  const checks = [
    ...(gate === undefined ? [] : judgeGate(gate, result)),
    ...(comparison === null ? [] : judgeComparison(gate, comparison)),
  ];
  const enough = stopped === null && result.errors <= maxErrorRate * result.planned;
  const verdict = checks.length === 0 && gate === undefined ? "none" : worst(checks.map((c) => c.verdict));
  return {
    ...result,
    verdict: enough || verdict === "none" ? verdict : "inconclusive",
    checks,
    comparison,
    notes,
    stopped,
  };
}

function notesOn(gate: Gate | undefined, result: RunResult, comparison: ComparisonFound | null): RunNote[] {
  const { metrics, target } = result;
  const compared = gate?.nonInferiority ?? gate?.p95LatencyMs?.maxIncrease ?? gate?.costPerTaskUsd?.maxIncrease;
  const own: [boolean, RunNote][] = [
    [compared !== undefined && comparison === null, { code: "nothing-compared" }],
    [target.model.startsWith("offline/"), { code: "stand-in" }],
    [metrics.latencyMs?.simulated === true, { code: "simulated" }],
  ];
  return [
    ...own.filter(([holds]) => holds).map(([, note]) => note),
    ...judgeNotes(result),
    ...(comparison?.notes ?? []),
  ];
}
