import { mostErrors } from "../evals/result/trial-errors.ts";
import { judgeNotes } from "../evals/result/judges.ts";
import type { RunResult } from "../evals/result/schema.ts";
import { FEW_CASES, smallestDropAtBest } from "../comparison/metrics/need.ts";
import type { ComparisonFound } from "../comparison/found.ts";
import type { Yardstick } from "../comparison/tolerances.ts";
import type { CheckFound, RunFound, RunNote } from "./found.ts";
import type { Accepted } from "./evaluation.schema.ts";
import { judgeComparison } from "./against-control.ts";
import { judgeGate, worst } from "./bounds.ts";

/** What a run is judged by besides its own result. */
export interface Grounds {
  suite: Yardstick;
  /** Why it ended before its trials did; null when it did not. */
  stopped: string | null;
  /** Trial errors above this share leave too little to judge. */
  maxErrorRate: number;
  /** With its control; null without one. */
  comparison: ComparisonFound | null;
  /** Set when the run was ended because it was worse than its control beyond chance. */
  earlyStop?: CheckFound | undefined;
  /** Who took the trades of this run against this control; undefined while nobody did. */
  accepted?: Accepted | undefined;
}

/** The verdict on a run. One that was cut short, or lost too many trials to errors, has not seen enough. */
export function judgeRun(result: RunResult, grounds: Grounds): RunFound {
  const { suite, stopped, maxErrorRate, comparison, earlyStop, accepted } = grounds;
  const { gate } = suite;
  const notes = notesOn(suite, result, comparison);
  if (earlyStop !== undefined) {
    const early = { code: "stopped-early" } as const;
    return { ...result, verdict: "fail", checks: [earlyStop], comparison, notes: [...notes, early], stopped };
  }
  const checks = [
    ...(gate === undefined ? [] : judgeGate(gate, result)),
    ...(comparison === null ? [] : judgeComparison(suite, comparison, accepted)),
  ];
  const enough = stopped === null && result.errors <= mostErrors(maxErrorRate, result.planned);
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

/** With a control the comparison says it, of the cases that were compared. */
function fewCases({ cases, scored }: RunResult, comparison: ComparisonFound | null): [boolean, RunNote][] {
  if (comparison !== null || scored === 0 || cases >= FEW_CASES) return [];
  return [[true, { code: "few-cases", cases, drop: smallestDropAtBest(cases), atBest: true }]];
}

function notesOn({ gate }: Yardstick, result: RunResult, comparison: ComparisonFound | null): RunNote[] {
  const { metrics, target } = result;
  const compared = gate?.nonInferiority ?? gate?.p95LatencyMs?.maxIncrease ?? gate?.costPerTaskUsd?.maxIncrease;
  const own: [boolean, RunNote][] = [
    [compared !== undefined && comparison === null, { code: "nothing-compared" }],
    [target.model.startsWith("offline/"), { code: "stand-in" }],
    [metrics.latencyMs?.simulated === true, { code: "simulated" }],
    ...fewCases(result, comparison),
  ];
  return [
    ...own.filter(([holds]) => holds).map(([, note]) => note),
    ...judgeNotes(result),
    ...(comparison?.notes ?? []),
  ];
}
