import type { Attributes, Value, WireSpan } from "../wire/span.ts";
import { ALIASES, type Field } from "./aliases.ts";
import { type Said, saidBy } from "./facts.ts";
import { type Message, messagesOf, parsed } from "./messages.ts";
import { unflatten } from "./unflatten.ts";

/** What a step was given and what it gave; null where nothing was recorded. */
export interface Contents {
  /** A model's: the system's words first. */
  inputMessages: Message[];
  outputMessages: Message[];
  /** What a tool or an agent was given, or a model as one text. */
  input: Value | null;
  output: Value | null;
  tools: Value | null;
}

/** Families that a dialect spreads over keys, by the field they are. */
const SPREAD = new Map<Field, string[]>();
for (const [key, field] of ALIASES) if (key.endsWith(".*")) SPREAD.set(field, [...(SPREAD.get(field) ?? []), key.slice(0, -1)]); // prettier-ignore

export function contentsOf(span: WireSpan): Contents {
  const said = saidBy(span);
  const read = (field: Field) => valueOf(span.attributes, said, field);
  const system = read("system");
  const given = read("inputMessages");
  const gave = read("outputMessages");
  const input = read("toolArguments") ?? read("input") ?? null;
  const output = read("toolResult") ?? read("output") ?? read("outputText") ?? read("retrieved") ?? null;
  return {
    inputMessages: [
      ...(system === undefined ? [] : messagesOf(system, "system")),
      ...(given === undefined ? [] : messagesOf(given, "user")),
      ...eventsOf(span, /^gen_ai\.(?:system|user|assistant|tool)\.message$/),
    ],
    outputMessages: [...(gave === undefined ? answered(read) : messagesOf(gave, "assistant")), ...eventsOf(span, /^gen_ai\.choice$/)], // prettier-ignore
    input: input === null ? null : parsed(input),
    output: output === null ? null : parsed(output),
    tools: read("toolDefinitions") ?? null,
  };
}

/** The AI SDK has an answer's text and its calls apart. */
function answered(read: (field: Field) => Value | undefined): Message[] {
  const text = read("outputText");
  const calls = read("outputToolCalls");
  if (text === undefined && calls === undefined) return [];
  const list = calls === undefined ? [] : parsed(calls);
  return messagesOf({ role: "assistant", content: text ?? "", tool_calls: Array.isArray(list) ? list : [] }, "assistant"); // prettier-ignore
}

/** Conventions of 2024 had messages as events. */
function eventsOf(span: WireSpan, names: RegExp): Message[] {
  return span.events
    .filter(({ name }) => names.test(name))
    .flatMap(({ name, attributes }) => messagesOf({ "event.name": name, ...attributes }, name === "gen_ai.choice" ? "assistant" : "user")); // prettier-ignore
}

/** The one that is preferred: put together where its key is one of many. */
function valueOf(attributes: Attributes, said: Said, field: Field): Value | undefined {
  const found = said.get(field);
  if (found === undefined) return undefined;
  const prefix = SPREAD.get(field)?.find((start) => found.key.startsWith(start));
  return prefix === undefined ? parsed(found.value) : unflatten(attributes, prefix);
}
