/** One interface for everything that can answer a prompt: a provider, a local server, an agent process, a recording. */

export type Message =
  | { role: "system" | "user"; content: string }
  | { role: "assistant"; content: string; toolCalls?: readonly ToolCall[] | undefined }
  /** What a tool gave back, as the text that the model reads. */
  | { role: "tool"; content: string; toolCallId: string; toolName: string };

export interface ToolSpec {
  name: string;
  description?: string | undefined;
  /** JSON Schema of the arguments. */
  inputSchema: Record<string, unknown>;
}

/** Sampling parameters, in the words of the GitHub Models prompt format. Unset = the provider's default. */
export interface ModelParameters {
  temperature?: number | undefined;
  topP?: number | undefined;
  topK?: number | undefined;
  maxTokens?: number | undefined;
  frequencyPenalty?: number | undefined;
  presencePenalty?: number | undefined;
  seed?: number | undefined;
  stop?: string[] | undefined;
  /** Provider-specific extras, passed through (`providerOptions` of the adapter). */
  extra?: Record<string, unknown> | undefined;
}

export type ResponseFormat =
  { type: "text" } | { type: "json"; name?: string | undefined; schema?: Record<string, unknown> | undefined };

export interface ModelRequest {
  messages: readonly Message[];
  parameters: ModelParameters;
  tools?: readonly ToolSpec[] | undefined;
  responseFormat?: ResponseFormat | undefined;
  /** The case's variables: agents (exec, http) get them beside the messages; models ignore them. */
  vars?: Readonly<Record<string, unknown>> | undefined;
}

export interface ToolCall {
  id?: string | undefined;
  name: string;
  /** Parsed arguments; the raw string when the model wrote no valid JSON. */
  arguments: unknown;
}

export type FinishReason = "stop" | "length" | "tool-calls" | "content-filter" | "refusal" | "error" | "other";

export interface TokenUsage {
  /** All input tokens, cached ones included; null = not reported. */
  input: number | null;
  /** All output tokens, reasoning included. */
  output: number | null;
  cached: number | null;
  cacheWrite: number | null;
  reasoning: number | null;
}

export interface ModelResult {
  /** The answer: text, or any JSON value from an agent or a recording. */
  output: unknown;
  toolCalls: ToolCall[];
  finishReason: FinishReason | null;
  tokens: TokenUsage;
  /** USD of the answer itself; null = price unknown. Never 0 for "unknown". */
  costUsd: number | null;
  /** USD of failed attempts that were billed, where a provider said so. */
  retryCostUsd: number;
  /** Milliseconds from the start of the last attempt to its end; null = not recorded. */
  latencyMs: number | null;
  /** True when `latencyMs` comes from a virtual clock (the offline stand-in). */
  latencySimulated?: boolean | undefined;
  /** Milliseconds to the first content; only when streamed. */
  ttftMs: number | null;
  /** The model that says it answered; null = not reported. */
  answeredBy: string | null;
  /** The whole recorded line, where the answer comes from somebody else's recording. */
  record?: unknown;
  /**
   * True when it comes from a file of recordings: its cost and latency are those of another day, and the store does not answer with it later,
   * when that file may be another.
   */
  replayed?: true;
  /** What the adapter changed or ignored. */
  warnings: string[];
  attempts: number;
}

export interface CallContext {
  caseId: string;
  /** 0-based repetition of the case; part of what a request is, so that trials stay independent. */
  trial: number;
  signal: AbortSignal;
}

export interface ModelClient {
  /** The pin it serves: `provider/model`. */
  readonly pin: string;
  readonly kind: string;
  /** True when the pin identifies what answers, so that an equal request may be answered from the store. */
  readonly cacheable: boolean;
  /** True when calls leave this machine or may cost money. */
  readonly remote: boolean;
  /** Answers once, retries included. Throws a ModelError. */
  generate(request: ModelRequest, context: CallContext): Promise<ModelResult>;
  /** Ends processes and connections; called once. */
  close(): Promise<void>;
}

/**
 * What went wrong with a call.
 * `auth`, `spend`, `not-found` and `certificate` will not go away within a run, so it stops; `network` stops it when nothing ever worked;
 * the others are errors of one trial.
 */
export type ModelErrorKind =
  | "auth"
  | "spend"
  | "not-found"
  | "certificate"
  | "network"
  | "timeout"
  | "rate-limit"
  | "server"
  | "bad-request"
  | "bad-response"
  | "missing-output"
  | "missing-recording"
  | "aborted";
