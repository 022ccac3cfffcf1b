import type { ErrorCode } from "../../core/errors.ts";
import type { RunStore } from "../../state/runs.ts";
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

/** @param stored its kind, and what it ends with where no later try mends it */
export function errorOf(stored: string, message: string): TrialError {
  const [kind = "", lasting] = stored.split("/");
  return { kind, message, ...(lasting !== undefined && { lasting: lasting as ErrorCode }) };
}

/** Trials of the cases [from, to) that wait to be run, in order, read in pages so that memory does not grow with the dataset. */
export function* pendingTrials(
  store: RunStore,
  { id, dataset, trials }: Pick<RunRow, "id" | "dataset" | "trials">,
  { from, to }: { from: number; to: number } = { from: 0, to: Number.MAX_SAFE_INTEGER },
): Generator<{ seq: number; evalCase: EvalCase; trial: number }> {
  const page = store.sqlite.prepare<[string, number, number], CaseRow>(
    "SELECT seq, caseId, vars, expected, tags, cluster FROM cases WHERE dataset = ? AND seq > ? AND seq < ? ORDER BY seq LIMIT 200",
  );
  const done = store.sqlite.prepare<[string, number, number], { caseSeq: number; trial: number }>(
    "SELECT caseSeq, trial FROM trials WHERE runId = ? AND isError = 0 AND caseSeq BETWEEN ? AND ?",
  );
  let last = from - 1;
  for (let rows = page.all(dataset, last, to); rows.length > 0; rows = page.all(dataset, last, to)) {
    const first = rows[0]?.seq ?? 0;
    last = rows.at(-1)?.seq ?? last;
    const finished = new Set(done.all(id, first, last).map((t) => `${t.caseSeq}:${t.trial}`));
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

/**
 * The answer the store already has to this very request and trial. Where no run before this one left any, only a request that was asked for here before
 * is looked up: to find nothing costs a tenth of a local call.
 */
export function answerFinder({ sqlite }: RunStore): (requestKey: string) => Trial | undefined {
  const statement = sqlite.prepare<[string], TrialRow>(
    "SELECT * FROM trials WHERE requestKey = ? AND isError = 0 LIMIT 1",
  );
  const isAny = sqlite.prepare("SELECT 1 FROM trials WHERE requestKey IS NOT NULL LIMIT 1").get() !== undefined;
  const asked = new Set<number>();
  return (requestKey) => {
    if (!isAny && isFirst(asked, requestKey)) return undefined;
    const row = statement.get(requestKey);
    return row === undefined ? undefined : trialOf(row);
  };
}

/** By 48 bits of the key: two that share them are looked up once too often. */
function isFirst(asked: Set<number>, requestKey: string): boolean {
  const size = asked.size;
  asked.add(Number.parseInt(requestKey.slice(-12), 16));
  return asked.size > size;
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
