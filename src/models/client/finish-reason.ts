import type { FinishReason } from "./client.ts";

export const FINISH_REASONS: readonly FinishReason[] = [
  "stop",
  "length",
  "tool-calls",
  "content-filter",
  "refusal",
  "error",
  "other",
];

/** What vendors and other tools call them. */
const ALIASES: Readonly<Partial<Record<string, FinishReason>>> = {
  tool_calls: "tool-calls",
  tool_use: "tool-calls",
  function_call: "tool-calls",
  content_filter: "content-filter",
  end_turn: "stop",
  stop_sequence: "stop",
  max_tokens: "length",
};

/** Our name for a finish reason, whichever way it is spelled; undefined when it is none. */
export function finishReasonNamed(name: unknown): FinishReason | undefined {
  if (typeof name !== "string") return undefined;
  return FINISH_REASONS.find((reason) => reason === name) ?? (Object.hasOwn(ALIASES, name) ? ALIASES[name] : undefined);
}
