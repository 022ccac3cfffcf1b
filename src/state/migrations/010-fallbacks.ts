import type { Migration } from "./migration.ts";

/** Answers of fallback models: the columns of `trials`, with who was asked. The trial itself stays the error of the pinned model that it is. */
export const migration: Migration = {
  kind: "additive",
  tables: ({ text, integer, real, keyed }) => `
CREATE TABLE "fallbackTrials" (
  "runId" ${text} NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
  "caseSeq" ${integer} NOT NULL,
  trial ${integer} NOT NULL,
  position ${integer} NOT NULL,
  model ${text} NOT NULL,
  "isError" ${integer} NOT NULL,
  passed ${integer},
  score ${real},
  output ${text},
  "toolCalls" ${text},
  "finishReason" ${text},
  "inputTokens" ${integer},
  "outputTokens" ${integer},
  "cachedTokens" ${integer},
  "cacheWriteTokens" ${integer},
  "reasoningTokens" ${integer},
  "costUsd" ${real},
  "retryCostUsd" ${real} NOT NULL,
  "judgeCostUsd" ${real},
  "latencyMs" ${real},
  "latencySimulated" ${integer} NOT NULL,
  "ttftMs" ${real},
  "answeredBy" ${text},
  attempts ${integer} NOT NULL,
  "fromCache" ${integer} NOT NULL,
  scores ${text},
  warnings ${text},
  "errorKind" ${text},
  "errorMessage" ${text},
  "requestKey" ${text},
  at ${text} NOT NULL,
  PRIMARY KEY ("runId", "caseSeq", trial, position)
)${keyed};
CREATE INDEX "fallbackTrials_by_request" ON "fallbackTrials" ("requestKey") WHERE "requestKey" IS NOT NULL AND "isError" = 0;`,
  sqlite: "",
  postgres: "",
};
