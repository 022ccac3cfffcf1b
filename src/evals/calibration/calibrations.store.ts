import type { RunStore } from "../../state/runs.ts";
import type { Db, Tx } from "../../state/store.ts";
import type { Row } from "../../state/tables.ts";
import type { ScoreRecord } from "../run/run-spec.ts";
import type { RunRow } from "../run/runs.store.ts";
import type { Calibration } from "./schema.ts";

/** Everybody's: a calibration is in the store that others share, its run on the machine where it was labelled. */
export async function insertCalibration(tx: Tx, row: Row<"calibrations">): Promise<void> {
  await tx.insertInto("calibrations").values(row).execute();
}

/** What was last learnt about a judge; undefined when it was never calibrated. */
export async function latestCalibration(db: Db, key: string): Promise<{ at: string; result: Calibration } | undefined> {
  const all = db.selectFrom("calibrations").select(["createdAt", "result"]).where("judgeKey", "=", key);
  const row = await all.orderBy("id", "desc").limit(1).executeTakeFirst();
  return row === undefined ? undefined : { at: row.createdAt, result: JSON.parse(row.result) as Calibration };
}

/** Complete runs of a suite, the newest first. */
export function completeRunsOfSuite(store: RunStore, suite: string): IterableIterator<RunRow> {
  return store.sqlite
    .prepare<[string], RunRow>("SELECT * FROM runs WHERE suite = ? AND status = 'complete' ORDER BY id DESC")
    .iterate(suite);
}

/** A trial as its judge saw it; `verdict` is null when it ended in an error. */
export interface JudgedTrial {
  caseId: string;
  seq: number;
  cluster: string | null;
  trial: number;
  verdict: { pass: boolean; score: number } | null;
}

/** Every trial of a run with one scorer's verdict, in order of case and trial; streamed. */
export function* judgedTrials(
  store: RunStore,
  run: Pick<RunRow, "id" | "dataset">,
  scorer: number,
): Generator<JudgedTrial> {
  const rows = store.sqlite
    .prepare<[string, string], Omit<JudgedTrial, "verdict"> & { isError: number; scores: string | null }>(
      "SELECT c.caseId, c.seq, c.cluster, t.trial, t.isError, t.scores FROM trials t JOIN cases c ON c.dataset = ? AND c.seq = t.caseSeq WHERE t.runId = ? ORDER BY t.caseSeq, t.trial",
    )
    .iterate(run.dataset, run.id);
  for (const { isError, scores, ...trial } of rows) {
    const found = isError === 1 ? undefined : (JSON.parse(scores ?? "[]") as ScoreRecord[])[scorer];
    yield { ...trial, verdict: found === undefined ? null : { pass: found.pass, score: found.score } };
  }
}

/** A case of a dataset by its id. */
export function findCase(store: RunStore, dataset: string, caseId: string): Row<"cases"> | undefined {
  return store.sqlite
    .prepare<[string, string], Row<"cases">>("SELECT * FROM cases WHERE dataset = ? AND caseId = ? LIMIT 1")
    .get(dataset, caseId);
}
