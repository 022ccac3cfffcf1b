/**
 * What first teams call things, in the order in which they are looked for; written without `_`, `-`, spaces and capitals. What a line has
 * beyond these is kept under its own name.
 */
export const FIELDS = {
  traceId: ["traceid", "trace"],
  spanId: ["spanid", "id", "eventid", "stepid"],
  parentId: ["parentid", "parentspanid", "parent"],
  name: ["name", "spanname", "operation", "operationname", "step"],
  type: ["type", "spantype", "kind", "spankind"],
  start: ["start", "starttime", "startedat", "startts", "timestamp", "ts", "time", "datetime", "createdat", "date"],
  end: ["end", "endtime", "endedat", "endts", "finishedat", "completedat"],
  error: ["error", "exception", "errormessage", "err"],
  status: ["status"],
  service: ["service", "servicename"],
  attributes: ["attributes"],
  usage: ["usage", "tokenusage", "tokens"],
  input: ["messages", "prompt", "input", "inputs", "question", "query"],
  output: ["completion", "response", "output", "outputs", "answer"],
  system: ["system", "systemprompt"],
} as const satisfies Record<string, readonly string[]>;

export type Field = keyof typeof FIELDS;

/** Lengths of time by the unit in their name: how many decimals of a nanosecond it has. Without a unit nobody knows. */
export const DURATIONS: readonly (readonly [number, readonly string[]])[] = [
  [6, ["durationms", "latencyms", "elapsedms", "tookms"]],
  [9, ["durations", "latencys", "elapseds", "durationsec", "latencysec", "durationseconds", "latencyseconds"]],
  [3, ["durationus", "latencyus"]],
  [0, ["durationns", "latencyns"]],
];

/** Attribute → what it is called; values as they are. */
export const NAMES: Readonly<Record<string, readonly string[]>> = {
  "gen_ai.request.model": ["model", "modelname", "requestmodel", "llm", "engine"],
  "gen_ai.response.model": ["responsemodel"],
  "gen_ai.response.id": ["responseid", "completionid"],
  "gen_ai.provider.name": ["provider", "vendor"],
  "gen_ai.request.temperature": ["temperature"],
  "gen_ai.request.top_p": ["topp"],
  "gen_ai.request.max_tokens": ["maxtokens"],
  "gen_ai.request.seed": ["seed"],
  "gen_ai.usage.input_tokens": ["inputtokens", "prompttokens", "tokensin", "tokensinput"],
  "gen_ai.usage.output_tokens": ["outputtokens", "completiontokens", "tokensout", "tokensoutput"],
  "gen_ai.usage.cache_read.input_tokens": [
    "cachedtokens",
    "cachedinputtokens",
    "cachereadinputtokens",
    "cachereadtokens",
  ],
  "gen_ai.usage.cache_creation.input_tokens": ["cachecreationinputtokens", "cachewritetokens", "cachecreationtokens"],
  "gen_ai.usage.reasoning.output_tokens": ["reasoningtokens"],
  "gen_ai.tool.name": ["tool", "toolname", "function", "functionname"],
  "gen_ai.tool.call.id": ["toolcallid", "callid"],
  "gen_ai.tool.call.arguments": ["arguments", "args", "toolinput", "toolargs", "toolarguments", "parameters"],
  "gen_ai.tool.call.result": ["result", "tooloutput", "toolresult"],
  "gen_ai.agent.name": ["agent", "agentname"],
  "gen_ai.conversation.id": ["conversation", "conversationid", "threadid"],
  "gen_ai.prompt.name": ["promptname"],
  "agentops.cost.usd": ["costusd", "cost", "totalcost", "totalcostusd", "priceusd", "usdcost"],
  "agentops.target": ["target"],
  "agentops.version": ["version", "promptversion"],
  "agentops.task.id": ["taskid", "task"],
  "agentops.success": ["success", "succeeded"],
  "agentops.state": ["state"],
  "error.type": ["errortype", "exceptiontype"],
  "user.id": ["user", "userid"],
  "session.id": ["session", "sessionid"],
};

/** Attribute → where providers' own `usage` has it, a level of objects a dot. */
export const USAGE: Readonly<Record<string, readonly string[]>> = {
  "gen_ai.usage.input_tokens": ["inputtokens", "prompttokens", "input", "prompt", "in"],
  "gen_ai.usage.output_tokens": ["outputtokens", "completiontokens", "output", "completion", "out"],
  "gen_ai.usage.cache_read.input_tokens": [
    "prompttokensdetails.cachedtokens",
    "inputtokensdetails.cachedtokens",
    "cachereadinputtokens",
    "cachedtokens",
  ],
  "gen_ai.usage.cache_creation.input_tokens": ["cachecreationinputtokens"],
  "gen_ai.usage.reasoning.output_tokens": [
    "completiontokensdetails.reasoningtokens",
    "outputtokensdetails.reasoningtokens",
    "reasoningtokens",
  ],
};

/** Of a line's type the operation, where the conventions have one. */
const OPERATIONS: Readonly<Record<string, readonly string[]>> = {
  chat: ["llm", "model", "chat", "generation", "completion", "llmcall", "modelcall", "chatcompletion", "chatmodel"],
  execute_tool: ["tool", "toolcall", "function", "functioncall", "executetool", "action"],
  invoke_agent: ["agent", "agentrun", "invokeagent", "run"],
  invoke_workflow: ["workflow", "chain", "pipeline", "graph", "invokeworkflow"],
  retrieval: ["retrieval", "retriever", "retrieve", "rag", "vectorsearch"],
  embeddings: ["embedding", "embeddings", "embed"],
};

/** Kinds of step that the conventions have no operation for. */
const KINDS = ["guardrail", "handoff", "human", "queue"];

/** `traceId`, `trace_id`, `trace-id`, `TraceID` → `traceid`. Lines of one sender have the same keys, a million times. */
export function squashed(key: string): string {
  const known = SQUASHED.get(key);
  if (known !== undefined) return known;
  const its = key.replace(/[_\s-]/g, "").toLowerCase();
  if (SQUASHED.size < 1000) SQUASHED.set(key, its);
  return its;
}
const SQUASHED = new Map<string, string>();

export function operationOf(type: string): string | undefined {
  const its = squashed(type);
  return Object.entries(OPERATIONS).find(([, types]) => types.includes(its))?.[0];
}

export function stepKindOf(type: string): string | undefined {
  return KINDS.find((kind) => kind === squashed(type));
}
