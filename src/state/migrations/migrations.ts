import { AgentopsError } from "../../core/errors.ts";
import { sql as runs } from "./001-runs.ts";
import { sql as calibrations } from "./002-calibrations.ts";
import { sql as kills } from "./003-kills.ts";
import { sql as rollouts } from "./004-rollouts.ts";
import { migration as shared } from "./005-shared.ts";
import { migration as processes } from "./006-processes.ts";
import { migration as cohorts } from "./007-cohorts.ts";
import { migration as exposures } from "./008-exposures.ts";
import { migration as ratiosAndPairs } from "./009-ratios-and-pairs.ts";
import { migration as fallbacks } from "./010-fallbacks.ts";
import { migration as outcomeFields } from "./011-outcome-fields.ts";
import { migration as traces } from "./012-traces.ts";
import type { Migration } from "./migration.ts";

/** Before there was a second engine; numbered from 1 by position. PostgreSQL begins with tables equal to what these make. */
export const SQLITE_ONLY: readonly string[] = [runs, calibrations, kills, rollouts];

/** The first is number {@link SQLITE_ONLY}.length + 1; a released one is never edited. */
const MIGRATIONS: readonly Migration[] = [
  shared,
  processes,
  cohorts,
  exposures,
  ratiosAndPairs,
  fallbacks,
  outcomeFields,
  traces,
];

export const SCHEMA_VERSION = SQLITE_ONLY.length + MIGRATIONS.length;

/** What stands in a store of its history, by number; the first ones are not listed. */
export interface Applied {
  number: number;
  kind: "additive" | "breaking";
}

/** The migration after the first `version` ones; undefined when there is none, or it is one of {@link SQLITE_ONLY}. */
export function migrationAfter(version: number): Migration | undefined {
  return MIGRATIONS[version - SQLITE_ONLY.length];
}

/** One row a migration since there are two engines: an older release goes on as long as it misses no breaking one. */
export const MIGRATIONS_TABLE = (types: { text: string; integer: string }) => `
CREATE TABLE migrations (
  number ${types.integer} NOT NULL PRIMARY KEY,
  kind ${types.text} NOT NULL CHECK (kind IN ('additive', 'breaking')),
  at ${types.text} NOT NULL
);`;

/** Throws STORE_NEWER for a store that has a breaking migration which this release does not know. */
export function refuseNewer(applied: readonly Applied[]): void {
  const missed = applied.find(({ number, kind }) => number > SCHEMA_VERSION && kind === "breaking");
  if (missed === undefined) return;
  throw new AgentopsError(
    "STORE_NEWER",
    `the store has schema ${missed.number}, this agentops knows ${SCHEMA_VERSION}`,
    {
      hint: "a newer agentops wrote it: use that release here, or a newer one",
    },
  );
}

/** How many migrations a store had before and has now. */
export interface Migrated {
  from: number;
  to: number;
}
