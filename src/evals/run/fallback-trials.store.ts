import type { RunStore } from "../../state/runs.ts";
import type { Row } from "../../state/tables.ts";
import type { CaseRow, RunRow } from "./runs.store.ts";
import { fillTallied, TALLIED, type TalliedRow, type TalliedTrial } from "./tallied.store.ts";
import { COLUMNS, valuesOf } from "./trial-writer.store.ts";
import { type Trial, trialOf } from "./trials.store.ts";

/** What one fallback model answered, or failed to, where the pinned model's provider had failed. */
export type FallbackTrial = Trial & { position: number; model: string };

type FallbackRow = Row<"fallbackTrials">;

/** Only of trials that are an error still: one that the pinned model answered when it was tried again has nothing to fall back from. */
const OF_FAILED =
  'JOIN trials t ON t."runId" = f."runId" AND t."caseSeq" = f."caseSeq" AND t.trial = f.trial AND t."isError" = 1';

/** Writes who was asked for one trial, in place of whom was asked for it before. */
export function fallbackWriter({ sqlite }: RunStore): (rows: readonly FallbackTrial[]) => void {
  const all = [...COLUMNS, "position", "model"];
  const clear = sqlite.prepare("DELETE FROM fallbackTrials WHERE runId = ? AND caseSeq = ? AND trial = ?");
  const insert = sqlite.prepare(
    `INSERT INTO fallbackTrials (${all.join(", ")}) VALUES (${all.map(() => "?").join(", ")})`,
  );
  const write = sqlite.transaction((rows: readonly FallbackTrial[]) => {
    const [first] = rows;
    if (first !== undefined) clear.run(first.runId, first.caseSeq, first.trial);
    for (const trial of rows) insert.run([...valuesOf(trial), trial.position, trial.model]);
  });
  return (rows) => {
    write.immediate(rows);
  };
}

/** The fallback models that a run asked, in their order. */
export function askedFallbacks({ sqlite }: RunStore, runId: string): string[] {
  return sqlite
    .prepare<[string], string>(
      `SELECT f.model FROM fallbackTrials f ${OF_FAILED} WHERE f.runId = ? GROUP BY f.model ORDER BY min(f.position)`,
    )
    .pluck()
    .all(runId);
}

/** One model's share of them for its tally, in order of case and trial. Each is the same object, filled anew. */
export function* talliedFallbacks(
  { sqlite }: RunStore,
  run: Pick<RunRow, "id" | "dataset">,
  model: string,
): Generator<TalliedTrial> {
  const columns = TALLIED.map((c) => `f.${c}`).join(", ");
  const rows = sqlite
    .prepare<[string, string, string], [...TalliedRow, string, string | null]>(
      `SELECT ${columns}, c.caseId, c.cluster FROM fallbackTrials f ${OF_FAILED} JOIN cases c ON c.dataset = ? AND c.seq = f.caseSeq WHERE f.runId = ? AND f.model = ? ORDER BY f.caseSeq, f.trial`,
    )
    .raw(true)
    .iterate(run.dataset, run.id, model);
  const filled = {} as TalliedTrial;
  for (const row of rows)
    yield fillTallied(filled, row as never, [row[TALLIED.length], row[TALLIED.length + 1] as string | null]);
}

/** Who was asked for a trial of a run, in order. */
export function fallbacksFinder({ sqlite }: RunStore): (trial: Trial & CaseRow) => FallbackTrial[] {
  const statement = sqlite.prepare<[string, number, number], FallbackRow>(
    "SELECT * FROM fallbackTrials WHERE runId = ? AND caseSeq = ? AND trial = ? ORDER BY position",
  );
  return ({ runId, caseSeq, trial, error }) =>
    error === null ? [] : statement.all(runId, caseSeq, trial).map((row) => trialOf(row));
}

/** The answer that a fallback model already gave to this very request and trial; as the pinned model of a run it is looked up there. */
export function fallbackAnswerFinder({ sqlite }: RunStore): (requestKey: string) => Trial | undefined {
  const statement = sqlite.prepare<[string], Row<"trials">>(
    `SELECT ${COLUMNS.join(", ")} FROM fallbackTrials WHERE requestKey = ? AND isError = 0 LIMIT 1`,
  );
  return (requestKey) => {
    const row = statement.get(requestKey);
    return row === undefined ? undefined : trialOf(row);
  };
}
