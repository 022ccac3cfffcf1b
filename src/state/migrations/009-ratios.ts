import type { Migration } from "./migration.ts";

/** Values of the candidate that are compared as a ratio, beside the tallies of their scores. */
export const migration: Migration = {
  kind: "additive",
  tables: ({ text, integer, real }) => `
CREATE TABLE "ratioCounts" (
  rollout ${integer} NOT NULL,
  look ${integer} NOT NULL,
  weight ${real} NOT NULL,
  metric ${text} NOT NULL CHECK (metric IN ('latency', 'cost')),
  -- In multiples of the limit: at most 1.02^bin of it, and more than the edge of the bin below.
  bin ${integer} NOT NULL,
  n ${integer} NOT NULL,
  sum ${real} NOT NULL,
  squares ${real} NOT NULL,
  PRIMARY KEY (rollout, look, weight, metric, bin)
);`,
  sqlite: "",
  postgres: "",
};
