import type { Place } from "../core/refs.ts";
import type { RolloutState } from "../rollout/state.ts";
import { isExternal } from "../core/external.ts";
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
  /** The first minute (since 1970) that has not settled; null before the first one has. */
  settledTo: number | null;
  /** Outcomes of a weight of 1 that are known before count nothing; null where all do. */
  aloneFrom: string | null;
  /** Weights and steps in force since then, the oldest first. */
  weights: readonly { at: string; weight: number; step: number; phase: string }[];
}

/** A unit as counted so far; sums of its requests by metric. */
export type UnitRow = Omit<Row<"units">, "rollout" | "unit">;

export const OBSERVATION = [
  "environment", "target", "id", "version", "unit", "success", "latencyMs", "costUsd", "inputTokens", "outputTokens", "safe", "breach",
  "shadow", "at", "rollout", "servedAt", "knownAt",
] as const satisfies readonly (keyof Row<"observations">)[]; // prettier-ignore
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

const RATIO = ["rollout", "look", "weight", "metric", "bin"] as const;

/** Rows of `ratioCounter`. */
export const addRatioCounts = batchInto("ratioCounts", {
  columns: [...RATIO, ...TALLY_SUMS],
  key: RATIO,
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
    .select(["seq", "id", "target", "control", "candidate", "plan", "caps", "look", "createdAt", "settledTo", "state"])
    .where("environment", "=", environment)
    .where("target", "in", targets)
    .where("endedAt", "is", null)
    .execute();
  const open: OpenRollout[] = [];
  for (const found of rows) {
    const changes = tx
      .selectFrom("transitions")
      .select(["at", "weight", "step", "phase"])
      .where("rollout", "=", found.seq);
    const weights = await changes.orderBy("seq").execute();
    const { state, ...row } = found;
    const { aloneFrom = null } = JSON.parse(state) as Pick<RolloutState, "aloneFrom">;
    open.push({
      ...row,
      aloneFrom,
      plan: JSON.parse(row.plan) as RolloutPlan,
      caps: JSON.parse(row.caps) as Caps,
      weights,
    });
  }
  return open;
}

/** Of some versions of a target, those that were released. */
export async function releasedAmong(db: Db, target: string, versions: readonly string[]): Promise<string[]> {
  const released = db.selectFrom("releases").select("version").where("target", "=", target);
  return (await released.where("version", "in", versions).execute()).map(({ version }) => version);
}

/** The versions of a target that were released, in the order of their numbers; what is none of them before. */
export async function releasesOf(db: Db, target: string): Promise<string[]> {
  const rows = await db.selectFrom("releases").select("version").distinct().where("target", "=", target).execute();
  const place = (version: string) => (isExternal(version) ? 0 : Number(version.slice(1)));
  return rows.map(({ version }) => version).sort((a, b) => place(a) - place(b));
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

export async function saveCaps(tx: Tx, rollout: number, caps: Caps): Promise<void> {
  await tx
    .updateTable("rollouts")
    .set({ caps: JSON.stringify(caps) })
    .where("seq", "=", rollout)
    .execute();
}
