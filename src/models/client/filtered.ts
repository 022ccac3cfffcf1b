import type { Answer } from "./backend.ts";

/**
 * A prompt that the provider's own filter stopped (Azure: an error with code `content_filter`, under status 400 or
 * even 200) is an outcome to be scored, not a failed call; undefined for any other body.
 */
export function filteredIn(body: string | undefined): Answer | undefined {
  if (body?.includes("content_filter") !== true) return undefined;
  const said = errorIn(body);
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
