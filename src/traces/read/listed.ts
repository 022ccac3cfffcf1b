import type { TraceRow } from "../store/traces.store.ts";
import type { ListedTrace } from "../schema.ts";

/** A row as a document has it. */
export function listedOf(row: TraceRow): ListedTrace {
  const { id, name, agent, target, version, environment, task, user, session } = row;
  return {
    ...{ id, name, agent, target, version, environment, task, user, session },
    startedAt: new Date(row.startedMs).toISOString(),
    durationMs: row.durationMs,
    costUsd: row.costUsd,
    unpricedCalls: row.unpricedCalls,
    tokens: { input: row.inputTokens, output: row.outputTokens },
    spanCount: row.spans,
    modelCalls: row.modelCalls,
    toolCalls: row.toolCalls,
    models: JSON.parse(row.models) as string[],
    tools: JSON.parse(row.tools) as string[],
    status: row.isError === 1 ? "error" : "ok",
    errorCategory: row.errorCategory as ListedTrace["errorCategory"],
    outcome: {
      success: row.success === null ? null : row.success === 1,
      source: (row.successBy ?? "unknown") as ListedTrace["outcome"]["source"],
      state: row.state as ListedTrace["outcome"]["state"],
    },
    isComplete: row.isComplete === 1,
    probability: row.probability,
    notUnderstood: { attributes: row.notUnderstood },
  };
}
