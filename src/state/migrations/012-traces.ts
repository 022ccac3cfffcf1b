import type { Migration } from "./migration.ts";

/**
 * Traces as they are listed, and their spans in blocks: what came of one trace in one batch, deflated. A row a span took 1,584 bytes of which
 * two thirds were the same texts again; a block has them once.
 */
export const migration: Migration = {
  kind: "additive",
  tables: ({ text, integer, real, bytes, numbered }) => `
CREATE TABLE traces (
  seq ${numbered},
  id ${text} NOT NULL,
  name ${text} NOT NULL,
  -- What the agent calls itself, registered or not.
  agent ${text},
  target ${text},
  version ${text},
  environment ${text},
  task ${text},
  "user" ${text},
  session ${text},
  -- Milliseconds since 1970.
  "startedMs" ${integer} NOT NULL,
  "durationMs" ${real} NOT NULL,
  "receivedMs" ${integer} NOT NULL,
  spans ${integer} NOT NULL,
  "modelCalls" ${integer} NOT NULL,
  "toolCalls" ${integer} NOT NULL,
  "inputTokens" ${integer} NOT NULL,
  "outputTokens" ${integer} NOT NULL,
  "costUsd" ${real},
  "unpricedCalls" ${integer} NOT NULL,
  "isError" ${integer} NOT NULL,
  "errorCategory" ${text},
  success ${integer},
  "successBy" ${text},
  state ${text},
  "isComplete" ${integer} NOT NULL,
  -- waiting: begun, and not ended yet. due: to be recorded, or again. none: of nobody whose outcomes count.
  outcome ${text} NOT NULL CHECK (outcome IN ('none', 'waiting', 'due', 'recorded')),
  "notUnderstood" ${integer} NOT NULL,
  -- How probable it was that it is here; estimates weigh by it.
  probability ${real} NOT NULL,
  -- JSON lists.
  models ${text} NOT NULL,
  tools ${text} NOT NULL
);
CREATE UNIQUE INDEX traces_by_id ON traces (id);
CREATE INDEX traces_by_time ON traces ("startedMs");
CREATE INDEX traces_by_target ON traces (target, "startedMs") WHERE target IS NOT NULL;
CREATE INDEX traces_failed ON traces ("startedMs") WHERE "isError" = 1;
CREATE INDEX traces_by_user ON traces ("user") WHERE "user" IS NOT NULL;
CREATE INDEX traces_without_outcome ON traces ("startedMs") WHERE outcome IN ('waiting', 'due');
CREATE TABLE "spanBlocks" (
  seq ${numbered},
  trace ${integer} NOT NULL REFERENCES traces (seq),
  spans ${integer} NOT NULL,
  -- Deflated JSON: what is known of each span, and each as it came.
  facts ${bytes} NOT NULL,
  bodies ${bytes} NOT NULL
);
CREATE INDEX "spanBlocks_by_trace" ON "spanBlocks" (trace);`,
  sqlite: "",
  postgres: "",
};
