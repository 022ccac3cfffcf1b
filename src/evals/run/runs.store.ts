import { AgentopsError } from "../../core/errors.ts";
import type { Store } from "../../state/store.ts";
import type { Database } from "../../state/tables.ts";
import type { RunSpec } from "./run-spec.ts";
import type { EvalCase } from "../scorers/scorer.ts";

export type RunRow = Database["runs"];
export type TrialRow = Database["trials"];
export type CaseRow = Pick<Database["cases"], "seq" | "caseId" | "vars" | "expected" | "tags" | "cluster">;

const COLUMNS = [
  "runId", "caseSeq", "trial", "isError", "passed", "score", "output", "toolCalls", "finishReason", "inputTokens", "outputTokens",
  "cachedTokens", "cacheWriteTokens", "reasoningTokens", "costUsd", "retryCostUsd", "judgeCostUsd", "latencyMs", "latencySimulated",
  "ttftMs", "answeredBy", "attempts", "fromCache", "scores", "warnings", "errorKind", "errorMessage", "requestKey", "at",
] as const satisfies readonly (keyof TrialRow)[]; // prettier-ignore

export async function insertRun(store: Store, row: RunRow): Promise<void> {
  await store.db.insertInto("runs").values(row).execute();
}

export async function updateRun(store: Store, id: string, change: Partial<RunRow>): Promise<void> {
  await store.db.updateTable("runs").set(change).where("id", "=", id).execute();
}

/** A run by id, by the start of its id, `latest`, or `latest~2` for the second before it; throws RUN_NOT_FOUND. */
export async function findRun(store: Store, name: string): Promise<RunRow> {
  const query = store.db.selectFrom("runs").selectAll().orderBy("id", "desc");
  const back = LATEST.exec(name);
  const rows = await (
    back === null
      ? query.where("id", "like", `${idStart(name)}%`).limit(2)
      : query.offset(Number(back[1] ?? 0)).limit(1)
  ).execute();
  const [first, second] = rows;
  if (first !== undefined && (second === undefined || first.id === name)) return first;
  const why = second === undefined ? `no run "${name}"` : `"${name}" is the start of several runs`;
  throw new AgentopsError("RUN_NOT_FOUND", why, { hint: "agentops runs" });
}

const LATEST = /^latest(?:~(\d{1,6}))?$/;

/** Whether a word names a run rather than an artifact: `latest`, `latest~1`, an id, or at least the first eight of its characters. */
export function isRunName(name: string): boolean {
  return LATEST.test(name) || /^[0-9a-f]{8}[0-9a-f-]*$/.test(name);
}

/** What ids are made of; anything else would be a pattern to SQL. */
function idStart(name: string): string {
  return /^[0-9a-f-]+$/.test(name) ? name : "no such id";
}

export function specOf(row: RunRow): RunSpec {
  return JSON.parse(row.spec) as RunSpec;
}

export async function recentRuns(store: Store, limit: number): Promise<RunRow[]> {
  return store.db.selectFrom("runs").selectAll().orderBy("id", "desc").limit(limit).execute();
}

/** Complete runs of exactly this content, the newest first. */
export async function completeRunsOf(store: Store, targetDigest: string): Promise<RunRow[]> {
  return store.db
    .selectFrom("runs")
    .selectAll()
    .where("targetDigest", "=", targetDigest)
    .where("status", "=", "complete")
    .orderBy("id", "desc")
    .limit(100)
    .execute();
}

/** Trials waiting to be run, in order, read in pages so that memory does not grow with the dataset. */
export function* pendingTrials(
  store: Store,
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
  store: Store,
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

export function caseOfRow(row: CaseRow): EvalCase {
  return {
    id: row.caseId,
    vars: JSON.parse(row.vars) as Record<string, unknown>,
    ...(row.expected !== null && { expected: JSON.parse(row.expected) as unknown }),
    tags: row.tags === null ? [] : (JSON.parse(row.tags) as string[]),
    cluster: row.cluster,
  };
}

const WHOLE_TRIALS =
  "SELECT t.*, c.seq, c.caseId, c.vars, c.expected, c.tags, c.cluster FROM trials t JOIN cases c ON c.dataset = ? AND c.seq = t.caseSeq WHERE t.runId = ?";

/** Every trial of a run with its case, in order of case and trial; streamed. */
export function* trialsOf(store: Store, run: Pick<RunRow, "id" | "dataset">): Generator<TrialRow & CaseRow> {
  yield* store.sqlite
    .prepare<[string, string], TrialRow & CaseRow>(`${WHOLE_TRIALS} ORDER BY t.caseSeq, t.trial`)
    .iterate(run.dataset, run.id);
}

/** The trials of one case, by its number in the dataset. */
export function trialsOfCase(store: Store, run: Pick<RunRow, "id" | "dataset">, seq: number): (TrialRow & CaseRow)[] {
  return store.sqlite
    .prepare<[string, string, number], TrialRow & CaseRow>(`${WHOLE_TRIALS} AND t.caseSeq = ? ORDER BY t.trial`)
    .all(run.dataset, run.id, seq);
}

/** Ids that two datasets share although the case is another: its input or its expectation differs. */
export function differingCases(store: Store, dataset: string, other: string): Set<string> {
  if (dataset === other) return new Set();
  const rows = store.sqlite
    .prepare<[string, string], string>(
      "SELECT a.caseId FROM cases a JOIN cases b ON b.caseId = a.caseId AND b.dataset = ? WHERE a.dataset = ? AND (a.vars IS NOT b.vars OR a.expected IS NOT b.expected) ORDER BY a.seq",
    )
    .pluck()
    .all(other, dataset);
  return new Set(rows);
}

/** What a tally reads of each trial: far less than the whole row, and nothing of the case but its name. */
export type TalliedTrial = Pick<TrialRow, (typeof TALLIED)[number]> & Pick<CaseRow, "caseId" | "cluster">;

const TALLIED = [
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
export function* talliedTrials(store: Store, run: Pick<RunRow, "id" | "dataset">): Generator<TalliedTrial> {
  const columns = TALLIED.map((c) => `t.${c}`).join(", ");
  yield* store.sqlite
    .prepare<[string, string], TalliedTrial>(
      `SELECT ${columns}, c.caseId, c.cluster FROM trials t JOIN cases c ON c.dataset = ? AND c.seq = t.caseSeq WHERE t.runId = ? ORDER BY t.caseSeq, t.trial`,
    )
    .iterate(run.dataset, run.id);
}

/** The answer the store already has to this very request and trial. */
export function answerFinder(store: Store): (requestKey: string) => TrialRow | undefined {
  const statement = store.sqlite.prepare<[string], TrialRow>(
    "SELECT * FROM trials WHERE requestKey = ? AND isError = 0 LIMIT 1",
  );
  return (requestKey) => statement.get(requestKey);
}

/**
 * Writes trials as they come. What arrives within one turn of the event loop shares one transaction, and a
 * row's promise resolves only when it is committed: a killed process loses at most the trials that were under way.
 */
export function trialWriter({ sqlite }: Store): (row: TrialRow) => Promise<void> {
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
      const failure = new AgentopsError(
        "STORE_FAILED",
        `cannot write to the store: ${error instanceof Error ? error.message : String(error)}`,
        { cause: error },
      );
      for (const { failed } of batch) failed(failure);
    }
  };
  return (row) =>
    new Promise((done, failed) => {
      if (queue.length === 0) setImmediate(flush);
      queue.push({ row, done, failed });
    });
}
