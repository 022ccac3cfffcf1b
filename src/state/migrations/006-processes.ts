import type { Migration } from "./migration.ts";

/** Agents' processes as they show themselves, so that a kill can say who saw it. */
export const migration: Migration = {
  kind: "additive",
  tables: ({ text, integer }) => `
CREATE TABLE processes (
  id ${text} NOT NULL PRIMARY KEY,
  environment ${text},
  host ${text} NOT NULL,
  pid ${integer} NOT NULL,
  "startedAt" ${text} NOT NULL,
  "seenAt" ${text} NOT NULL,
  -- The store's change that it has seen.
  revision ${integer} NOT NULL,
  -- JSON: the versions that it recorded outcomes of.
  serves ${text} NOT NULL
);`,
  sqlite: "",
  postgres: "",
};
