import type { Field } from "./aliases.ts";

/** What a span is of; `other` is a step of the program itself. */
export const SPAN_KINDS = [
  "agent",
  "model",
  "tool",
  "retrieval",
  "guardrail",
  "handoff",
  "human",
  "queue",
  "other",
] as const;
export type SpanKind = (typeof SPAN_KINDS)[number];

/** What the conventions call it, by the field that says it; lower case. */
const SAID: Partial<Record<Field, Record<string, SpanKind>>> = {
  operation: {
    chat: "model",
    text_completion: "model",
    completion: "model",
    generate_content: "model",
    embeddings: "model",
    embedding: "model",
    rerank: "retrieval",
    retrieval: "retrieval",
    search_memory: "retrieval",
    create_agent: "other",
    invoke_agent: "agent",
    invoke_workflow: "agent",
    execute_tool: "tool",
    run_guardrail: "guardrail",
    handoff: "handoff",
    "ai.generatetext": "agent",
    "ai.streamtext": "agent",
    "ai.generateobject": "agent",
    "ai.streamobject": "agent",
    "ai.generatetext.dogenerate": "model",
    "ai.streamtext.dostream": "model",
    "ai.generateobject.dogenerate": "model",
    "ai.streamobject.dostream": "model",
    "ai.embed.doembed": "model",
    "ai.embedmany.doembed": "model",
    "ai.toolcall": "tool",
  },
  openinferenceKind: {
    agent: "agent",
    llm: "model",
    model: "model",
    embedding: "model",
    tool: "tool",
    retriever: "retrieval",
    retrieval: "retrieval",
    reranker: "retrieval",
    guardrail: "guardrail",
    handoff: "handoff",
    human: "human",
    approval: "human",
    queue: "queue",
    chain: "other",
    evaluator: "other",
    prompt: "other",
  },
  traceloopKind: { workflow: "agent", agent: "agent", task: "other", tool: "tool" },
  langfuseType: {
    generation: "model",
    embedding: "model",
    agent: "agent",
    tool: "tool",
    retriever: "retrieval",
    guardrail: "guardrail",
    chain: "other",
    evaluator: "other",
  },
};

/** In which order they are believed: who instruments an agent says it, a wire says less. */
const ORDER = ["openinferenceKind", "operation", "traceloopKind", "langfuseType"] as const;

/**
 * What a span is of. A word that no table has says nothing; then what the span has decides: a tool's name, tokens of a model.
 * `create_agent` and a chain do no work that costs, and are steps.
 */
export function kindOf(said: (field: Field) => string | undefined, hasTokens: boolean): SpanKind {
  let step: SpanKind | undefined;
  for (const field of ORDER) {
    // Langfuse makes its types of the others: its agent for `create_agent` is a guess about what was said.
    if (field === "langfuseType" && step !== undefined) break;
    const kind = SAID[field]?.[(said(field) ?? "").toLowerCase()];
    if (kind !== undefined && kind !== "other") return kind;
    step ??= kind;
  }
  if (said("toolName") !== undefined) return "tool";
  if (said("agentName") !== undefined && step === undefined && !isModel(said, hasTokens)) return "agent";
  if (step === undefined && isModel(said, hasTokens)) return "model";
  return step ?? "other";
}

/** An agent's own span has the sum of its calls' tokens, and a name. */
function isModel(said: (field: Field) => string | undefined, hasTokens: boolean): boolean {
  return hasTokens && said("modelAsked") !== undefined && said("agentName") === undefined;
}
