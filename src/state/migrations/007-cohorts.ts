import type { Migration } from "./migration.ts";

/** What was counted of cohorts, apart from all that is compared. */
export const migration: Migration = {
  kind: "additive",
  tables: ({ text, integer }) => `
CREATE TABLE "cohortCounts" (
  rollout ${integer} NOT NULL,
  look ${integer} NOT NULL,
  cohort ${text} NOT NULL,
  -- Of the candidate, those of them that were good, and the units that came for the first time.
  answers ${integer} NOT NULL,
  succeeded ${integer} NOT NULL,
  units ${integer} NOT NULL,
  -- Answers of the control after the cohort's step began.
  control ${integer} NOT NULL,
  PRIMARY KEY (rollout, look, cohort)
);`,
  sqlite: "",
  postgres: "",
};
