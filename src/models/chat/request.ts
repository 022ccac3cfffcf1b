import type { Message, ModelRequest, ResponseFormat, ToolCall, ToolSpec } from "../client/client.ts";

/** What is the same in all requests of a run, before and after the messages. */
interface Frame {
  parameters: ModelRequest["parameters"];
  tools: ModelRequest["tools"];
  responseFormat: ModelRequest["responseFormat"];
  head: string;
  tail: string;
  warnings: string[];
}

export interface ChatRequest {
  /** JSON, in the order that the providers' packages write it in. */
  body: string;
  warnings: string[];
}

/** Writes chat-completions bodies for one model; what does not change from call to call is written once. */
export function chatRequests(model: string): (request: ModelRequest) => ChatRequest {
  let last: Frame | undefined;
  return (request) => {
    const frame = last !== undefined && fits(last, request) ? last : (last = frameOf(model, request));
    return { body: frame.head + messagesText(request.messages) + frame.tail, warnings: frame.warnings };
  };
}

function fits(frame: Frame, { parameters, tools, responseFormat }: ModelRequest): boolean {
  return frame.parameters === parameters && frame.tools === tools && frame.responseFormat === responseFormat;
}

function frameOf(model: string, { parameters: p, tools, responseFormat }: ModelRequest): Frame {
  const before = JSON.stringify({
    model,
    max_tokens: p.maxTokens,
    temperature: p.temperature,
    top_p: p.topP,
    frequency_penalty: p.frequencyPenalty,
    presence_penalty: p.presencePenalty,
    response_format: formatOf(responseFormat),
    stop: p.stop,
    seed: p.seed,
  });
  const offered = tools === undefined || tools.length === 0 ? "" : `,"tools":${JSON.stringify(tools.map(toolOf))}`;
  return {
    ...{ parameters: p, tools, responseFormat },
    head: `${before.slice(0, -1)},"messages":`,
    tail: `${offered}}`,
    warnings: p.topK === undefined ? [] : ["unsupported: topK"],
  };
}

function formatOf(format: ResponseFormat | undefined) {
  if (format?.type !== "json") return undefined;
  if (format.schema === undefined) return { type: "json_object" };
  return { type: "json_schema", json_schema: { schema: format.schema, strict: true, name: format.name ?? "response" } };
}

function toolOf({ name, description, inputSchema }: ToolSpec) {
  return { type: "function", function: { name, description, parameters: inputSchema } };
}

function messagesText(messages: readonly Message[]): string {
  let text = "[";
  for (const message of messages) text += (text === "[" ? "" : ",") + messageText(message);
  return `${text}]`;
}

function messageText(message: Message): string {
  const { role, content } = message;
  if (role === "tool")
    return `{"role":"tool","tool_call_id":${JSON.stringify(message.toolCallId)},"content":${JSON.stringify(content)}}`;
  const calls = role === "assistant" ? (message.toolCalls ?? []) : [];
  if (calls.length === 0) return `{"role":"${role}","content":${JSON.stringify(content)}}`;
  const said = content === "" ? "null" : JSON.stringify(content);
  return `{"role":"assistant","content":${said},"tool_calls":${JSON.stringify(calls.map(callOf))}}`;
}

function callOf({ id, name, arguments: given }: ToolCall) {
  return {
    id,
    type: "function",
    function: { name, arguments: typeof given === "string" ? given : JSON.stringify(given) },
  };
}
