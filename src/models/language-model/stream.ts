import type { LanguageModelV3StreamPart, LanguageModelV3Usage } from "@ai-sdk/provider";
import { CallFailure, excerpt } from "../client/failure.ts";
import type { AnswerContent, Generated } from "./generated.ts";
import { tokensOf } from "./tokens.ts";

interface Gathered {
  text: Map<string, { type: "text" | "reasoning"; text: string }>;
  content: AnswerContent;
  generated: Generated;
  finished: boolean;
}

const NO_USAGE: LanguageModelV3Usage = {
  inputTokens: { total: undefined, noCache: undefined, cacheRead: undefined, cacheWrite: undefined },
  outputTokens: { total: undefined, text: undefined, reasoning: undefined },
};

/**
 * Reads a stream to its end. `sinceStartMs` is asked once, at the first content (text, reasoning or a tool's input;
 * not at a role or a "created" event). An error event or an end without a finish reason is a failure: half an answer
 * is none.
 */
export async function gather(
  stream: ReadableStream<LanguageModelV3StreamPart>,
  sinceStartMs: () => number,
): Promise<Generated> {
  const bodies: unknown[] = [];
  const all: Gathered = { text: new Map(), content: [], generated: emptyGenerated(bodies), finished: false };
  for await (const part of stream) {
    if (part.type === "raw") bodies.push(part.rawValue);
    else if (part.type === "error") throw streamError(part.error, all);
    else take(part, all, sinceStartMs);
  }
  const { finishReason } = all.generated;
  if (!all.finished || (finishReason.unified === "other" && finishReason.raw === undefined)) {
    throw new CallFailure("bad-response", "the stream ended before the answer was complete", billed(all));
  }
  return { ...all.generated, content: [...all.text.values(), ...all.content] };
}

function emptyGenerated(bodies: unknown[]): Generated {
  return {
    content: [],
    finishReason: { unified: "other", raw: undefined },
    usage: NO_USAGE,
    warnings: [],
    modelId: undefined,
    bodies,
    ttftMs: null,
  };
}

function take(part: LanguageModelV3StreamPart, all: Gathered, sinceStartMs: () => number): void {
  const { generated } = all;
  if (isContent(part)) generated.ttftMs ??= sinceStartMs();
  if (part.type === "stream-start") generated.warnings = part.warnings;
  else if (part.type === "response-metadata") generated.modelId = part.modelId ?? generated.modelId;
  else if (part.type === "text-delta") append(all, "text", part.id, part.delta);
  else if (part.type === "reasoning-delta") append(all, "reasoning", part.id, part.delta);
  else if (part.type === "tool-call") all.content.push(part);
  else if (part.type === "finish") {
    all.finished = true;
    generated.finishReason = part.finishReason;
    generated.usage = part.usage;
  }
}

function isContent(part: LanguageModelV3StreamPart): boolean {
  if (part.type === "text-delta" || part.type === "reasoning-delta") return part.delta !== "";
  return part.type === "tool-input-start" || part.type === "tool-input-delta" || part.type === "tool-call";
}

function append(all: Gathered, type: "text" | "reasoning", id: string, delta: string): void {
  const key = `${type}:${id}`;
  const block = all.text.get(key);
  if (block === undefined) all.text.set(key, { type, text: delta });
  else block.text += delta;
}

function streamError(error: unknown, all: Gathered): Error {
  if (error instanceof Error) return error;
  const message = (error as { message?: unknown } | null)?.message;
  const said = typeof message === "string" ? message : JSON.stringify(error);
  return new CallFailure("bad-response", `the stream reported an error: ${excerpt(said)}`, {
    ...billed(all),
    retry: "backoff",
  });
}

function billed({ generated }: Gathered) {
  return { tokens: tokensOf(generated.usage), answeredBy: generated.modelId };
}
