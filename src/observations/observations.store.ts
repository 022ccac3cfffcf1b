import type { Sqlite } from "../state/connection.ts";
import { insertInto } from "../state/insert.ts";
import type { Database } from "../state/tables.ts";
import type { Caps, RolloutPlan } from "../rollout/schema.ts";

/** What counting needs to know of an open rollout. */
export interface OpenRollout {
  seq: number;
  id: string;
  control: string;
  candidate: string;
  plan: RolloutPlan;
  caps: Caps;
  /** The look that arrivals are counted in now. */
  look: number;
  createdAt: string;
  /** Weights in force since then, the oldest first. */
  weights: readonly { at: string; weight: number }[];
}

/** A unit as counted so far; sums of its requests by metric. */
export type UnitRow = Omit<Database["units"], "rollout" | "unit">;

/** What one call adds to the hour of a version: n, succeeded, latencyN, latencyMs, costN, costUsd, safetyN, unsafe. */
export type OutcomeSums = [number, number, number, number, number, number, number, number];

type Value = string | number | null;

interface Write {
  run(...values: Value[]): { changes: number; lastInsertRowid: number | bigint };
}

interface Read<Parameters extends Value[], Row> {
  get(...values: Parameters): Row | undefined;
  all(...values: Parameters): Row[];
}

export interface Statements {
  insert: Write;
  isReleased: Read<[target: string, version: string], number>;
  addOutcome: Write;
  insertBreach: Write;
  /** The rollout that is under way, if any. */
  open(environment: string, target: string): OpenRollout | undefined;
  /** How many latencies and costs a version reported since an hour: zero where a search for them would be in vain. */
  reported: Read<
    [environment: string, target: string, version: string, hour: string],
    Record<"latency" | "cost", number | null>
  >;
  /** Values of a rollout's control beyond a row, in order. */
  valuesAfter: Record<"latency" | "cost", Read<[rollout: number, version: string, seq: number, limit: number], number>>;
  lastSeq: Read<[], number | null>;
  saveCaps: Write;
  unit: Read<[rollout: number, unit: number], UnitRow>;
  saveUnit: Write;
  addTally: Write;
}

const known = new WeakMap<Sqlite, Statements>();

/** Prepared once a connection: preparing takes longer than a row. */
export function statementsOf(sqlite: Sqlite): Statements {
  const statements = known.get(sqlite) ?? prepared(sqlite);
  known.set(sqlite, statements);
  return statements;
}

/** In the order in which {@link Statements.insert} and the others take their values. */
const OBSERVATION = [
  "environment", "target", "id", "version", "unit", "success", "latencyMs", "costUsd", "inputTokens", "outputTokens", "safe", "breach",
  "shadow", "at", "rollout",
] as const; // prettier-ignore
const OUTCOME = ["environment", "target", "version", "hour", "shadow"] as const;
const OUTCOME_SUMS = [
  "n", "succeeded", "latencyN", "latencyMs", "costN", "costUsd", "safetyN", "unsafe",
] as const; // prettier-ignore
const UNIT = [
  "look", "seenAt", "weight", "candidate", "n", "success", "latencyN", "latency", "costN", "cost", "safetyN", "safety",
] as const; // prettier-ignore
const TALLY = ["rollout", "look", "weight", "arm", "metric"] as const;
const TALLY_SUMS = ["n", "sum", "squares"] as const;

const added = (column: string) => `${column} = ${column} + excluded.${column}`;

function prepared(sqlite: Sqlite): Statements {
  // Units lie scattered, so a batch touches many pages: kept at hand (32 MB), and copied back into the file after some batches instead of each (pages; 32 MB).
  sqlite.pragma("cache_size = -32000");
  sqlite.pragma("wal_autocheckpoint = 8000");
  return {
    ...rolloutStatements(sqlite),
    ...unitStatements(sqlite),
    insert: sqlite.prepare(`${insertInto("observations", OBSERVATION)} ON CONFLICT DO NOTHING`),
    isReleased: sqlite
      .prepare<[string, string], number>("SELECT 1 FROM releases WHERE target = ? AND version = ?")
      .pluck(),
    addOutcome: sqlite.prepare(
      `${insertInto("outcomes", [...OUTCOME, ...OUTCOME_SUMS])} ON CONFLICT DO UPDATE SET ${OUTCOME_SUMS.map(added).join(", ")}`,
    ),
    insertBreach: sqlite.prepare("INSERT INTO breaches (rollout, look, observation, kind) VALUES (?, ?, ?, ?)"),
  };
}

function rolloutStatements(sqlite: Sqlite) {
  type Row = Omit<OpenRollout, "plan" | "caps" | "weights"> & { plan: string; caps: string };
  const open = sqlite.prepare<[string, string], Row>(
    "SELECT seq, id, control, candidate, plan, caps, look, createdAt FROM rollouts WHERE environment = ? AND target = ? AND endedAt IS NULL",
  );
  const weights = sqlite.prepare<[number], { at: string; weight: number }>(
    "SELECT at, weight FROM transitions WHERE rollout = ? ORDER BY seq",
  );
  const reported = sqlite.prepare<[string, string, string, string], { latency: number | null; cost: number | null }>(
    "SELECT SUM(latencyN) AS latency, SUM(costN) AS cost FROM outcomes WHERE environment = ? AND target = ? AND version = ? AND hour >= ? AND shadow = 0",
  );
  const valuesOf = (column: "latencyMs" | "costUsd") =>
    sqlite
      .prepare<[number, string, number, number], number>(
        `SELECT ${column} FROM observations WHERE rollout = ? AND version = ? AND seq > ? AND shadow = 0 AND ${column} IS NOT NULL ORDER BY seq LIMIT ?`,
      )
      .pluck();
  return {
    reported,
    valuesAfter: { latency: valuesOf("latencyMs"), cost: valuesOf("costUsd") },
    lastSeq: sqlite.prepare<[], number | null>("SELECT MAX(seq) FROM observations").pluck(),
    saveCaps: sqlite.prepare("UPDATE rollouts SET caps = ? WHERE seq = ?"),
    open: (environment: string, target: string): OpenRollout | undefined => {
      const row = open.get(environment, target);
      if (row === undefined) return undefined;
      const [plan, caps] = [JSON.parse(row.plan) as RolloutPlan, JSON.parse(row.caps) as Caps];
      return { ...row, plan, caps, weights: weights.all(row.seq) };
    },
  };
}

function unitStatements(sqlite: Sqlite) {
  return {
    unit: sqlite.prepare<[number, number], UnitRow>(
      `SELECT ${UNIT.join(", ")} FROM units WHERE rollout = ? AND unit = ?`,
    ),
    saveUnit: sqlite.prepare(insertInto("units", ["rollout", "unit", ...UNIT]).replace("INSERT", "INSERT OR REPLACE")),
    addTally: sqlite.prepare(
      `${insertInto("tallies", [...TALLY, ...TALLY_SUMS])} ON CONFLICT DO UPDATE SET ${TALLY_SUMS.map(added).join(", ")}`,
    ),
  };
}
