/** What is read of a span, whatever its dialect calls it. */
export type Field =
  | "operation"
  | "openinferenceKind"
  | "traceloopKind"
  | "langfuseType"
  | "provider"
  | "modelAsked"
  | "modelAnswered"
  | "finishReasons"
  | "inputTokens"
  | "outputTokens"
  | "cachedTokens"
  | "cacheWriteTokens"
  | "reasoningTokens"
  | "costUsd"
  | "toolName"
  | "toolCallId"
  | "toolArguments"
  | "toolResult"
  | "agentName"
  | "errorType"
  | "target"
  | "version"
  | "promptName"
  | "environment"
  | "task"
  | "taskType"
  | "user"
  | "session"
  | "success"
  | "state"
  | "confidence"
  | "errorCategory"
  | "feedback"
  | "input"
  | "output"
  | "inputMessages"
  | "outputMessages"
  | "outputText"
  | "outputToolCalls"
  | "system"
  | "toolDefinitions"
  | "retrieved"
  /** Understood, and told to nobody but who looks at the span. */
  | "detail";

/**
 * One line a key: a new dialect is a few lines more. Of several keys for one field the first here that a span has wins: the current
 * conventions before what they were, both before the dialects. `*` at the end stands for whatever follows, as in `llm.input_messages.0.message.role`.
 * Sources: opentelemetry/semantic-conventions-genai (1.42.0-dev) and its changelog, OpenInference's and Traceloop's constants, the AI SDK's telemetry,
 * Google ADK's and Pydantic AI's instrumentation as recorded.
 */
export const ALIASES: readonly (readonly [key: string, field: Field])[] = [
  ["agentops.target", "target"],
  ["agentops.version", "version"],
  ["agentops.prompt.version", "version"],
  ["agentops.environment", "environment"],
  ["agentops.task.id", "task"],
  ["agentops.task.type", "taskType"],
  ["agentops.success", "success"],
  ["agentops.state", "state"],
  ["agentops.confidence", "confidence"],
  ["agentops.error.category", "errorCategory"],
  ["agentops.feedback", "feedback"],
  ["agentops.cost.usd", "costUsd"],
  ["agentops.kind", "openinferenceKind"],
  ["agentops.span.kind", "openinferenceKind"],
  ["agentops.*", "detail"],

  ["gen_ai.operation.name", "operation"],
  ["gen_ai.provider.name", "provider"],
  ["gen_ai.system", "provider"],
  ["gen_ai.request.model", "modelAsked"],
  ["gen_ai.response.model", "modelAnswered"],
  ["gen_ai.response.finish_reasons", "finishReasons"],
  ["gen_ai.usage.input_tokens", "inputTokens"],
  ["gen_ai.usage.prompt_tokens", "inputTokens"],
  ["gen_ai.usage.output_tokens", "outputTokens"],
  ["gen_ai.usage.completion_tokens", "outputTokens"],
  ["gen_ai.usage.cache_read.input_tokens", "cachedTokens"],
  ["gen_ai.usage.cache_read_input_tokens", "cachedTokens"],
  ["gen_ai.usage.details.cached_tokens", "cachedTokens"],
  ["gen_ai.usage.details.cache_read_tokens", "cachedTokens"],
  ["gen_ai.usage.cache_creation.input_tokens", "cacheWriteTokens"],
  ["gen_ai.usage.cache_creation_input_tokens", "cacheWriteTokens"],
  ["gen_ai.usage.details.cache_write_tokens", "cacheWriteTokens"],
  ["gen_ai.usage.reasoning.output_tokens", "reasoningTokens"],
  ["gen_ai.usage.reasoning_tokens", "reasoningTokens"],
  ["gen_ai.usage.details.reasoning_tokens", "reasoningTokens"],
  ["gen_ai.usage.cost", "costUsd"],
  ["gen_ai.usage.*", "detail"],
  ["gen_ai.tool.name", "toolName"],
  ["gen_ai.tool.call.id", "toolCallId"],
  ["gen_ai.tool.call.arguments", "toolArguments"],
  ["gen_ai.tool.call.result", "toolResult"],
  ["gen_ai.tool.definitions", "toolDefinitions"],
  ["gen_ai.agent.name", "agentName"],
  ["gen_ai.conversation.id", "session"],
  ["gen_ai.task.id", "task"],
  ["gen_ai.prompt.name", "promptName"],
  ["gen_ai.input.messages", "inputMessages"],
  ["gen_ai.output.messages", "outputMessages"],
  ["gen_ai.system_instructions", "system"],
  ["gen_ai.retrieval.documents", "retrieved"],
  ["error.type", "errorType"],

  // Traceloop.
  ["traceloop.span.kind", "traceloopKind"],
  ["traceloop.entity.input", "input"],
  ["traceloop.entity.output", "output"],
  ["traceloop.association.properties.user_id", "user"],
  ["traceloop.association.properties.session_id", "session"],
  ["traceloop.*", "detail"],
  ["gen_ai.prompt.*", "inputMessages"],
  ["gen_ai.completion.*", "outputMessages"],
  ["llm.request.type", "operation"],
  ["llm.request.functions.*", "toolDefinitions"],
  ["llm.usage.reasoning_tokens", "reasoningTokens"],
  ["llm.usage.*", "detail"],
  ["llm.request.*", "detail"],
  ["llm.response.*", "detail"],
  ["llm.headers", "detail"],
  ["llm.is_streaming", "detail"],
  ["openai.*", "detail"],
  ["gen_ai.*", "detail"],

  // OpenInference.
  ["openinference.span.kind", "openinferenceKind"],
  ["llm.provider", "provider"],
  ["llm.system", "provider"],
  ["llm.model_name", "modelAsked"],
  ["llm.token_count.prompt", "inputTokens"],
  ["llm.token_count.completion", "outputTokens"],
  ["llm.token_count.prompt_details.cache_read", "cachedTokens"],
  ["llm.token_count.prompt_details.cache_write", "cacheWriteTokens"],
  ["llm.token_count.completion_details.reasoning", "reasoningTokens"],
  ["llm.token_count.*", "detail"],
  ["llm.cost.total", "costUsd"],
  ["llm.cost.*", "detail"],
  ["llm.input_messages.*", "inputMessages"],
  ["llm.output_messages.*", "outputMessages"],
  ["llm.prompts", "input"],
  ["llm.prompts.*", "detail"],
  ["llm.tools.*", "toolDefinitions"],
  ["llm.prompt_template.*", "detail"],
  ["llm.invocation_parameters", "detail"],
  ["input.value", "input"],
  ["input.mime_type", "detail"],
  ["output.value", "output"],
  ["output.mime_type", "detail"],
  ["retrieval.documents.*", "retrieved"],
  ["embedding.*", "detail"],
  ["reranker.*", "detail"],
  ["tool.name", "toolName"],
  ["tool.parameters", "toolArguments"],
  ["tool.description", "detail"],
  ["tool_call.id", "toolCallId"],
  ["tool_call.function.name", "toolName"],
  ["tool_call.function.arguments", "toolArguments"],
  ["agent.name", "agentName"],
  ["session.id", "session"],
  ["user.id", "user"],
  ["enduser.id", "user"],
  ["metadata", "detail"],
  ["tag.tags", "detail"],
  ["graph.node.*", "detail"],
  ["prompt.*", "detail"],

  // The AI SDK.
  ["ai.operationId", "operation"],
  ["ai.model.id", "modelAsked"],
  ["ai.model.provider", "provider"],
  ["ai.response.model", "modelAnswered"],
  ["ai.response.finishReason", "finishReasons"],
  ["ai.response.text", "outputText"],
  ["ai.response.object", "outputText"],
  ["ai.response.toolCalls", "outputToolCalls"],
  ["ai.usage.inputTokens", "inputTokens"],
  ["ai.usage.promptTokens", "inputTokens"],
  ["ai.usage.outputTokens", "outputTokens"],
  ["ai.usage.completionTokens", "outputTokens"],
  ["ai.usage.cachedInputTokens", "cachedTokens"],
  ["ai.usage.reasoningTokens", "reasoningTokens"],
  ["ai.prompt.messages", "inputMessages"],
  ["ai.prompt", "input"],
  ["ai.prompt.tools", "toolDefinitions"],
  ["ai.toolCall.name", "toolName"],
  ["ai.toolCall.id", "toolCallId"],
  ["ai.toolCall.args", "toolArguments"],
  ["ai.toolCall.input", "toolArguments"],
  ["ai.toolCall.result", "toolResult"],
  ["ai.toolCall.output", "toolResult"],
  ["ai.telemetry.functionId", "agentName"],
  ["ai.telemetry.metadata.userId", "user"],
  ["ai.telemetry.metadata.sessionId", "session"],
  ["ai.*", "detail"],
  ["operation.name", "detail"],

  // Google's ADK.
  ["gcp.vertex.agent.llm_request", "inputMessages"],
  ["gcp.vertex.agent.llm_response", "outputMessages"],
  ["gcp.vertex.agent.tool_call_args", "toolArguments"],
  ["gcp.vertex.agent.tool_response", "toolResult"],
  ["gcp.vertex.agent.session_id", "session"],
  ["gcp.vertex.agent.*", "detail"],
  ["kagent.user_id", "user"],
  ["a2a.*", "detail"],

  // Pydantic AI and Logfire.
  ["agent_name", "agentName"],
  ["model_name", "modelAsked"],
  ["tool_arguments", "toolArguments"],
  ["tool_response", "toolResult"],
  ["pydantic_ai.all_messages", "input"],
  ["all_messages_events", "input"],
  ["events", "inputMessages"],
  ["final_result", "output"],
  ["operation.cost", "costUsd"],
  ["model_request_parameters", "toolDefinitions"],
  ["pydantic_ai.*", "detail"],
  ["logfire.*", "detail"],

  // The list of what runs at once, as each tool's own span says it.
  ["tools", "detail"],

  // Steps and settings of frameworks; agno's forgot to fill in its template.
  ["koog.*", "detail"],
  ["agno{key_suffix}.*", "detail"],
  ["agno.*", "detail"],
  ["quotient.*", "detail"],

  // Langfuse, as its export names what it added.
  ["langfuse.observation.type", "langfuseType"],
  ["langfuse.user.id", "user"],
  ["langfuse.session.id", "session"],
  ["langfuse.*", "detail"],
];

/** Of the general conventions, and of those of servers and databases: understood, and about no agent. */
export const PLAIN = [
  "app", "asgi", "client", "cloud", "code", "container", "db", "deployment", "enduser", "event", "exception", "faas", "host", "http", "k8s", "messaging",
  "net", "network", "os", "otel", "peer", "process", "rpc", "server", "service", "span", "telemetry", "thread", "url", "user_agent", "webengine",
]; // prettier-ignore
