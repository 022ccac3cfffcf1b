import type { RunStore } from "../../state/runs.ts";
import type { ScoreRecord, ScorerInfo } from "../run/run-spec.ts";
import { caseOfRow, type CaseRow, type RunRow, specOf } from "../run/runs.store.ts";
import { type Trial, trialsOf, trialsOfCase } from "../run/trials.store.ts";
import type { EvalCase } from "../../scorers/scorer.ts";

/** One trial as a person reads it. */
export interface TrialOutcome {
  trial: number;
  verdict: "pass" | "fail" | "error";
  output: unknown;
  toolCalls: unknown[];
  scores: (ScoreRecord & { name: string; required: boolean })[];
  error: { kind: string; message: string } | null;
  latencyMs: number | null;
  costUsd: number | null;
  answeredBy: string | null;
  attempts: number;
  fromCache: boolean;
}

/** A case with all its trials. */
export interface CaseOutcome {
  case: EvalCase;
  verdict: "pass" | "fail" | "error";
  trials: TrialOutcome[];
}

/** The cases of a run in order, one after the other. */
export function* caseOutcomes(store: RunStore, run: RunRow): Generator<CaseOutcome> {
  const { scorers } = specOf(run);
  let rows: (Trial & CaseRow)[] = [];
  for (const row of trialsOf(store, run)) {
    if (rows[0] !== undefined && rows[0].caseSeq !== row.caseSeq) {
      yield outcomeOf(rows, scorers);
      rows = [];
    }
    rows.push(row);
  }
  if (rows.length > 0) yield outcomeOf(rows, scorers);
}

/** One case of a run, by its number in the dataset. */
export function caseOutcome(store: RunStore, run: RunRow, seq: number): CaseOutcome {
  return outcomeOf(trialsOfCase(store, run, seq), specOf(run).scorers);
}

function outcomeOf(rows: (Trial & CaseRow)[], scorers: readonly ScorerInfo[]): CaseOutcome {
  const trials = rows.map((row) => trialOutcome(row, scorers));
  const verdict = trials.some((t) => t.verdict === "error")
    ? "error"
    : trials.some((t) => t.verdict === "fail")
      ? "fail"
      : "pass";
  return { case: caseOfRow(rows[0] as CaseRow), verdict, trials };
}

function trialOutcome(row: Trial, scorers: readonly ScorerInfo[]): TrialOutcome {
  const scores = JSON.parse(row.scores ?? "[]") as ScoreRecord[];
  return {
    trial: row.trial,
    verdict: row.error !== null ? "error" : row.passed === true ? "pass" : "fail",
    output: row.output === null ? null : (JSON.parse(row.output) as unknown),
    toolCalls: JSON.parse(row.toolCalls ?? "[]") as unknown[],
    scores: scores.map((s, i) => ({
      name: scorers[i]?.name ?? `scorer ${i + 1}`,
      required: scorers[i]?.required ?? true,
      ...s,
    })),
    error: row.error,
    latencyMs: row.latencyMs,
    costUsd: row.costUsd,
    answeredBy: row.answeredBy,
    attempts: row.attempts,
    fromCache: row.fromCache,
  };
}
