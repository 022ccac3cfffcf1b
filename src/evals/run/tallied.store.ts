import type { RunStore } from "../../state/runs.ts";
import type { RunRow } from "./runs.store.ts";
import { errorOf, type Trial } from "./trials.store.ts";

/** What a tally reads of each trial: far less than the whole row, and nothing of the case but its name. */
export type TalliedTrial = Pick<
  Trial,
  | "caseSeq" | "passed" | "error" | "score" | "inputTokens" | "outputTokens" | "cachedTokens" | "reasoningTokens" | "costUsd" | "retryCostUsd"
  | "judgeCostUsd" | "latencyMs" | "latencySimulated" | "ttftMs" | "answeredBy" | "fromCache" | "scores" | "warnings"
> & { caseId: string; cluster: string | null }; // prettier-ignore

/** In this order for {@link fillTallied}. */
export const TALLIED = [
  "caseSeq", "isError", "passed", "score", "inputTokens", "outputTokens", "cachedTokens", "reasoningTokens", "costUsd", "retryCostUsd",
  "judgeCostUsd", "latencyMs", "latencySimulated", "ttftMs", "answeredBy", "fromCache", "scores", "warnings", "errorKind", "errorMessage",
] as const; // prettier-ignore

export type TalliedRow = [
  caseSeq: number, isError: number, passed: number | null, score: number | null, inputTokens: number | null, outputTokens: number | null,
  cachedTokens: number | null, reasoningTokens: number | null, costUsd: number | null, retryCostUsd: number, judgeCostUsd: number | null,
  latencyMs: number | null, latencySimulated: number, ttftMs: number | null, answeredBy: string | null, fromCache: number,
  scores: string | null, warnings: string | null, errorKind: string | null, errorMessage: string | null,
]; // prettier-ignore

/** Cases read at once. */
const PAGE = 1000;

/** Every trial of a run for its tally, in order of case and trial. Each is the same object, filled anew. */
export function* talliedTrials({ sqlite }: RunStore, { id, dataset }: Pick<RunRow, "id" | "dataset">): Generator<TalliedTrial> {
  const names = sqlite
    .prepare<[string, number, number], [string, string | null]>("SELECT caseId, cluster FROM cases WHERE dataset = ? AND seq >= ? AND seq < ? ORDER BY seq")
    .raw(true);
  const trials = sqlite
    .prepare<[string, number, number], TalliedRow>(`SELECT ${TALLIED.join(", ")} FROM trials WHERE runId = ? AND caseSeq >= ? AND caseSeq < ? ORDER BY caseSeq, trial`)
    .raw(true);
  const filled = {} as TalliedTrial;
  for (let from = 0; ; from += PAGE) {
    const cases = names.all(dataset, from, from + PAGE);
    if (cases.length === 0) return;
    for (const row of trials.all(id, from, from + PAGE)) {
      const named = cases[row[0] - from];
      if (named !== undefined) yield fillTallied(filled, row, named);
    }
  }
} // prettier-ignore

/** Fills in one object for each row, so that none is made. */
export function fillTallied(
  trial: TalliedTrial,
  row: TalliedRow,
  [caseId, cluster]: readonly [string, string | null],
): TalliedTrial {
  const isError = row[1] === 1;
  trial.caseSeq = row[0];
  trial.caseId = caseId;
  trial.cluster = cluster;
  trial.passed = row[2] === null ? null : row[2] === 1;
  trial.error = isError ? errorOf(row[18] ?? "other", row[19] ?? "") : null;
  trial.score = row[3];
  trial.inputTokens = row[4];
  trial.outputTokens = row[5];
  trial.cachedTokens = row[6];
  trial.reasoningTokens = row[7];
  trial.costUsd = row[8];
  trial.retryCostUsd = row[9];
  trial.judgeCostUsd = row[10];
  trial.latencyMs = row[11];
  trial.latencySimulated = row[12] === 1;
  trial.ttftMs = row[13];
  trial.answeredBy = row[14];
  trial.fromCache = row[15] === 1;
  trial.scores = row[16];
  trial.warnings = row[17];
  return trial;
}
