import type { RunStore } from "../../state/runs.ts";
import { fallbacksFinder } from "../run/fallback-trials.store.ts";
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
  /** What fallback models answered, in the order they were asked; absent where none was. The verdict is the pinned model's. */
  fallbacks?: ({ model: string } & Omit<TrialOutcome, "trial" | "fallbacks">)[];
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
  const others = fallbacksFinder(store);
  let rows: (Trial & CaseRow)[] = [];
  for (const row of trialsOf(store, run)) {
    if (rows[0] !== undefined && rows[0].caseSeq !== row.caseSeq) {
      yield outcomeOf(rows, scorers, others);
      rows = [];
    }
    rows.push(row);
  }
  if (rows.length > 0) yield outcomeOf(rows, scorers, others);
}

/** One case of a run, by its number in the dataset. */
export function caseOutcome(store: RunStore, run: RunRow, seq: number): CaseOutcome {
  return outcomeOf(trialsOfCase(store, run, seq), specOf(run).scorers, fallbacksFinder(store));
}

type Finder = ReturnType<typeof fallbacksFinder>;

function outcomeOf(rows: (Trial & CaseRow)[], scorers: readonly ScorerInfo[], others: Finder): CaseOutcome {
  const trials = rows.map((row): TrialOutcome => {
    const asked = others(row).map(({ model, ...trial }) => ({ model, ...answerOutcome(trial, scorers) }));
    return { trial: row.trial, ...answerOutcome(row, scorers), ...(asked.length > 0 && { fallbacks: asked }) };
  });
  const verdict = trials.some((t) => t.verdict === "error")
    ? "error"
    : trials.some((t) => t.verdict === "fail")
      ? "fail"
      : "pass";
  return { case: caseOfRow(rows[0] as CaseRow), verdict, trials };
}

function answerOutcome(row: Trial, scorers: readonly ScorerInfo[]): Omit<TrialOutcome, "trial" | "fallbacks"> {
  const scores = JSON.parse(row.scores ?? "[]") as ScoreRecord[];
  return {
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
