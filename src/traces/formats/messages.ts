import { plainValue } from "../wire/attributes.ts";
import { looseIn, textIn, unpacked } from "./loose.ts";

/**
 * What somebody calls input or output of a model as text of `gen_ai.input.messages`: a list of messages in whatever dialect stays as it is, and
 * a text alone becomes one message.
 */
export function messagesText(value: unknown, role: "user" | "assistant"): string {
  const list = messageList(unpacked(value));
  return JSON.stringify(plainValue(list ?? [{ role, parts: [{ type: "text", content: textOf(value) }] }]));
}

/** Whether somebody's input or output is messages, whatever it was said to be. */
export function isMessages(value: unknown): boolean {
  return messageList(unpacked(value)) !== undefined;
}

/** `[{role}]`, `{messages: [{role}]}` or one `{role}`; undefined of all else. */
function messageList(value: unknown): unknown[] | undefined {
  const within = Array.isArray(value) ? (value as unknown[]) : looseIn(value)["messages"];
  const list = Array.isArray(within) ? (within as unknown[]) : [value];
  return list.length > 0 && list.every(isMessage) ? list : undefined;
}

/** LangChain's have a type and no role. */
function isMessage(item: unknown): boolean {
  const { role, type, content } = looseIn(item);
  return typeof role === "string" || (content !== undefined && /^(human|ai|system|tool|function)$/.test(textIn(type)));
}

/** A text as it is, and JSON of the rest. */
export function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(plainValue(value));
}
