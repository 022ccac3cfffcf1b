import type { Attributes, Value, WireSpan } from "../wire/span.ts";
import type { Field } from "./aliases.ts";
import { categoryOf, type ErrorCategory } from "./errors.ts";
import { kindOf, type SpanKind } from "./kinds.ts";
import { meaningOf } from "./lookup.ts";

export interface Tokens {
  /** Cached ones are among them. */
  input: number;
  /** Those of reasoning are among them. */
  output: number;
  cached: number;
  cacheWrite: number;
  reasoning: number;
}

/** What is known of a span in every dialect, without what was said: small enough to be kept beside it and read for every trace. */
export interface SpanFacts {
  id: string;
  parent: string | null;
  name: string;
  kind: SpanKind;
  status: "ok" | "error" | "unset";
  startNano: string;
  endNano: string;
  provider?: string;
  modelAsked?: string;
  modelAnswered?: string;
  tokens?: Tokens;
  /** Said by the sender, in USD; ours is made of the tokens where our prices know the model. */
  costSaid?: number;
  tool?: string;
  callId?: string;
  error?: { category: ErrorCategory; message: string };
  agent?: string;
  target?: string;
  version?: string;
  environment?: string;
  task?: string;
  taskType?: string;
  user?: string;
  session?: string;
  success?: boolean;
  state?: string;
  feedback?: string;
  confidence?: number;
  /** How many attributes nobody knows the meaning of. */
  notUnderstood?: number;
}

/** The value of each field that a span has, by the key that is preferred. */
export type Said = Map<Field, { key: string; value: Value; rank: number }>;

/** Reads the table over a span's attributes; of the resource only who and where. `unknown` is told the keys that no line has. */
export function saidBy(span: WireSpan, unknown?: (key: string) => void): Said {
  const said: Said = new Map();
  take(said, span.attributes, 0, unknown);
  take(said, span.resource, 1_000_000);
  return said;
}

function take(said: Said, attributes: Attributes, less: number, unknown?: (key: string) => void): void {
  for (const key in attributes) {
    const meaning = meaningOf(key);
    if (meaning === undefined) unknown?.(key);
    if (meaning === undefined || meaning === null || meaning.field === "detail") continue;
    const value = attributes[key] as Value;
    if (value === null || value === "") continue;
    const rank = meaning.rank + less;
    const before = said.get(meaning.field);
    if (before === undefined || rank < before.rank) said.set(meaning.field, { key, value, rank });
  }
}

/** What a span is, in words that are the same for all dialects. */
export function factsOf(span: WireSpan, unknown?: (key: string) => void): SpanFacts {
  let notUnderstood = 0;
  const said = saidBy(span, (key) => {
    notUnderstood += 1;
    unknown?.(key);
  });
  const text = (field: Field): string | undefined => textOf(said.get(field)?.value);
  const tokens = tokensOf(said);
  const kind = kindOf(text, tokens !== undefined);
  const facts: SpanFacts = {
    id: span.spanId,
    parent: span.parentSpanId,
    name: span.name,
    kind,
    status: span.status.code,
    startNano: span.startNano,
    endNano: span.endNano,
    ...whoAndWhere(text),
    ...(kind === "model" || tokens !== undefined ? modelOf(text) : {}),
  };
  if (tokens !== undefined) facts.tokens = tokens;
  const cost = numberOf(said.get("costUsd")?.value);
  if (cost !== undefined && cost >= 0) facts.costSaid = cost;
  if (kind === "tool" || kind === "retrieval") Object.assign(facts, defined({ tool: text("toolName"), callId: text("toolCallId") })); // prettier-ignore
  const error = errorOf(span, kind, text);
  if (error !== undefined) facts.error = error;
  const success = booleanOf(said.get("success")?.value);
  if (success !== undefined) facts.success = success;
  const confidence = numberOf(said.get("confidence")?.value);
  if (confidence !== undefined) facts.confidence = confidence;
  if (notUnderstood > 0) facts.notUnderstood = notUnderstood;
  return facts;
}

function whoAndWhere(text: (field: Field) => string | undefined): Partial<SpanFacts> {
  const prompt = text("promptName");
  return defined({
    agent: text("agentName"),
    target: text("target") ?? (prompt === undefined ? undefined : `prompts/${prompt}`),
    version: text("version"),
    environment: text("environment"),
    task: text("task"),
    taskType: text("taskType"),
    user: text("user"),
    session: text("session"),
    state: text("state"),
    feedback: text("feedback"),
  });
}

function modelOf(text: (field: Field) => string | undefined): Partial<SpanFacts> {
  return defined({ provider: text("provider"), modelAsked: text("modelAsked"), modelAnswered: text("modelAnswered") });
}

function tokensOf(said: Said): Tokens | undefined {
  const count = (field: Field): number | undefined => {
    const number = numberOf(said.get(field)?.value);
    return number !== undefined && number >= 0 ? Math.round(number) : undefined;
  };
  const [input, output] = [count("inputTokens"), count("outputTokens")];
  if (input === undefined && output === undefined) return undefined;
  const [cached = 0, cacheWrite = 0, reasoning = 0] = [count("cachedTokens"), count("cacheWriteTokens"), count("reasoningTokens")]; // prettier-ignore
  return { input: input ?? 0, output: output ?? 0, cached, cacheWrite, reasoning };
}

function errorOf(span: WireSpan, kind: SpanKind, text: (field: Field) => string | undefined): SpanFacts["error"] {
  const type = text("errorType");
  if (span.status.code !== "error" && type === undefined) return undefined;
  const exception = span.events.findLast(({ name }) => name === "exception")?.attributes;
  const message = span.status.message ?? textOf(exception?.["exception.message"]) ?? type ?? "";
  const words = [type, textOf(exception?.["exception.type"]), message].filter((word) => word !== undefined).join(" ");
  return { category: categoryOf(kind, text("errorCategory"), words), message };
}

/** Some write numbers, truths and lists where a text is meant. */
function textOf(value: Value | undefined): string | undefined {
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  return undefined;
}

function numberOf(value: Value | undefined): number | undefined {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) ? number : undefined;
}

function booleanOf(value: Value | undefined): boolean | undefined {
  if (typeof value === "boolean") return value;
  return value === "true" ? true : value === "false" ? false : undefined;
}

function defined<T extends object>(object: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as never;
}
