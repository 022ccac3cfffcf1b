import type { Generated } from "kysely";

/** What agents did, as it was told; truths are 0/1, lists JSON. */
export interface TraceTables {
  traces: {
    seq: Generated<number>;
    id: string;
    /** Of its root, or of the span that began first. */
    name: string;
    agent: string | null;
    target: string | null;
    version: string | null;
    environment: string | null;
    task: string | null;
    user: string | null;
    session: string | null;
    startedMs: number;
    durationMs: number;
    receivedMs: number;
    spans: number;
    modelCalls: number;
    toolCalls: number;
    inputTokens: number;
    outputTokens: number;
    /** Of the calls that have a price; null where none has. */
    costUsd: number | null;
    unpricedCalls: number;
    isError: number;
    errorCategory: string | null;
    success: number | null;
    successBy: string | null;
    state: string | null;
    /** Its root is there. */
    isComplete: number;
    outcome: "none" | "waiting" | "due" | "recorded";
    notUnderstood: number;
    probability: number;
    models: string;
    tools: string;
  };
  /** Spans of one trace that came together. */
  spanBlocks: { seq: Generated<number>; trace: number; spans: number; facts: Uint8Array; bodies: Uint8Array };
}
