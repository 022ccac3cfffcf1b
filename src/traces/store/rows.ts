import type { TraceSummary } from "../trace/summary.ts";
import type { NewTrace, TraceRow } from "./traces.store.ts";

/** A trace's row as its summary says; `before` is the row that is there. */
export function newRow(summary: TraceSummary, receivedMs: number, before?: TraceRow): NewTrace {
  const { tokens, models, tools, isError, success, isComplete, agentSpan, startedMs, target, ...same } = summary;
  return {
    ...same,
    target,
    startedMs: Math.floor(startedMs),
    receivedMs: before?.receivedMs ?? receivedMs,
    inputTokens: tokens.input,
    outputTokens: tokens.output,
    isError: Number(isError),
    success: success === null ? null : Number(success),
    isComplete: Number(isComplete),
    outcome:
      target === null || agentSpan === null
        ? "none"
        : isComplete
          ? "due"
          : before?.outcome === "recorded"
            ? "recorded"
            : "waiting",
    probability: before?.probability ?? 1,
    models: JSON.stringify(models),
    tools: JSON.stringify(tools),
  };
}
