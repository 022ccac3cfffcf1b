import type { Db } from "../state/store.ts";
import { NEWEST_VALUES } from "./caps.ts";
import { LEAST_KNOWN } from "./floors.ts";
import { METRICS } from "./metrics.ts";
import type { Priors } from "./plan.ts";

/** What production knows of a version before a rollout with it as control. */
export interface ControlHistory {
  priors: Priors;
  latency: number[];
  cost: number[];
}

export async function controlHistory(
  db: Db,
  environment: string,
  target: string,
  version: string,
): Promise<ControlHistory> {
  const sums = await db
    .selectFrom("outcomes")
    .select(({ fn }) => [
      fn.sum<number | null>("n").as("n"),
      fn.sum<number | null>("succeeded").as("succeeded"),
      fn.sum<number | null>("safetyN").as("safetyN"),
      fn.sum<number | null>("unsafe").as("unsafe"),
    ])
    .where("environment", "=", environment)
    .where("target", "=", target)
    .where("version", "=", version)
    .where("shadow", "=", 0)
    .executeTakeFirst();
  const [n, good, safetyN] = [sums?.n ?? 0, sums?.succeeded ?? 0, sums?.safetyN ?? 0];
  const of = { environment, target, version };
  const [latency, cost] = [await newestValues(db, "latencyMs", of), await newestValues(db, "costUsd", of)];
  const sizes = { success: n, latency: latency.length, cost: cost.length, safety: safetyN };
  return {
    priors: {
      seen: METRICS.filter((metric) => sizes[metric] >= LEAST_KNOWN),
      success: n < LEAST_KNOWN ? null : good / n,
      ...(n >= LEAST_KNOWN && { successes: { n, good } }),
      safety: safetyN < LEAST_KNOWN ? null : 1 - (sums?.unsafe ?? 0) / safetyN,
    },
    latency,
    cost,
  };
}

/** The newest latencies or costs of a version, in an environment or a rollout, the newest first: older ones may be of another season. */
export async function newestValues(
  db: Db,
  column: "latencyMs" | "costUsd",
  of: { version: string } & ({ environment: string; target: string } | { rollout: number }),
): Promise<number[]> {
  const rows = await db
    .selectFrom("observations")
    .select(`${column} as value`)
    .where((eb) => eb.and({ ...of, shadow: 0 }))
    .where(column, "is not", null)
    .orderBy("seq", "desc")
    .limit(NEWEST_VALUES)
    .execute();
  return rows.map(({ value }) => value as number);
}
