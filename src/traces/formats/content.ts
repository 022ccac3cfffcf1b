import { isMessages, messagesText, textOf } from "./messages.ts";

/** What kind of step it is, as far as it matters for the name of what it was given and gave. */
export type Speaker = "tool" | "speaker" | "other";

interface Content {
  /** The attribute's name. */
  key: string;
  text: string;
}

/** Of input, and of output: of a tool, of what speaks in messages, and OpenInference's name for all else. */
const KEYS = {
  user: { tool: "gen_ai.tool.call.arguments", speaker: "gen_ai.input.messages", other: "input.value" },
  assistant: { tool: "gen_ai.tool.call.result", speaker: "gen_ai.output.messages", other: "output.value" },
} as const;

/** Input (`user`) or output (`assistant`) of a step as an attribute; what is a list of messages is called so, whoever had it. */
export function contentOf(value: unknown, role: "user" | "assistant", kind: Speaker): Content {
  const as = kind === "other" && isMessages(value) ? "speaker" : kind;
  return { key: KEYS[role][as], text: as === "speaker" ? messagesText(value, role) : textOf(value) };
}
