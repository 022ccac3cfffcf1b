import { AgentopsError, type ErrorCode, messageOf } from "../../core/errors.ts";
import type { RunStore } from "../../state/runs.ts";
import { storeCodeOf } from "../../state/why-not.ts";
import type { Row } from "../../state/tables.ts";
import type { EvalCase } from "../../scorers/scorer.ts";
import { caseOfRow, type CaseRow, type RunRow } from "./runs.store.ts";

type TrialRow = Row<"trials">;
type Flags = "isError" | "errorKind" | "errorMessage" | "passed" | "latencySimulated" | "fromCache";

/** An outside failure or a broken scorer. */
export interface TrialError {
  kind: string;
  message: string;
  /** What it ends with by itself, where no later try mends it; kept after its kind. */
  lasting?: ErrorCode;
  /** The provider failed, so that a fallback model may be asked; known while the run is under way, and not kept. */
  outage?: boolean;
}

/** One trial as it ended; its texts are JSON, redacted. */
export type Trial = Omit<TrialRow, Flags> & {
  /** Null when it ended in an error: then there is nothing to judge. */
  passed: boolean | null;
  error: TrialError | null;
  latencySimulated: boolean;
  /** The store, or a recording, had the answer: nothing was asked. */
  fromCache: boolean;
};

type FlagColumns = Pick<TrialRow, Flags>;

/** A row, or some of its columns, in the words of the code. */
export function trialOf<R extends FlagColumns>({ isError, errorKind, errorMessage, ...row }: R) {
  return {
    ...row,
    passed: row.passed === null ? null : row.passed === 1,
    error: isError === 1 ? errorOf(errorKind ?? "other", errorMessage ?? "") : null,
    latencySimulated: row.latencySimulated === 1,
    fromCache: row.fromCache === 1,
  };
}

function errorOf(stored: string, message: string): TrialError {
  const [kind = "", lasting] = stored.split("/");
  return { kind, message, ...(lasting !== undefined && { lasting: lasting as ErrorCode }) };
}

export function rowOf({ error, ...trial }: Trial): TrialRow {
  return {
    ...trial,
    isError: Number(error !== null),
    errorKind: error === null ? null : [error.kind, ...(error.lasting === undefined ? [] : [error.lasting])].join("/"),
    errorMessage: error?.message ?? null,
    passed: trial.passed === null ? null : Number(trial.passed),
    latencySimulated: Number(trial.latencySimulated),
    fromCache: Number(trial.fromCache),
  };
}

export const COLUMNS = [
  "runId", "caseSeq", "trial", "isError", "passed", "score", "output", "toolCalls", "finishReason", "inputTokens", "outputTokens",
  "cachedTokens", "cacheWriteTokens", "reasoningTokens", "costUsd", "retryCostUsd", "judgeCostUsd", "latencyMs", "latencySimulated",
  "ttftMs", "answeredBy", "attempts", "fromCache", "scores", "warnings", "errorKind", "errorMessage", "requestKey", "at",
] as const satisfies readonly (keyof TrialRow)[]; // prettier-ignore

/** Trials waiting to be run, in order, read in pages so that memory does not grow with the dataset. */
export function* pendingTrials(
  store: RunStore,
  runId: string,
  dataset: string,
  trials: number,
): Generator<{ seq: number; evalCase: EvalCase; trial: number }> {
  const page = store.sqlite.prepare<[string, number], CaseRow>(
    "SELECT seq, caseId, vars, expected, tags, cluster FROM cases WHERE dataset = ? AND seq > ? ORDER BY seq LIMIT 200",
  );
  const done = store.sqlite.prepare<[string, number, number], { caseSeq: number; trial: number }>(
    "SELECT caseSeq, trial FROM trials WHERE runId = ? AND isError = 0 AND caseSeq BETWEEN ? AND ?",
  );
  let last = -1;
  for (let rows = page.all(dataset, last); rows.length > 0; rows = page.all(dataset, last)) {
    const first = rows[0]?.seq ?? 0;
    last = rows.at(-1)?.seq ?? last;
    const finished = new Set(done.all(runId, first, last).map((t) => `${t.caseSeq}:${t.trial}`));
    for (const row of rows) {
      const evalCase = caseOfRow(row);
      for (let trial = 0; trial < trials; trial++) {
        if (!finished.has(`${row.seq}:${trial}`)) yield { seq: row.seq, evalCase, trial };
      }
    }
  }
}

/** The same in an order of its own: the numbers of the cases. */
export function* pendingTrialsIn(
  order: Iterable<number>,
  store: RunStore,
  { id, dataset, trials }: Pick<RunRow, "id" | "dataset" | "trials">,
): Generator<{ seq: number; evalCase: EvalCase; trial: number }> {
  const one = store.sqlite.prepare<[string, number], CaseRow>(
    "SELECT seq, caseId, vars, expected, tags, cluster FROM cases WHERE dataset = ? AND seq = ?",
  );
  const done = store.sqlite
    .prepare<[string, number], number>("SELECT trial FROM trials WHERE runId = ? AND isError = 0 AND caseSeq = ?")
    .pluck();
  for (const seq of order) {
    const evalCase = caseOfRow(one.get(dataset, seq) as CaseRow);
    const finished = new Set(done.all(id, seq));
    for (let trial = 0; trial < trials; trial++) if (!finished.has(trial)) yield { seq, evalCase, trial };
  }
}

const WHOLE_TRIALS =
  "SELECT t.*, c.seq, c.caseId, c.vars, c.expected, c.tags, c.cluster FROM trials t JOIN cases c ON c.dataset = ? AND c.seq = t.caseSeq WHERE t.runId = ?";

/** Every trial of a run with its case, in order of case and trial; streamed. */
export function* trialsOf(store: RunStore, run: Pick<RunRow, "id" | "dataset">): Generator<Trial & CaseRow> {
  const rows = store.sqlite
    .prepare<[string, string], TrialRow & CaseRow>(`${WHOLE_TRIALS} ORDER BY t.caseSeq, t.trial`)
    .iterate(run.dataset, run.id);
  for (const row of rows) yield trialOf(row);
}

/** The trials of one case, by its number in the dataset. */
export function trialsOfCase(store: RunStore, run: Pick<RunRow, "id" | "dataset">, seq: number): (Trial & CaseRow)[] {
  return store.sqlite
    .prepare<[string, string, number], TrialRow & CaseRow>(`${WHOLE_TRIALS} AND t.caseSeq = ? ORDER BY t.trial`)
    .all(run.dataset, run.id, seq)
    .map(trialOf);
}

/** What a tally reads of each trial: far less than the whole row, and nothing of the case but its name. */
export type TalliedRow = Pick<TrialRow, (typeof TALLIED)[number]> & Pick<CaseRow, "caseId" | "cluster">;
export type TalliedTrial = Omit<TalliedRow, Flags> & Pick<Trial, "passed" | "error" | "latencySimulated" | "fromCache">;

export const TALLIED = [
  "caseSeq",
  "isError",
  "passed",
  "score",
  "inputTokens",
  "outputTokens",
  "cachedTokens",
  "reasoningTokens",
  "costUsd",
  "retryCostUsd",
  "judgeCostUsd",
  "latencyMs",
  "latencySimulated",
  "ttftMs",
  "answeredBy",
  "fromCache",
  "scores",
  "warnings",
  "errorKind",
  "errorMessage",
] as const satisfies readonly (keyof TrialRow)[];

/** Every trial of a run for its tally, in order of case and trial; streamed. */
export function* talliedTrials(store: RunStore, run: Pick<RunRow, "id" | "dataset">): Generator<TalliedTrial> {
  const columns = TALLIED.map((c) => `t.${c}`).join(", ");
  const rows = store.sqlite
    .prepare<[string, string], TalliedRow>(
      `SELECT ${columns}, c.caseId, c.cluster FROM trials t JOIN cases c ON c.dataset = ? AND c.seq = t.caseSeq WHERE t.runId = ? ORDER BY t.caseSeq, t.trial`,
    )
    .iterate(run.dataset, run.id);
  for (const row of rows) yield trialOf(row);
}

/** The answer the store already has to this very request and trial. */
export function answerFinder(store: RunStore): (requestKey: string) => Trial | undefined {
  const statement = store.sqlite.prepare<[string], TrialRow>(
    "SELECT * FROM trials WHERE requestKey = ? AND isError = 0 LIMIT 1",
  );
  return (requestKey) => {
    const row = statement.get(requestKey);
    return row === undefined ? undefined : trialOf(row);
  };
}

/**
 * Writes trials as they come. What arrives within one turn of the event loop shares one transaction, and a
 * row's promise resolves only when it is committed: a killed process loses at most the trials that were under way.
 */
export function trialWriter({ sqlite }: RunStore): (trial: Trial) => Promise<void> {
  const insert = sqlite.prepare(
    `INSERT OR REPLACE INTO trials (${COLUMNS.join(", ")}) VALUES (${COLUMNS.map((c) => `@${c}`).join(", ")})`,
  );
  const writeAll = sqlite.transaction((rows: TrialRow[]) => {
    for (const row of rows) insert.run(row);
  });
  let queue: { row: TrialRow; done: () => void; failed: (error: unknown) => void }[] = [];
  const flush = () => {
    const batch = queue;
    queue = [];
    try {
      writeAll.immediate(batch.map((b) => b.row));
      for (const { done } of batch) done();
    } catch (error) {
      const failure = new AgentopsError(storeCodeOf(error), `cannot write to the store: ${messageOf(error)}`, {
        cause: error,
      });
      for (const { failed } of batch) failed(failure);
    }
  };
  return (trial) =>
    new Promise((done, failed) => {
      if (queue.length === 0) setImmediate(flush);
      queue.push({ row: rowOf(trial), done, failed });
    });
}

/** What was done of a run before: trials without an error, and how many of them succeeded. */
export function doneOf({ sqlite }: RunStore, run: string): { done: number; succeeded: number } {
  const found = sqlite
    .prepare<[string], { done: number; succeeded: number | null }>(
      "SELECT count(*) AS done, sum(passed) AS succeeded FROM trials WHERE runId = ? AND isError = 0",
    )
    .get(run);
  return { done: found?.done ?? 0, succeeded: found?.succeeded ?? 0 };
}
