import type { FinishReason, ToolCall } from "../models/client/client.ts";

/** What one trial produced, as scorers see it. */
export interface ScorerInput {
  case: EvalCase;
  trial: number;
  /** Text, or any JSON value from an agent or a recording. */
  output: unknown;
  toolCalls: readonly ToolCall[];
  finishReason: FinishReason | null;
  latencyMs: number | null;
  costUsd: number | null;
  /** The whole recorded line, for `outputs` suites; else null. */
  record: unknown;
  signal: AbortSignal;
}

export interface EvalCase {
  id: string;
  vars: Record<string, unknown>;
  /** Undefined when the dataset gives none. */
  expected?: unknown;
  tags: string[];
  /** Cases that are not independent of each other share a cluster. */
  cluster: string | null;
}

/** A measurement of one output. */
export interface Score {
  /** In [0, 1]. */
  score: number;
  pass: boolean;
  /** One sentence: what was looked for and what was found. */
  reason: string;
  /** Judge cost in USD, where a scorer spends money; null = price unknown. */
  costUsd?: number | null;
}

/** A scorer ready to run: patterns compiled, files loaded. */
export interface Scorer {
  name: string;
  type: string;
  category: string | null;
  required: boolean;
  weight: number;
  /** Throws when it cannot measure; that is an error of the trial, never a pass or a fail. */
  score(input: ScorerInput): Score | Promise<Score>;
}
