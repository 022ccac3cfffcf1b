import type { Answer } from "../client/backend.ts";
import type { FinishReason, ToolCall } from "../client/client.ts";
import { CallFailure } from "../client/failure.ts";
import { normalizeToolCalls, parsedArguments } from "../client/tool-calls.ts";
import type { AnswerContent, Generated } from "./generated.ts";
import { tokensOf } from "./tokens.ts";

/** What the provider brought back as our answer, an empty one too; `bad-response` when nothing says that it ended as it should. */
export function answerOf(generated: Generated, stopGiven: boolean): Answer {
  const messages = messagesIn(generated.bodies);
  const refusal = refusalIn(messages);
  const text = textOf(generated.content) || refusal;
  const toolCalls = [...toolCallsOf(generated.content), ...legacyCalls(messages, generated.bodies.length)];
  const finishReason = refusal === "" ? finishReasonOf(generated) : "refusal";
  const tokens = tokensOf(generated.usage);
  const answeredBy = generated.modelId ?? modelVersion(generated.bodies);
  // A model that stopped by itself, at a limit or a filter has answered, if with nothing. One that failed, or called tools nobody
  // can read, has not.
  const hasEnded = stopGiven || ENDED.includes(finishReason) || saysEmpty(generated, messages);
  if (text === "" && toolCalls.length === 0 && !hasEnded) {
    throw new CallFailure("bad-response", `answered with nothing (finish reason ${finishReason})`, {
      tokens,
      answeredBy,
    });
  }
  return {
    output: text,
    toolCalls,
    finishReason,
    tokens,
    ttftMs: generated.ttftMs,
    answeredBy: answeredBy ?? null,
    warnings: generated.warnings.map(warningText),
  };
}

const ENDED: readonly FinishReason[] = ["stop", "length", "content-filter", "refusal"];

/** A whole body whose message is the empty text, from a server that names no finish reason. */
function saysEmpty({ finishReason: { raw }, bodies }: Generated, messages: readonly ChatMessage[]): boolean {
  return raw === undefined && bodies.length === 1 && messages.some(({ content }) => content === "");
}

function textOf(content: AnswerContent): string {
  let text = "";
  for (const part of content) if (part.type === "text") text += part.text;
  return text;
}

/** Calls the agent has to make; what the provider ran itself (a web search) is not among them. */
function toolCallsOf(content: AnswerContent): ToolCall[] {
  return content.flatMap((part) =>
    part.type === "tool-call" && part.providerExecuted !== true
      ? [{ id: part.toolCallId, name: part.toolName, arguments: parsedArguments(part.input) }]
      : [],
  );
}

/** The provider packages fold a refusal into `content-filter`; the raw reason tells them apart. */
function finishReasonOf({ finishReason: { unified, raw } }: Generated): FinishReason {
  const refused = raw === undefined || raw === "stop" || raw === "refusal";
  return unified === "content-filter" && refused ? "refusal" : unified;
}

interface ChatBody {
  choices?: { message?: ChatMessage | null; delta?: ChatMessage | null }[] | null;
  modelVersion?: unknown;
}

interface ChatMessage {
  refusal?: string | null;
  content?: unknown;
  function_call?: unknown;
}

function messagesIn(bodies: readonly unknown[]): ChatMessage[] {
  const messages: ChatMessage[] = [];
  for (const body of bodies) {
    const choice = (body as ChatBody | null | undefined)?.choices?.[0];
    const message = choice?.message ?? choice?.delta;
    if (message) messages.push(message);
  }
  return messages;
}

function refusalIn(messages: readonly ChatMessage[]): string {
  let refusal = "";
  for (const message of messages) refusal += message.refusal ?? "";
  return refusal;
}

/** `function_call`, the form before tools: some compatible servers still answer with it. */
function legacyCalls(messages: readonly ChatMessage[], bodies: number): ToolCall[] {
  if (bodies !== 1) return [];
  return messages.flatMap((m) => (m.function_call ? normalizeToolCalls([m.function_call]) : []));
}

function modelVersion(bodies: readonly unknown[]): string | undefined {
  const version = bodies.map((b) => (b as ChatBody | null | undefined)?.modelVersion).find((v) => v !== undefined);
  return typeof version === "string" ? version : undefined;
}

function warningText(warning: Generated["warnings"][number]): string {
  if (warning.type === "other") return warning.message;
  const details = warning.details === undefined ? "" : `: ${warning.details}`;
  return `${warning.type}: ${warning.feature}${details}`;
}
