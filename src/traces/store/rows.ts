import type { TraceSummary } from "../trace/summary.ts";
import type { NewTrace, TraceRow } from "./traces.store.ts";

/** A trace's row as its summary says; `before` is the row that is there. */
export function newRow(summary: TraceSummary, receivedMs: number, before?: TraceRow): NewTrace {
  const { tokens, models, tools, isError, success, isComplete, taskSpan, startedMs, target, ...same } = summary;
  return {
    ...(Object.fromEntries(Object.entries(same).map(([key, value]) => [key, storable(value)])) as typeof same),
    target,
    startedMs: Math.floor(startedMs),
    receivedMs: before?.receivedMs ?? receivedMs,
    inputTokens: tokens.input,
    outputTokens: tokens.output,
    isError: Number(isError),
    success: success === null ? null : Number(success),
    isComplete: Number(isComplete),
    // A root that never comes leaves it waiting: somebody else may have it.
    outcome: target === null ? "none" : isComplete && taskSpan !== null ? "due" : "waiting",
    probability: before?.probability ?? 1,
    models: JSON.stringify(models),
    tools: JSON.stringify(tools),
  };
}

/** A server stores no NUL, and a file that does could not be copied to one; in the blocks it stays. */
function storable(value: unknown): unknown {
  return typeof value === "string" ? value.replaceAll("\0", "\uFFFD") : value;
}
