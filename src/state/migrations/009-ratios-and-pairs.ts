import type { Migration } from "./migration.ts";

/** Values of the candidate that are compared as a ratio, beside the tallies of their scores; and outcomes of the same inputs, in pairs. */
export const migration: Migration = {
  kind: "additive",
  tables: ({ text, integer, real, keyed }) => `
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
);
-- Outcomes of both arms by the exposure that they share, of which each unit's first two that match are a pair.
CREATE TABLE pairs (
  rollout ${integer} NOT NULL,
  unit ${integer} NOT NULL,
  exposure ${text} NOT NULL,
  arm ${text} NOT NULL CHECK (arm IN ('control', 'candidate')),
  success ${integer} NOT NULL CHECK (success IN (0, 1)),
  PRIMARY KEY (rollout, unit, exposure, arm)
)${keyed};
CREATE TABLE "pairCounts" (
  rollout ${integer} NOT NULL,
  look ${integer} NOT NULL,
  "both" ${integer} NOT NULL,
  "onlyControl" ${integer} NOT NULL,
  "onlyCandidate" ${integer} NOT NULL,
  neither ${integer} NOT NULL,
  PRIMARY KEY (rollout, look)
);
-- What waits to settle keeps what it will be paired by.
ALTER TABLE unsettled ADD COLUMN exposure ${text};`,
  sqlite: "",
  postgres: "",
};
