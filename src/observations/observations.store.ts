import type { Place } from "../core/refs.ts";
import type { Caps, RolloutPlan } from "../rollout/schema.ts";
import { batchInto, lookUp } from "../state/batch.ts";
import type { Value } from "../state/raw.ts";
import type { Db, Tx } from "../state/store.ts";
import type { Row } from "../state/tables.ts";

/** What counting needs to know of an open rollout. */
export interface OpenRollout {
  seq: number;
  id: string;
  target: string;
  control: string;
  candidate: string;
  plan: RolloutPlan;
  caps: Caps;
  /** The look that arrivals are counted in now. */
  look: number;
  createdAt: string;
  /** Weights and steps in force since then, the oldest first. */
  weights: readonly { at: string; weight: number; step: number; phase: string }[];
}

/** A unit as counted so far; sums of its requests by metric. */
export type UnitRow = Omit<Row<"units">, "rollout" | "unit">;

const OBSERVATION = [
  "environment", "target", "id", "version", "unit", "success", "latencyMs", "costUsd", "inputTokens", "outputTokens", "safe", "breach",
  "shadow", "at", "rollout",
] as const satisfies readonly (keyof Row<"observations">)[]; // prettier-ignore
const OUTCOME = ["environment", "target", "version", "hour", "shadow"] as const;
const OUTCOME_SUMS = [
  "n", "succeeded", "latencyN", "latencyMs", "costN", "costUsd", "safetyN", "unsafe",
] as const; // prettier-ignore
const UNIT = [
  "look", "seenAt", "weight", "candidate", "n", "success", "latencyN", "latency", "costN", "cost", "safetyN", "safety",
  "exposed", "minute", "hour", "hourN", "hourGood", "beforeN", "beforeGood",
] as const satisfies readonly (keyof UnitRow)[]; // prettier-ignore
const UNIT_ROW = ["unit", ...UNIT] as const;
const TALLY = ["rollout", "look", "weight", "arm", "metric"] as const;
const TALLY_SUMS = ["n", "sum", "squares"] as const;

/** Values in the order of the columns above; gives the new ones' numbers. What the store has already stays as it is. */
export const insertObservations = batchInto("observations", {
  columns: OBSERVATION,
  key: ["environment", "target", "id"],
  onConflict: "keep",
  numbered: "seq",
});

export const addHours = batchInto("outcomes", {
  columns: [...OUTCOME, ...OUTCOME_SUMS],
  key: OUTCOME,
  onConflict: "add",
  sums: OUTCOME_SUMS,
});

export const insertBreaches = batchInto("breaches", {
  columns: ["rollout", "look", "observation", "kind"],
  key: ["rollout", "look", "observation"],
  onConflict: "refuse",
});

const replaceUnits = batchInto("units", {
  columns: ["rollout", "unit", ...UNIT],
  key: ["rollout", "unit"],
  onConflict: "replace",
});

export const addTallies = batchInto("tallies", {
  columns: [...TALLY, ...TALLY_SUMS],
  key: TALLY,
  onConflict: "add",
  sums: TALLY_SUMS,
});

const COHORT = ["rollout", "look", "cohort"] as const;
const COHORT_SUMS = ["answers", "succeeded", "units", "control"] as const;

export const addCohortCounts = batchInto("cohortCounts", {
  columns: [...COHORT, ...COHORT_SUMS],
  key: COHORT,
  onConflict: "add",
  sums: COHORT_SUMS,
});

const RETURN = ["rollout", "look", "hour", "class", "arm"] as const;

export const addReturnCounts = batchInto("returns", {
  columns: [...RETURN, "n", "good"],
  key: RETURN,
  onConflict: "add",
  sums: ["n", "good"],
});

export async function saveUnits(
  tx: Tx,
  rollout: number,
  units: readonly (readonly [number, UnitRow])[],
): Promise<void> {
  await replaceUnits(
    tx,
    units.map(([unit, row]): Value[] => [rollout, unit, ...UNIT.map((column) => row[column])]),
  );
}

/** What is known of some units. */
export async function unitsOf(tx: Tx, rollout: number, units: readonly number[]): Promise<Map<number, UnitRow>> {
  const lookup = { columns: UNIT_ROW, key: ["rollout", "unit"], first: rollout, values: units } as const;
  return new Map((await lookUp(tx, "units", lookup)).map((row) => [row.unit, row]));
}

/** Those of some targets, with the weights that were in force. */
export async function openRolloutsOf(tx: Tx, environment: string, targets: readonly string[]): Promise<OpenRollout[]> {
  const rows = await tx
    .selectFrom("rollouts")
    .select(["seq", "id", "target", "control", "candidate", "plan", "caps", "look", "createdAt"])
    .where("environment", "=", environment)
    .where("target", "in", targets)
    .where("endedAt", "is", null)
    .execute();
  const open: OpenRollout[] = [];
  for (const row of rows) {
    const changes = tx
      .selectFrom("transitions")
      .select(["at", "weight", "step", "phase"])
      .where("rollout", "=", row.seq);
    const weights = await changes.orderBy("seq").execute();
    open.push({ ...row, plan: JSON.parse(row.plan) as RolloutPlan, caps: JSON.parse(row.caps) as Caps, weights });
  }
  return open;
}

/** Of some versions of a target, those that were released. */
export async function releasedAmong(db: Db, target: string, versions: readonly string[]): Promise<string[]> {
  const released = db.selectFrom("releases").select("version").where("target", "=", target);
  return (await released.where("version", "in", versions).execute()).map(({ version }) => version);
}

/** The versions of a target that were released, in the order of their numbers. */
export async function releasesOf(db: Db, target: string): Promise<string[]> {
  const rows = await db.selectFrom("releases").select("version").distinct().where("target", "=", target).execute();
  return rows.map(({ version }) => version).sort((a, b) => Number(a.slice(1)) - Number(b.slice(1)));
}

/** Every target that was ever released. */
export async function releasedTargets(db: Db): Promise<string[]> {
  const rows = await db.selectFrom("releases").select("target").distinct().orderBy("target").execute();
  return rows.map(({ target }) => target);
}

/** The environments that ever served a target to everybody, in order, where this one never did; a rollout needs that too. Else none. */
export async function servedElsewhere(db: Db, { environment, target }: Place): Promise<string[]> {
  const its = db.selectFrom("stables").where("target", "=", target);
  const here = its.select("id").where("environment", "=", environment).limit(1);
  if ((await here.execute()).length > 0) return [];
  const rows = await its.select("environment").distinct().execute();
  return rows.map((row) => row.environment).sort();
}

/** Of some ids, those of rollouts of a target in an environment. */
export async function rolloutsAmong(
  db: Db,
  { environment, target }: { environment: string; target: string },
  ids: readonly string[],
): Promise<string[]> {
  const its = db.selectFrom("rollouts").select("id").where("environment", "=", environment);
  return (await its.where("target", "=", target).where("id", "in", ids).execute()).map(({ id }) => id);
}

type Capped = "latency" | "cost";

/** How many latencies and costs a version reported since an hour: zero where a search for them would be in vain. */
export async function reportedBy(
  db: Db,
  place: { environment: string; target: string; version: string },
  hour: string,
): Promise<Record<Capped, number>> {
  const sums = await db
    .selectFrom("outcomes")
    .select(({ fn }) => [fn.sum<number | null>("latencyN").as("latency"), fn.sum<number | null>("costN").as("cost")])
    .where("environment", "=", place.environment)
    .where("target", "=", place.target)
    .where("version", "=", place.version)
    .where("hour", ">=", hour)
    .where("shadow", "=", 0)
    .executeTakeFirst();
  return { latency: sums?.latency ?? 0, cost: sums?.cost ?? 0 };
}

/** Values of a rollout's control beyond a row, in order. */
export async function valuesAfter(
  db: Db,
  metric: Capped,
  { rollout, version, seq, limit }: { rollout: number; version: string; seq: number; limit: number },
): Promise<number[]> {
  const column = metric === "latency" ? "latencyMs" : "costUsd";
  const rows = await db
    .selectFrom("observations")
    .select(`${column} as value`)
    .where("rollout", "=", rollout)
    .where("version", "=", version)
    .where("seq", ">", seq)
    .where("shadow", "=", 0)
    .where(column, "is not", null)
    .orderBy("seq")
    .limit(limit)
    .execute();
  return rows.map(({ value }) => value as number);
}

/** The number of the newest observation; 0 before the first. */
export async function lastSeq(db: Db): Promise<number> {
  const last = db.selectFrom("observations").select(({ fn }) => fn.max<number | null>("seq").as("seq"));
  return (await last.executeTakeFirst())?.seq ?? 0;
}

export async function saveCaps(tx: Tx, rollout: number, caps: Caps): Promise<void> {
  await tx
    .updateTable("rollouts")
    .set({ caps: JSON.stringify(caps) })
    .where("seq", "=", rollout)
    .execute();
}
