import { judgeNotes } from "../evals/result/judges.ts";
import type { RunResult } from "../evals/result/schema.ts";
import type { Gate } from "../evals/dataset/schema.ts";
import type { Comparison } from "../comparison/schema.ts";
import type { Check, EvaluatedRun } from "./evaluation.schema.ts";
import { judgeComparison } from "./against-control.ts";
import { judgeGate, worst } from "./bounds.ts";

/** What a run is judged by besides its own result. */
export interface Evidence {
  gate: Gate | undefined;
  /** Why it ended before its trials did; null when it did not. */
  stopped: string | null;
  /** Trial errors above this share leave too little to judge. */
  maxErrorRate: number;
  /** With its control; null without one. */
  comparison: Comparison | null;
  /** Set when the run was ended because it was worse than its control beyond chance. */
  earlyStop?: Check | undefined;
}

/** The verdict on a run. One that was cut short, or lost too many trials to errors, has not seen enough. */
export function judgeRun(result: RunResult, evidence: Evidence): EvaluatedRun {
  const { gate, stopped, maxErrorRate, comparison, earlyStop } = evidence;
  const notes = notesOn(gate, result, comparison);
  if (earlyStop !== undefined) {
    const early = "stopped early: the verdict is by the e-value; intervals and p-values of what was seen are not valid";
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

function notesOn(gate: Gate | undefined, result: RunResult, comparison: Comparison | null): string[] {
  const { metrics, target } = result;
  const compared = gate?.nonInferiority ?? gate?.p95LatencyMs?.maxIncrease ?? gate?.costPerTaskUsd?.maxIncrease;
  const own = [
    ...(compared === undefined || comparison !== null
      ? []
      : ["bounds against a control were not judged: nothing was compared"]),
    ...(target.model.startsWith("offline/")
      ? ["answered by the offline stand-in, which is not a model: its scores say nothing about one"]
      : []),
    ...(metrics.latencyMs?.simulated === true ? ["latency is simulated on a virtual clock"] : []),
  ];
  return [...new Set([...own, ...judgeNotes(result), ...(comparison?.notes ?? [])])];
}
