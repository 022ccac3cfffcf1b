import type { LanguageModelV3Usage } from "@ai-sdk/provider";
import type { TokenUsage } from "../client/client.ts";

/** Input includes what was cached, output includes reasoning; null = not reported. */
export function tokensOf(usage: LanguageModelV3Usage): TokenUsage {
  return {
    input: usage.inputTokens.total ?? null,
    output: usage.outputTokens.total ?? null,
    cached: usage.inputTokens.cacheRead ?? null,
    cacheWrite: usage.inputTokens.cacheWrite ?? null,
    reasoning: usage.outputTokens.reasoning ?? null,
  };
}
