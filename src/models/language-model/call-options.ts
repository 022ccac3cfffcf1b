import type { LanguageModelV3CallOptions } from "@ai-sdk/provider";
import type { Message, ModelRequest, ToolSpec } from "../client/client.ts";

type Prompt = LanguageModelV3CallOptions["prompt"];
type Tools = NonNullable<LanguageModelV3CallOptions["tools"]>;

/** A request in the words of the provider packages; `extra` goes to the provider under its own name. */
export function callOptions(request: ModelRequest, providerKey: string): LanguageModelV3CallOptions {
  const { parameters: p, responseFormat, tools } = request;
  const options: LanguageModelV3CallOptions = { prompt: request.messages.map(promptMessage) };
  if (p.temperature !== undefined) options.temperature = p.temperature;
  if (p.topP !== undefined) options.topP = p.topP;
  if (p.topK !== undefined) options.topK = p.topK;
  if (p.frequencyPenalty !== undefined) options.frequencyPenalty = p.frequencyPenalty;
  if (p.presencePenalty !== undefined) options.presencePenalty = p.presencePenalty;
  if (p.maxTokens !== undefined) options.maxOutputTokens = p.maxTokens;
  if (p.seed !== undefined) options.seed = p.seed;
  if (p.stop !== undefined) options.stopSequences = p.stop;
  if (p.extra !== undefined) options.providerOptions = { [providerKey]: p.extra as never };
  if (responseFormat?.type === "json") options.responseFormat = jsonFormat(responseFormat);
  if (tools !== undefined && tools.length > 0) options.tools = tools.map(functionTool);
  return options;
}

function promptMessage(message: Message): Prompt[number] {
  const { role, content } = message;
  if (role === "system") return { role, content };
  if (role === "tool") {
    const { toolCallId, toolName } = message;
    return { role, content: [{ type: "tool-result", toolCallId, toolName, output: { type: "text", value: content } }] };
  }
  const text = { type: "text" as const, text: content };
  if (message.role !== "assistant" || message.toolCalls === undefined) return { role: role as "user", content: [text] };
  const calls = message.toolCalls.map((call, i) => ({
    ...{ type: "tool-call" as const, toolCallId: call.id ?? `call_${i}`, toolName: call.name },
    input: call.arguments,
  }));
  return { role: "assistant", content: [...(content === "" ? [] : [text]), ...calls] };
}

function functionTool(tool: ToolSpec): Tools[number] {
  return {
    type: "function",
    name: tool.name,
    inputSchema: tool.inputSchema,
    ...(tool.description === undefined ? {} : { description: tool.description }),
  };
}

function jsonFormat(format: { name?: string | undefined; schema?: Record<string, unknown> | undefined }) {
  return {
    type: "json" as const,
    ...(format.schema === undefined ? {} : { schema: structuredClone(format.schema) as never }),
    ...(format.name === undefined ? {} : { name: format.name }),
  };
}
