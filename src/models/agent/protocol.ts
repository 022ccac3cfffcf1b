import type { Answer } from "../client/backend.ts";
import type { CallContext, ModelRequest } from "../client/client.ts";
import { CallFailure, excerpt } from "../client/failure.ts";
import { finishReasonNamed } from "../client/finish-reason.ts";
import { callsNamedIn, readToolCalls } from "../client/tool-calls.ts";

/**
 * What an agent of the user's gets: one JSON object, on one line for a process, as the body for HTTP.
 * It answers `{id, output, toolCalls? (or tool_calls), usage?: {input, output}, costUsd?, model?, finishReason?}` or `{id, error}`.
 */
export function agentRequest(id: string, request: ModelRequest, context: CallContext): string {
  const { messages, vars = {}, parameters, tools = [] } = request;
  const { caseId, trial } = context;
  return JSON.stringify({ id, case: caseId, trial, messages, vars, parameters, tools });
}

/** An agent's answer as ours, an empty one too; `bad-response` when it is none, `server` when the agent reports an error. */
export function agentAnswer(value: unknown): Answer {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new CallFailure("bad-response", `the agent answered no JSON object: ${excerpt(JSON.stringify(value))}`);
  }
  const row = value as Record<string, unknown>;
  const error = row["error"];
  // Programs that always send the key have nothing, "" or false there when all went well.
  if (error !== undefined && error !== null && error !== "" && error !== false) {
    const said = typeof error === "string" ? error : JSON.stringify(error);
    throw new CallFailure("server", `the agent reported an error: ${excerpt(said, 300)}`);
  }
  const given = callsNamedIn(row);
  const toolCalls = readToolCalls(given);
  if (toolCalls === undefined)
    throw new CallFailure(
      "bad-response",
      `the agent's toolCalls are not understood: ${excerpt(JSON.stringify(given), 80)}`,
    );
  if (row["output"] === undefined && toolCalls.length === 0) {
    throw new CallFailure("bad-response", 'the agent answered with neither "output" nor "toolCalls"');
  }
  return { output: row["output"] ?? "", toolCalls, ...measured(row) };
}

function measured(row: Record<string, unknown>): Omit<Answer, "output" | "toolCalls"> {
  const usage = (row["usage"] ?? {}) as Record<string, unknown>;
  const costUsd = numberOrNull(row["costUsd"]);
  return {
    finishReason: finishReasonNamed(row["finishReason"]) ?? null,
    tokens: {
      input: numberOrNull(usage["input"]),
      output: numberOrNull(usage["output"]),
      cached: numberOrNull(usage["cached"]),
      cacheWrite: numberOrNull(usage["cacheWrite"]),
      reasoning: numberOrNull(usage["reasoning"]),
    },
    // Without its own figure, a price from the config may still apply.
    ...(costUsd === null ? {} : { costUsd }),
    ttftMs: null,
    answeredBy: typeof row["model"] === "string" ? row["model"] : null,
    warnings: unreadable(row, usage),
  };
}

/** What the agent reported in a form we cannot use: it is left out, and said, since a cost that is missing looks unknown. */
function unreadable(row: Record<string, unknown>, usage: Record<string, unknown>): string[] {
  const reported: [string, unknown][] = [
    ["costUsd", row["costUsd"]],
    ["usage.input", usage["input"]],
    ["usage.output", usage["output"]],
  ];
  const bad = reported.filter(([, value]) => value !== undefined && value !== null && numberOrNull(value) === null);
  return bad.map(
    ([name, value]) => `the agent's ${name} is no number of at least 0: ${excerpt(JSON.stringify(value), 40)}`,
  );
}

function numberOrNull(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) && value >= 0 ? value : null;
}
