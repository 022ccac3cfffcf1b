import type { Generated } from "kysely";

/** Rows of runs and what they were run on, in the file of runs; stored as `tables` says. */
export interface RunTables {
  datasets: { digest: string; cases: number; createdAt: string };
  cases: {
    dataset: string;
    seq: number;
    caseId: string;
    vars: string;
    expected: string | null;
    tags: string | null;
    cluster: string | null;
  };
  runs: {
    id: string;
    suite: string;
    suiteDigest: string;
    /** The suite, target, scorers and options as they were: what a resume continues. */
    spec: string;
    targetRef: string;
    targetVersion: string | null;
    targetDigest: string | null;
    model: string;
    dataset: string;
    trials: number;
    status: "running" | "complete" | "interrupted" | "stopped" | "failed";
    /** The document of the finished run (agentops.eval/1 `runs[]` entry), null until then. */
    result: string | null;
    actor: string;
    pid: number | null;
    createdAt: string;
    finishedAt: string | null;
    home: Generated<"local" | "shared">;
  };
  trials: {
    runId: string;
    caseSeq: number;
    trial: number;
    /** 1 when an outside failure or a broken scorer left nothing to judge. */
    isError: number;
    passed: number | null;
    score: number | null;
    output: string | null;
    toolCalls: string | null;
    finishReason: string | null;
    inputTokens: number | null;
    outputTokens: number | null;
    cachedTokens: number | null;
    cacheWriteTokens: number | null;
    reasoningTokens: number | null;
    costUsd: number | null;
    retryCostUsd: number;
    judgeCostUsd: number | null;
    latencyMs: number | null;
    latencySimulated: number;
    ttftMs: number | null;
    answeredBy: string | null;
    attempts: number;
    fromCache: number;
    /** JSON array aligned with the run's scorers: {score, pass, reason}. */
    scores: string | null;
    warnings: string | null;
    errorKind: string | null;
    errorMessage: string | null;
    requestKey: string | null;
    at: string;
  };
  /**
   * What fallback models answered where the provider of the pinned one had failed, beside the trial's own row, which stays an error: in a table
   * of its own, so that no reader of trials can count another model's answer as the pinned one's.
   */
  fallbackTrials: RunTables["trials"] & {
    /** Its place among the fallback models that were asked, from 0. */
    position: number;
    /** The pin that was asked. */
    model: string;
  };
}
