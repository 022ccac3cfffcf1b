import type { Migration } from "./migration.ts";

/**
 * What an outcome says beside what is counted of every one, in a table of its own: one that says nothing of it costs nothing. It lies under the
 * outcome's id, whether that is open or an observation, so that an older release which completes one loses none of it.
 */
export const migration: Migration = {
  kind: "additive",
  tables: ({ text, integer, real, keyed }) => `
CREATE TABLE "outcomeDetails" (
  environment ${text} NOT NULL,
  target ${text} NOT NULL,
  id ${text} NOT NULL,
  "taskId" ${text},
  "taskType" ${text},
  feature ${text},
  "user" ${text},
  session ${text},
  model ${text},
  "errorCategory" ${text},
  -- Why it was handed to a person; null where it was not.
  escalated ${text},
  overridden ${integer},
  confidence ${real},
  faithfulness ${real},
  "toolCalls" ${integer},
  "toolCostUsd" ${real},
  "valueUsd" ${real},
  "valueHours" ${real},
  feedback ${text},
  state ${text},
  "traceId" ${text},
  -- When it was known; and JSON: when each field was, where that is not all at "at".
  at ${text} NOT NULL,
  "knownAt" ${text},
  -- JSON: fields of the whole outcome that only its trace has said, which yield to what anybody else says; '*': all of them.
  traced ${text},
  PRIMARY KEY (environment, target, id)
);
CREATE INDEX "outcomeDetails_by_user" ON "outcomeDetails" ("user") WHERE "user" IS NOT NULL;
CREATE INDEX "outcomeDetails_by_trace" ON "outcomeDetails" ("traceId") WHERE "traceId" IS NOT NULL;
CREATE INDEX "outcomeDetails_by_task" ON "outcomeDetails" ("taskId") WHERE "taskId" IS NOT NULL;
-- Other names of an outcome: a line that has an id and a trace ties the two.
CREATE TABLE "outcomeNames" (
  environment ${text} NOT NULL,
  target ${text} NOT NULL,
  name ${text} NOT NULL,
  id ${text} NOT NULL,
  PRIMARY KEY (environment, target, name)
)${keyed};
CREATE INDEX "outcomeNames_by_id" ON "outcomeNames" (environment, target, id);`,
  sqlite: "",
  postgres: "",
};
