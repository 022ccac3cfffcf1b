import type { RunStore } from "../../state/runs.ts";

/** What a comparison reads of a trial. */
export type Row = [
  caseSeq: number, isError: number, passed: number | null, costUsd: number | null, retryCostUsd: number, inputTokens: number | null,
  outputTokens: number | null, latencyMs: number | null, simulated: number, fromCache: number, scores: string | null,
]; // prettier-ignore

/** Cases read at once: a query a page is faster than a call a row, and a page is small. */
const PAGE = 2000;

/** Every trial of a run, in order of case and trial. */
export function* trialsIn({ sqlite }: RunStore, runId: string, cases: number): Generator<Row> {
  const page = sqlite
    .prepare<[string, number, number], Row>(
      "SELECT caseSeq, isError, passed, costUsd, retryCostUsd, inputTokens, outputTokens, latencyMs, latencySimulated, fromCache, scores FROM trials WHERE runId = ? AND caseSeq >= ? AND caseSeq < ? ORDER BY caseSeq, trial",
    )
    .raw(true);
  for (let first = 0; first < cases; first += PAGE) yield* page.all(runId, first, first + PAGE);
}

/** Each case of a dataset with its cluster, in order. */
export function caseNames(
  { sqlite }: RunStore,
  dataset: string,
): IterableIterator<[id: string, cluster: string | null]> {
  return sqlite
    .prepare<[string], [string, string | null]>("SELECT caseId, cluster FROM cases WHERE dataset = ? ORDER BY seq")
    .raw(true)
    .iterate(dataset);
}
