import type { AnswerContent, Generated } from "../language-model/generated.ts";
import type { ChatDialect } from "./dialect.ts";

/** What is read of a chat completion; the rest may be as it likes. */
interface Completion {
  model?: string | null;
  choices: Choice[];
  usage?: Usage | null;
}

interface Choice {
  message: ChatMessage;
  finish_reason?: string | null;
}

interface ChatMessage {
  content?: string | { type: string; text?: unknown }[] | null;
  refusal?: string | null;
  audio?: { transcript?: string | null } | null;
  tool_calls?: { id?: string | null; function: { name: string; arguments: string } }[] | null;
}

interface Usage {
  prompt_tokens?: number | null;
  completion_tokens?: number | null;
  prompt_tokens_details?: { cached_tokens?: number | null; cache_write_tokens?: number | null } | null;
  completion_tokens_details?: { reasoning_tokens?: number | null } | null;
}

/** The text as a chat completion; undefined where it is none. */
export function readCompletion(text: string): Completion | undefined {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return undefined;
  }
  return isCompletion(body) ? body : undefined;
}

/** As the packages of the providers give it. @param completion with a choice */
export function generatedFrom(
  completion: Completion,
  { message, finish_reason: raw }: Choice,
  { kind }: Pick<ChatDialect, "kind">,
  warnings: readonly string[],
): Generated {
  return {
    content: contentOf(message, kind),
    finishReason: { unified: unified(raw), raw: raw ?? undefined },
    usage: usageOf(completion.usage ?? undefined, kind),
    warnings: warnings.map((warning) => ({ type: "other", message: warning })),
    modelId: completion.model ?? undefined,
    bodies: [completion],
    ttftMs: null,
  };
}

function contentOf(message: ChatMessage, kind: ChatDialect["kind"]): AnswerContent {
  const content: AnswerContent = textsOf(message, kind).map((text) => ({ type: "text", text }));
  for (const [i, { id, function: called }] of (message.tool_calls ?? []).entries())
    content.push({ type: "tool-call", toolCallId: id ?? `call_${i}`, toolName: called.name, input: called.arguments });
  return content;
}

function textsOf({ content, audio, refusal }: ChatMessage, kind: ChatDialect["kind"]): string[] {
  const parts = typeof content === "string" ? [content] : (content ?? []).map(({ type, text }) => (type === "text" && typeof text === "string" ? text : "")); // prettier-ignore
  const said = parts.filter((text) => text !== "");
  if (kind === "openai-compatible") return said;
  const spoken = said.length === 0 ? (audio?.transcript ?? "") : "";
  return [...said, spoken, refusal ?? ""].filter((text) => text !== "");
}

const UNIFIED: Readonly<Partial<Record<string, Generated["finishReason"]["unified"]>>> = {
  stop: "stop",
  length: "length",
  content_filter: "content-filter",
  function_call: "tool-calls",
  tool_calls: "tool-calls",
};

function unified(raw: string | null | undefined): Generated["finishReason"]["unified"] {
  return typeof raw === "string" && Object.hasOwn(UNIFIED, raw) ? (UNIFIED[raw] ?? "other") : "other";
}

/** What a usage that is there does not say is none of it; without a usage nothing is known. */
function usageOf(usage: Usage | undefined, kind: ChatDialect["kind"]): Generated["usage"] {
  if (usage === undefined)
    return {
      inputTokens: { total: undefined, noCache: undefined, cacheRead: undefined, cacheWrite: undefined },
      outputTokens: { total: undefined, text: undefined, reasoning: undefined },
    };
  const [input, output] = [usage.prompt_tokens ?? 0, usage.completion_tokens ?? 0];
  const cached = usage.prompt_tokens_details?.cached_tokens ?? 0;
  const written = kind === "openai" ? (usage.prompt_tokens_details?.cache_write_tokens ?? undefined) : undefined;
  const reasoning = usage.completion_tokens_details?.reasoning_tokens ?? 0;
  return {
    inputTokens: { total: input, noCache: input - cached - (written ?? 0), cacheRead: cached, cacheWrite: written },
    outputTokens: { total: output, text: Math.max(0, output - reasoning), reasoning },
  };
}

type Shape = Record<string, unknown>;

function isCompletion(body: unknown): body is Completion {
  if (!isObject(body) || !isText(body["model"]) || !Array.isArray(body["choices"])) return false;
  return body["choices"].every(isChoice) && isUsage(body["usage"]);
}

function isChoice(choice: unknown): boolean {
  if (!isObject(choice) || !isText(choice["finish_reason"]) || !isObject(choice["message"])) return false;
  const { content, refusal, audio, tool_calls: calls } = choice["message"];
  const isContent = isText(content) || (Array.isArray(content) && content.every((part) => isObject(part) && typeof part["type"] === "string")); // prettier-ignore
  const isSpoken = isNone(audio) || (isObject(audio) && isText(audio["transcript"]));
  return isContent && isText(refusal) && isSpoken && (isNone(calls) || (Array.isArray(calls) && calls.every(isCall)));
}

function isCall(call: unknown): boolean {
  if (!isObject(call) || !isText(call["id"]) || !isObject(call["function"])) return false;
  return typeof call["function"]["name"] === "string" && typeof call["function"]["arguments"] === "string";
}

function isUsage(usage: unknown): boolean {
  if (isNone(usage)) return true;
  if (!isObject(usage) || !isCount(usage["prompt_tokens"]) || !isCount(usage["completion_tokens"])) return false;
  const { prompt_tokens_details: input, completion_tokens_details: output } = usage;
  const isInput = isNone(input) || (isObject(input) && isCount(input["cached_tokens"]) && isCount(input["cache_write_tokens"])); // prettier-ignore
  return isInput && (isNone(output) || (isObject(output) && isCount(output["reasoning_tokens"])));
}

function isObject(value: unknown): value is Shape {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isNone(value: unknown): value is null | undefined {
  return value === undefined || value === null;
}

function isText(value: unknown): boolean {
  return isNone(value) || typeof value === "string";
}

function isCount(value: unknown): boolean {
  return isNone(value) || typeof value === "number";
}
