import type { Database } from "./tables.ts";

/** A table of what operators and production share. */
export interface SharedTable {
  name: keyof Database;
  /** Its primary key. */
  key: readonly string[];
  /**
   * What becomes of rows: `numbered` ones are added with a key larger than all before, so that those after the last need copying only;
   * others are `added`, with any key; or they are `changed`.
   */
  rows: "numbered" | "added" | "changed";
  /** The migration that made it, where a store that has not had it yet may be read. */
  since?: number;
}

const table = <T extends keyof Database>(
  rows: SharedTable["rows"],
  name: T,
  ...key: (keyof Database[T] & string)[]
): SharedTable => ({ name, key, rows });

const since = (version: number, ...tables: SharedTable[]): SharedTable[] =>
  tables.map((its) => ({ ...its, since: version }));

/** One of them. */
export function sharedTable(name: keyof Database): SharedTable {
  return SHARED_TABLES.find((its) => its.name === name) as SharedTable;
}

/** In the order in which their rows may be written: a row comes after those that it points at. */
export const SHARED_TABLES: readonly SharedTable[] = [
  table("added", "releases", "target", "version"),
  table("numbered", "auditEvents", "id"),
  table("changed", "rollouts", "seq"),
  table("added", "transitions", "rollout", "seq"),
  table("numbered", "stables", "id"),
  table("numbered", "observations", "seq"),
  ...since(
    8,
    table("changed", "corrections", "observation"),
    table("changed", "openOutcomes", "environment", "target", "id"),
    table("changed", "exposures", "rollout", "minute", "unit", "arm", "weight"),
    table("added", "exposureTokens", "environment", "target", "exposure"),
    table("changed", "exposureSources", "source"),
    table("changed", "servedMinutes", "rollout", "minute", "arm"),
    table("changed", "arrivals", "rollout", "look", "weight", "arm"),
    table("changed", "returns", "rollout", "look", "hour", "class", "arm"),
    table("changed", "unsettled", "rollout", "minute", "observation"),
    table("changed", "delays", "environment", "target", "version", "day", "success", "bucket"),
    table("changed", "outcomeMinutes", "environment", "target", "minute", "version", "shadow"),
  ),
  ...since(12, table("changed", "traces", "seq"), table("numbered", "spanBlocks", "seq")),
  ...since(
    11,
    table("changed", "outcomeDetails", "environment", "target", "id"),
    table("changed", "outcomeNames", "environment", "target", "name"),
  ),
  table("added", "breaches", "rollout", "look", "observation"),
  table("added", "looks", "rollout", "look"),
  table("changed", "tallies", "rollout", "look", "weight", "arm", "metric"),
  ...since(7, table("changed", "cohortCounts", "rollout", "look", "cohort")),
  ...since(
    9,
    table("changed", "ratioCounts", "rollout", "look", "weight", "metric", "bin"),
    table("added", "pairs", "rollout", "unit", "exposure", "arm"),
    table("changed", "pairCounts", "rollout", "look"),
  ),
  table("changed", "units", "rollout", "unit"),
  table("changed", "outcomes", "environment", "target", "hour", "version", "shadow"),
  table("numbered", "approvals", "id"),
  table("added", "evidence", "digest"),
  table("added", "calibrations", "id"),
  table("changed", "kills", "environment", "target"),
  table("changed", "leases", "name"),
];
