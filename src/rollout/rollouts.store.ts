import { AgentopsError } from "../core/errors.ts";
import type { Place } from "../core/refs.ts";
import type { Db, Tx } from "../state/store.ts";
import type { Row } from "../state/tables.ts";
import { arrivalsAt } from "./arrivals.store.ts";
import { cohortCountsOf } from "./cohorts.store.ts";
import { pairsAt } from "./pairs.store.ts";
import { returnsOf } from "./returns.store.ts";
import type { Evidence, LookCounts, TallyRow } from "./evidence.ts";
import type { RolloutEvent, RolloutState } from "./state.ts";
import type { Caps, Phase, RolloutPlan } from "./schema.ts";

/** A rollout as stored; the columns that queries look at are kept beside the state they come from. */
export interface Rollout {
  seq: number;
  id: string;
  environment: string;
  target: string;
  /** Versions. */
  control: string;
  candidate: string;
  plan: RolloutPlan;
  state: RolloutState;
  /** The look that arrivals are counted in now. */
  look: number;
  evidence: Evidence;
  caps: Caps;
  createdAt: string;
  endedAt: string | null;
}

/** The one that is under way, if any. */
export async function openRollout(db: Db, environment: string, target: string): Promise<Rollout | undefined> {
  const here = db
    .selectFrom("rollouts")
    .selectAll()
    .where("environment", "=", environment)
    .where("target", "=", target);
  return found(await here.where("endedAt", "is", null).executeTakeFirst());
}

/** Everything that is under way in an environment, by target. */
export async function openRollouts(db: Db, environment: string): Promise<Rollout[]> {
  const open = db
    .selectFrom("rollouts")
    .selectAll()
    .where("environment", "=", environment)
    .where("endedAt", "is", null);
  return (await open.orderBy("target").execute()).map(parsed);
}

/** The newest, whether it is over or not. */
export async function latestRollout(db: Db, environment: string, target: string): Promise<Rollout | undefined> {
  return found(await newestFirst(db, environment, target).limit(1).executeTakeFirst());
}

/** The newest; throws ROLLOUT_NOT_FOUND where nothing was ever started. */
export async function needRollout(db: Db, { environment, target }: Place): Promise<Rollout> {
  const rollout = await latestRollout(db, environment, target);
  if (rollout !== undefined) return rollout;
  throw new AgentopsError("ROLLOUT_NOT_FOUND", `${target} has no rollout in ${environment}`, {
    hint: `agentops canary start ${target}@VERSION --env ${environment}   starts one (agentops log ${target} lists the versions)`,
  });
}

export async function rolloutBySeq(db: Db, seq: number): Promise<Rollout | undefined> {
  return found(await db.selectFrom("rollouts").selectAll().where("seq", "=", seq).executeTakeFirst());
}

/** All of a target in an environment, the newest first. */
export async function rolloutsOf(db: Db, environment: string, target: string): Promise<Rollout[]> {
  return (await newestFirst(db, environment, target).execute()).map(parsed);
}

function newestFirst(db: Db, environment: string, target: string) {
  const here = db
    .selectFrom("rollouts")
    .selectAll()
    .where("environment", "=", environment)
    .where("target", "=", target);
  return here.orderBy("seq", "desc");
}

export async function insertRollout(tx: Tx, rollout: Omit<Rollout, "seq">): Promise<number> {
  const { seq } = await tx.insertInto("rollouts").values(columns(rollout)).returning("seq").executeTakeFirstOrThrow();
  return seq;
}

/** Everything that changes of one: state, evidence, look, end; and caps, which are frozen by whoever counts observations and anew by looks. */
export async function updateRollout(tx: Tx, rollout: Rollout): Promise<void> {
  const { state, phase, weight, look, evidence, caps, endedAt } = columns(rollout);
  await tx
    .updateTable("rollouts")
    .set({ state, phase, weight, look, evidence, caps, endedAt })
    .where("seq", "=", rollout.seq)
    .execute();
}

function columns(rollout: Omit<Rollout, "seq">) {
  const { plan, state, evidence, caps } = rollout;
  return {
    ...rollout,
    plan: JSON.stringify(plan),
    state: JSON.stringify(state),
    phase: state.phase,
    weight: state.weight,
    evidence: JSON.stringify(evidence),
    caps: JSON.stringify(caps),
  };
}

function found(row: Row<"rollouts"> | undefined): Rollout | undefined {
  return row === undefined ? undefined : parsed(row);
}

function parsed(row: Row<"rollouts">): Rollout {
  const { seq, id, environment, target, control, candidate, look, createdAt, endedAt } = row;
  const { plan, state, evidence, caps } = row;
  return {
    seq,
    id,
    environment,
    target,
    control,
    candidate,
    look,
    createdAt,
    endedAt,
    plan: JSON.parse(plan) as RolloutPlan,
    state: JSON.parse(state) as RolloutState,
    evidence: JSON.parse(evidence) as Evidence,
    caps: JSON.parse(caps) as Caps,
  };
}

/** One change of a rollout's state; `event` is the JSON of a {@link RolloutEvent}, `state` of the state after it. */
export type TransitionRow = Omit<Row<"transitions">, "phase"> & { phase: Phase };

export async function insertTransition(
  tx: Tx,
  { seq: rollout, state }: Rollout,
  event: RolloutEvent,
  { actor, auditEvent }: { actor: string; auditEvent: number },
): Promise<void> {
  const before = await tx
    .selectFrom("transitions")
    .select(({ fn }) => fn.countAll<number>().as("n"))
    .where("rollout", "=", rollout)
    .executeTakeFirstOrThrow();
  await tx
    .insertInto("transitions")
    .values({
      rollout,
      seq: before.n + 1,
      at: event.at,
      actor,
      event: JSON.stringify(event),
      phase: state.phase,
      step: state.step,
      weight: state.weight,
      state: JSON.stringify(state),
      auditEvent,
    })
    .execute();
}

/** Who started it. */
export async function starterOf(db: Db, rollout: number): Promise<string | undefined> {
  const first = db.selectFrom("transitions").select("actor").where("rollout", "=", rollout).where("seq", "=", 1);
  return (await first.executeTakeFirst())?.actor;
}

/** The whole history, with each audit event's reason. */
export async function transitionsOf(db: Db, rollout: number): Promise<(TransitionRow & { reason: string })[]> {
  const rows = await db
    .selectFrom("transitions as t")
    .innerJoin("auditEvents as a", "a.id", "t.auditEvent")
    .selectAll("t")
    .select("a.reason")
    .where("t.rollout", "=", rollout)
    .orderBy("t.seq")
    .execute();
  return rows.map((row) => ({ ...row, phase: row.phase as Phase }));
}

/** Counts of a rollout in the order they are judged in; of one look, or of all up to it. */
export function talliesOf(db: Db, rollout: number, looks: { from: number; to: number }): Promise<TallyRow[]> {
  return db
    .selectFrom("tallies")
    .select(["look", "weight", "arm", "metric", "n", "sum", "squares"])
    .where("rollout", "=", rollout)
    .where("look", ">=", looks.from)
    .where("look", "<=", looks.to)
    .orderBy("look")
    .orderBy("weight")
    .orderBy("metric")
    .orderBy("arm")
    .execute();
}

/** All that was counted in one look. */
export async function countsOf(db: Db, rollout: Pick<Rollout, "seq" | "plan">, look: number): Promise<LookCounts> {
  const tallies = await talliesOf(db, rollout.seq, { from: look, to: look });
  const at = { ...rollout, look };
  const [cohorts, returns] = [await cohortCountsOf(db, at), await returnsOf(db, at)];
  return { tallies, cohorts, returns, ...(await arrivalsAt(db, at)), ...(await pairsAt(db, at)) };
}

export type BreachRow = Omit<Row<"breaches">, "rollout">;

export function breachesOf(db: Db, rollout: number): Promise<BreachRow[]> {
  return db
    .selectFrom("breaches")
    .select(["look", "observation", "kind"])
    .where("rollout", "=", rollout)
    .orderBy("observation")
    .execute();
}

/** `analysis` is the JSON of a {@link StoredLook}. */
export type LookRow = Omit<Row<"looks">, "rollout">;

export async function insertLook(tx: Tx, rollout: number, row: LookRow): Promise<void> {
  await tx
    .insertInto("looks")
    .values({ rollout, ...row })
    .execute();
}

export function looksOf(db: Db, rollout: number): Promise<LookRow[]> {
  return db
    .selectFrom("looks")
    .select(["look", "at", "verdict", "analysis"])
    .where("rollout", "=", rollout)
    .orderBy("look")
    .execute();
}
