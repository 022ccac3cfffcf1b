import { AgentopsError, messageOf } from "../../core/errors.ts";
import type { RunStore } from "../../state/runs.ts";
import type { Row } from "../../state/tables.ts";
import { storeCodeOf } from "../../state/why-not.ts";
import type { Trial } from "./trials.store.ts";

export const COLUMNS = [
  "runId", "caseSeq", "trial", "isError", "passed", "score", "output", "toolCalls", "finishReason", "inputTokens", "outputTokens",
  "cachedTokens", "cacheWriteTokens", "reasoningTokens", "costUsd", "retryCostUsd", "judgeCostUsd", "latencyMs", "latencySimulated",
  "ttftMs", "answeredBy", "attempts", "fromCache", "scores", "warnings", "errorKind", "errorMessage", "requestKey", "at",
] as const satisfies readonly (keyof Row<"trials">)[]; // prettier-ignore

/** In the order of the columns. */
export function valuesOf(t: Trial): unknown[] {
  const { error } = t;
  const errorKind = error === null ? null : error.lasting === undefined ? error.kind : `${error.kind}/${error.lasting}`;
  return [
    t.runId, t.caseSeq, t.trial, Number(error !== null), t.passed === null ? null : Number(t.passed), t.score, t.output, t.toolCalls,
    t.finishReason, t.inputTokens, t.outputTokens, t.cachedTokens, t.cacheWriteTokens, t.reasoningTokens, t.costUsd, t.retryCostUsd,
    t.judgeCostUsd, t.latencyMs, Number(t.latencySimulated), t.ttftMs, t.answeredBy, t.attempts, Number(t.fromCache), t.scores, t.warnings,
    errorKind, error?.message ?? null, t.requestKey, t.at,
  ]; // prettier-ignore
}

/** What a process that is killed may lose of its answers; a transaction for each would take half of a local run. */
const HELD_MS = 20;
const MOST_HELD = 500;

/** Writes trials in the order they end, some at once. */
export interface TrialWriter {
  /** Takes one; it is on disk {@link HELD_MS} later. Throws STORE_FAILED, also where those before it could not be written. */
  put(trial: Trial): void;
  /** Writes what is held; throws the same. */
  flush(): void;
}

export function trialWriter({ sqlite }: RunStore): TrialWriter {
  const insert = sqlite.prepare(
    `INSERT OR REPLACE INTO trials (${COLUMNS.join(", ")}) VALUES (${COLUMNS.map(() => "?").join(", ")})`,
  );
  const writeAll = sqlite.transaction((rows: readonly Trial[]) => {
    for (const row of rows) insert.run(valuesOf(row));
  });
  let held: Trial[] = [];
  let timer: NodeJS.Timeout | undefined;
  let failure: AgentopsError | undefined;
  const write = () => {
    clearTimeout(timer);
    timer = undefined;
    const rows = held;
    held = [];
    try {
      if (rows.length > 0) writeAll.immediate(rows);
    } catch (error) {
      failure ??= new AgentopsError(storeCodeOf(error), `cannot write to the store: ${messageOf(error)}`, { cause: error }); // prettier-ignore
    }
  };
  const refuse = () => {
    if (failure !== undefined) throw failure;
  };
  return {
    put(trial) {
      refuse();
      held.push(trial);
      if (held.length >= MOST_HELD) write();
      else timer ??= setTimeout(write, HELD_MS);
      refuse();
    },
    flush() {
      write();
      refuse();
    },
  };
}
