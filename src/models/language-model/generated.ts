import type { LanguageModelV3GenerateResult } from "@ai-sdk/provider";

export type AnswerContent = LanguageModelV3GenerateResult["content"];

/** What a provider package brought back, streamed or not. */
export interface Generated {
  content: AnswerContent;
  finishReason: LanguageModelV3GenerateResult["finishReason"];
  usage: LanguageModelV3GenerateResult["usage"];
  warnings: LanguageModelV3GenerateResult["warnings"];
  modelId: string | undefined;
  /** Raw JSON: the body, or the chunks of a stream. */
  bodies: readonly unknown[];
  /** Milliseconds to the first content; null when not streamed. */
  ttftMs: number | null;
}
