import type { Migration, Types } from "./migration.ts";

/** Outcomes that come late, in parts, or are corrected; how late they come, and what is added up by minute. */
const outcomes = ({ text, integer, real, keyed }: Types) => `
-- When it was served, where that is not when it was known ("at").
ALTER TABLE observations ADD COLUMN "servedAt" ${text};
-- JSON: when each field was known, where that is not all at "at".
ALTER TABLE observations ADD COLUMN "knownAt" ${text};
-- Lines of which nobody has said yet whether it was a success: JSON of their fields and of when each was known.
CREATE TABLE "openOutcomes" (
  environment ${text} NOT NULL,
  target ${text} NOT NULL,
  id ${text} NOT NULL,
  fields ${text} NOT NULL,
  "knownAt" ${text} NOT NULL,
  PRIMARY KEY (environment, target, id)
)${keyed};
-- Outcomes that were changed after they were stored, how often, and as what they were counted before that.
CREATE TABLE corrections (
  observation ${integer} NOT NULL PRIMARY KEY,
  n ${integer} NOT NULL,
  version ${text} NOT NULL,
  shadow ${integer} NOT NULL,
  "latencyMs" ${real},
  "costUsd" ${real}
);
-- How late outcomes were known after they were served, by that day: within 2^bucket seconds, and not within half of that.
CREATE TABLE delays (
  environment ${text} NOT NULL,
  target ${text} NOT NULL,
  version ${text} NOT NULL,
  day ${text} NOT NULL,
  success ${integer} NOT NULL,
  bucket ${integer} NOT NULL,
  n ${integer} NOT NULL,
  PRIMARY KEY (environment, target, version, day, success, bucket)
)${keyed};
-- What was served and observed of each version, by the minute it was served.
CREATE TABLE "outcomeMinutes" (
  environment ${text} NOT NULL,
  target ${text} NOT NULL,
  minute ${integer} NOT NULL,
  version ${text} NOT NULL,
  shadow ${integer} NOT NULL,
  exposed ${integer} NOT NULL,
  n ${integer} NOT NULL,
  succeeded ${integer} NOT NULL,
  "latencyN" ${integer} NOT NULL,
  "latencyMs" ${real} NOT NULL,
  "costN" ${integer} NOT NULL,
  "costUsd" ${real} NOT NULL,
  "safetyN" ${integer} NOT NULL,
  unsafe ${integer} NOT NULL,
  PRIMARY KEY (environment, target, minute, version, shadow)
)${keyed};`;

/** Who was served what and when. */
const exposures = ({ text, integer, real, keyed }: Types) => `
-- Who was served which arm how often, while a rollout is open.
CREATE TABLE exposures (
  rollout ${integer} NOT NULL,
  minute ${integer} NOT NULL,
  unit ${text} NOT NULL,
  arm ${text} NOT NULL CHECK (arm IN ('control', 'candidate')),
  weight ${real} NOT NULL,
  n ${integer} NOT NULL,
  PRIMARY KEY (rollout, minute, unit, arm, weight)
)${keyed};
-- Exposures that were told one by one, so that a repeat is harmless, and the minute of each.
CREATE TABLE "exposureTokens" (
  environment ${text} NOT NULL,
  target ${text} NOT NULL,
  exposure ${text} NOT NULL,
  minute ${integer} NOT NULL,
  PRIMARY KEY (environment, target, exposure)
)${keyed};
-- The newest batch of each process that counts them, for the same reason.
CREATE TABLE "exposureSources" (
  source ${text} NOT NULL PRIMARY KEY,
  batch ${integer} NOT NULL,
  at ${text} NOT NULL
);
-- Units of a rollout by the minute they were served first: all of them, and those whose outcome is known.
CREATE TABLE "servedMinutes" (
  rollout ${integer} NOT NULL,
  minute ${integer} NOT NULL,
  arm ${text} NOT NULL CHECK (arm IN ('control', 'candidate')),
  exposed ${integer} NOT NULL,
  known ${integer} NOT NULL,
  PRIMARY KEY (rollout, minute, arm)
)${keyed};
-- What a decision is made of beside tallies: units that were served, and of those the ones that were drawn anew before an outcome was known.
CREATE TABLE arrivals (
  rollout ${integer} NOT NULL,
  look ${integer} NOT NULL,
  weight ${real} NOT NULL,
  arm ${text} NOT NULL CHECK (arm IN ('control', 'candidate')),
  exposed ${integer} NOT NULL,
  superseded ${integer} NOT NULL,
  PRIMARY KEY (rollout, look, weight, arm)
);`;

/** Requests of units that come again, and what waits to settle. */
const counted = ({ text, integer, real, keyed }: Types) => `
-- The same of requests of units that come again, by the hour and by what their unit was like before.
CREATE TABLE returns (
  rollout ${integer} NOT NULL,
  look ${integer} NOT NULL,
  hour ${integer} NOT NULL,
  class ${text} NOT NULL,
  arm ${text} NOT NULL CHECK (arm IN ('control', 'candidate')),
  n ${integer} NOT NULL,
  good ${integer} NOT NULL,
  PRIMARY KEY (rollout, look, hour, class, arm)
);
-- Outcomes whose time to settle has not passed, with the weight they were served at; what has settled is counted and not here.
CREATE TABLE unsettled (
  rollout ${integer} NOT NULL,
  minute ${integer} NOT NULL,
  observation ${integer} NOT NULL,
  weight ${real},
  PRIMARY KEY (rollout, minute, observation)
)${keyed};
-- Whether it was counted as served at its weight, in which minute first; and of all its requests those of this hour and those before.
ALTER TABLE units ADD COLUMN exposed ${integer} NOT NULL DEFAULT 0;
ALTER TABLE units ADD COLUMN minute ${integer};
ALTER TABLE units ADD COLUMN hour ${integer};
ALTER TABLE units ADD COLUMN "hourN" ${integer} NOT NULL DEFAULT 0;
ALTER TABLE units ADD COLUMN "hourGood" ${integer} NOT NULL DEFAULT 0;
ALTER TABLE units ADD COLUMN "beforeN" ${integer} NOT NULL DEFAULT 0;
ALTER TABLE units ADD COLUMN "beforeGood" ${integer} NOT NULL DEFAULT 0;
-- The first minute that has not settled; null where nothing waits for that. And what came or was corrected after it had been counted.
ALTER TABLE rollouts ADD COLUMN "settledTo" ${integer};
ALTER TABLE rollouts ADD COLUMN "correctedAfter" ${integer} NOT NULL DEFAULT 0;
-- Outcomes of either version that somebody asked for by name.
ALTER TABLE rollouts ADD COLUMN forced ${integer} NOT NULL DEFAULT 0;
-- Answers that settled without an outcome, and count as failures.
ALTER TABLE rollouts ADD COLUMN "assumedControl" ${integer} NOT NULL DEFAULT 0;
ALTER TABLE rollouts ADD COLUMN "assumedCandidate" ${integer} NOT NULL DEFAULT 0;`;

/** Who was served what and when, outcomes that come late or are corrected, and what is counted by minute. A minute is one since 1970. */
export const migration: Migration = {
  kind: "additive",
  tables: (types) => outcomes(types) + exposures(types) + counted(types),
  sqlite: "",
  postgres: "",
};
