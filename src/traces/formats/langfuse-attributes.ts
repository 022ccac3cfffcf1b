import { plainValue, put } from "../wire/attributes.ts";
import type { Attributes } from "../wire/span.ts";
import { contentOf } from "./content.ts";
import { type Loose, looseIn, says, textIn, unpacked } from "./loose.ts";

/** Langfuse's types, where the conventions have an operation for it. */
const OPERATIONS: Readonly<Record<string, string>> = {
  GENERATION: "chat",
  EMBEDDING: "embeddings",
  TOOL: "execute_tool",
  AGENT: "invoke_agent",
  RETRIEVER: "retrieval",
};

/** What frameworks' own attributes say already, in any dialect: Langfuse made its columns of them. */
const SAID = {
  operation: /^(gen_ai\.operation\.name|openinference\.span\.kind|traceloop\.span\.kind|ai\.operationId)$/,
  model: /^(gen_ai\.(request|response)\.model|llm\.model_name|ai\.model\.id|embedding\.model_name)$/,
  tokensIn: /^(gen_ai\.usage\.(input|prompt)_tokens|llm\.token_count\.prompt|ai\.usage\.(promptTokens|inputTokens))$/,
  tokensOut:
    /^(gen_ai\.usage\.(output|completion)_tokens|llm\.token_count\.completion|ai\.usage\.(completionTokens|outputTokens))$/,
  tokensRead:
    /^(gen_ai\.usage\.cache_read\.input_tokens|llm\.token_count\.prompt_details\.cache_read|ai\.usage\.cachedInputTokens)$/,
  tokensReasoning:
    /^(gen_ai\.usage\.reasoning\.output_tokens|llm\.token_count\.completion_details\.reasoning|ai\.usage\.reasoningTokens)$/,
  cost: /^(agentops\.cost\.usd|llm\.cost\.total|gen_ai\.usage\.cost)$/,
  input:
    /^(gen_ai\.(input\.messages|prompt\b.*|tool\.call\.arguments)|input\.value|llm\.(input_messages|prompts)\b.*|ai\.(prompt|toolCall\.args)\b.*|tool_arguments|events|all_messages_events|pydantic_ai\.all_messages|gcp\.vertex\.agent\.(llm_request|tool_call_args)|traceloop\.entity\.input)$/,
  output:
    /^(gen_ai\.(output\.messages|completion\b.*|tool\.call\.result)|output\.value|llm\.output_messages\b.*|ai\.(response\.(text|object|toolCalls)|toolCall\.result)|tool_response|final_result|gcp\.vertex\.agent\.(llm_response|tool_response)|traceloop\.entity\.output)$/,
  tool: /^(gen_ai\.tool\.name|tool\.name|ai\.toolCall\.name|tool_name)$/,
  user: /^(user\.id|enduser\.id|langfuse\.user\.id)$/,
  session: /^(session\.id|langfuse\.session\.id|gen_ai\.conversation\.id)$/,
} as const;

/** Adds what Langfuse's columns say and the span's own attributes do not. */
export function addObservation(raw: Loose, metadata: Loose, attributes: Attributes): void {
  const type = gaveToolMessage(raw["output"]) ? "TOOL" : textIn(raw["type"]);
  const add = adderTo(attributes);
  add(SAID.operation, "gen_ai.operation.name", OPERATIONS[type]);
  add(SAID.model, "gen_ai.request.model", raw["model"]);
  if (type === "TOOL") add(SAID.tool, "gen_ai.tool.name", raw["name"]);
  addUsage(raw, add);
  addContent(raw, type, add);
  add(NEVER, "gen_ai.prompt.name", raw["promptName"]);
  add(NEVER, "langfuse.observation.prompt.version", raw["promptVersion"]);
  add(NEVER, "langfuse.observation.type", textIn(raw["type"]).toLowerCase());
  add(NEVER, "langfuse.version", raw["version"]);
  if (raw["level"] !== "DEFAULT") add(NEVER, "langfuse.observation.level", raw["level"]);
  for (const [key, value] of Object.entries(metadata))
    if (!OTEL_PARTS.has(key)) add(NEVER, `langfuse.observation.metadata.${key}`, value);
}

/** A tool of LangChain comes to Langfuse as a plain SPAN; only the message that it gave says what it is. */
function gaveToolMessage(output: unknown): boolean {
  const said = looseIn(unpacked(output));
  return said["type"] === "tool" && typeof said["tool_call_id"] === "string";
}

/** Of the trace, on its root: who and in which session, and what Langfuse alone knows. */
export function addTrace(trace: Loose, attributes: Attributes): void {
  const add = adderTo(attributes);
  add(SAID.user, "user.id", trace["userId"]);
  add(SAID.session, "session.id", trace["sessionId"]);
  for (const key of ["name", "tags", "release", "version", "environment"])
    add(NEVER, key === "name" || key === "tags" ? `langfuse.trace.${key}` : `langfuse.${key}`, trace[key]);
  const { metadata } = trace;
  for (const [key, value] of Object.entries(looseIn(unpacked(metadata))))
    if (!OTEL_PARTS.has(key)) add(NEVER, `langfuse.trace.metadata.${key}`, value);
}

const NEVER = /^$/;
const OTEL_PARTS = new Set(["attributes", "resourceAttributes", "scope"]);

type Add = (said: RegExp, key: string, value: unknown) => void;

function adderTo(attributes: Attributes): Add {
  return (said, key, value) => {
    if (!says(value) || Object.hasOwn(attributes, key)) return;
    if (said === NEVER || !Object.keys(attributes).some((each) => said.test(each)))
      put(attributes, key, plainValue(value));
  };
}

/** Counts of zero are Langfuse's word for none. */
function addUsage(raw: Loose, add: Add): void {
  const details = looseIn(raw["usageDetails"] ?? raw["usage"]);
  const counted = (...values: unknown[]) => values.find((value) => typeof value === "number" && value > 0);
  add(SAID.tokensIn, "gen_ai.usage.input_tokens", counted(details["input"], raw["inputUsage"], raw["promptTokens"]));
  add(
    SAID.tokensOut,
    "gen_ai.usage.output_tokens",
    counted(details["output"], raw["outputUsage"], raw["completionTokens"]),
  );
  const [read, reasoning] = [
    counted(details["input_cached_tokens"], details["cache_read_input_tokens"], details["prompt_details.cache_read"]),
    counted(details["output_reasoning_tokens"], details["completion_details.reasoning"]),
  ];
  add(SAID.tokensRead, "gen_ai.usage.cache_read.input_tokens", read);
  add(SAID.tokensReasoning, "gen_ai.usage.reasoning.output_tokens", reasoning);
  const costs = looseIn(raw["costDetails"]);
  add(SAID.cost, "agentops.cost.usd", counted(costs["total"], raw["totalCost"], raw["calculatedTotalCost"]));
}

function addContent({ input, output }: Loose, type: string, add: Add): void {
  const kind = type === "TOOL" ? "tool" : type === "GENERATION" || type === "AGENT" ? "speaker" : "other";
  for (const [value, role, said] of [
    [input, "user", SAID.input],
    [output, "assistant", SAID.output],
  ] as const) {
    if (!says(value)) continue;
    const { key, text } = contentOf(value, role, kind);
    add(said, key, text);
  }
}
