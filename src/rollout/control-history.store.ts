import type { Sqlite } from "../state/connection.ts";
import type { Priors } from "./plan.ts";

/** Observations of the control that a cap is taken from, the newest; older ones may be of another season. */
const NEWEST = 10_000;
/** Fewer outcomes say too little to bet by. */
const LEAST = 50;

/** What production knows of a version before a rollout with it as control. */
export interface ControlHistory {
  priors: Priors;
  latency: number[];
  cost: number[];
}

export function controlHistory(sqlite: Sqlite, environment: string, target: string, version: string): ControlHistory {
  const sums = sqlite
    .prepare<[string, string, string], { n: number; succeeded: number; safetyN: number; unsafe: number }>(
      "SELECT TOTAL(n) AS n, TOTAL(succeeded) AS succeeded, TOTAL(safetyN) AS safetyN, TOTAL(unsafe) AS unsafe FROM outcomes WHERE environment = ? AND target = ? AND version = ? AND shadow = 0",
    )
    .get(environment, target, version);
  const { n, succeeded, safetyN, unsafe } = sums ?? { n: 0, succeeded: 0, safetyN: 0, unsafe: 0 };
  const values = (column: "latencyMs" | "costUsd") =>
    sqlite
      .prepare<[string, string, string], number>(
        `SELECT ${column} FROM observations WHERE environment = ? AND target = ? AND version = ? AND shadow = 0 AND ${column} IS NOT NULL ORDER BY seq DESC LIMIT ${NEWEST}`,
      )
      .pluck()
      .all(environment, target, version);
  return {
    priors: {
      success: n < LEAST ? null : succeeded / n,
      safety: safetyN < LEAST ? null : 1 - unsafe / safetyN,
    },
    latency: values("latencyMs"),
    cost: values("costUsd"),
  };
}
