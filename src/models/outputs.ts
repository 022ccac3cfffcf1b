import type { ModelClient, ModelResult, ToolCall } from "./client/client.ts";
import { ModelError } from "./client/model-error.ts";

/** An answer somebody else recorded, already mapped from their file's fields. */
export interface RecordedOutput {
  output: unknown;
  toolCalls: ToolCall[];
  latencyMs: number | null;
  costUsd: number | null;
  inputTokens: number | null;
  outputTokens: number | null;
  finishReason: ModelResult["finishReason"];
  /** The whole line, for expression scorers. */
  record: unknown;
}

/** A client that answers from recorded outputs, by case and trial; a case without one is an error, never a success. */
export function outputsClient(lookup: (caseId: string, trial: number) => RecordedOutput | undefined): ModelClient {
  return {
    pin: "outputs/recorded",
    kind: "outputs",
    cacheable: false,
    remote: false,
    generate: (_request, { caseId, trial }) => {
      const recorded = lookup(caseId, trial);
      return recorded === undefined ? Promise.reject(missing(caseId, trial)) : Promise.resolve(resultOf(recorded));
    },
    close: () => Promise.resolve(),
  };
}

function resultOf(recorded: RecordedOutput): ModelResult {
  const { output, toolCalls, finishReason, costUsd, latencyMs, inputTokens, outputTokens, record } = recorded;
  return {
    output,
    toolCalls,
    finishReason,
    tokens: { input: inputTokens, output: outputTokens, cached: null, cacheWrite: null, reasoning: null },
    costUsd,
    retryCostUsd: 0,
    latencyMs,
    ttftMs: null,
    record,
    answeredBy: null,
    warnings: [],
    attempts: 1,
  };
}

function missing(caseId: string, trial: number): ModelError {
  const which = trial === 0 ? "" : ` for trial ${trial + 1}`;
  return new ModelError("missing-output", `case ${caseId} has no recorded output${which}`, {
    hint: "check the outputs: mapping of the suite, in particular case: and trial:",
  });
}
