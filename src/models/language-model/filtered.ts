import { APICallError } from "@ai-sdk/provider";
import type { Answer } from "../client/backend.ts";

/**
 * A prompt that the provider's own filter stopped (Azure: an error with code `content_filter`, under status 400 or
 * even 200) is an outcome to be scored, not a failed call; undefined for any other error.
 */
export function filteredAnswer(error: unknown): Answer | undefined {
  if (!APICallError.isInstance(error) || error.responseBody?.includes("content_filter") !== true) return undefined;
  const said = errorIn(error.responseBody);
  if (said?.code !== "content_filter") return undefined;
  return {
    output: "",
    toolCalls: [],
    finishReason: "content-filter",
    tokens: { input: null, output: null, cached: null, cacheWrite: null, reasoning: null },
    ttftMs: null,
    answeredBy: null,
    warnings: [said.message ?? "the provider's filter stopped the prompt"],
  };
}

function errorIn(body: string): { code?: string; message?: string } | undefined {
  try {
    return (JSON.parse(body) as { error?: { code?: string; message?: string } }).error;
  } catch {
    return undefined;
  }
}
