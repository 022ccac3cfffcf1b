import { AgentopsError } from "../core/errors.ts";
import type { Place } from "../core/refs.ts";
import type { Sqlite } from "../state/connection.ts";
import type { Database } from "../state/tables.ts";
import type { Evidence, TallyRow } from "./evidence.ts";
import type { RolloutEvent, RolloutState } from "./next.ts";
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

type Row = Database["rollouts"];

/** The one that is under way, if any. */
export function openRollout(sqlite: Sqlite, environment: string, target: string): Rollout | undefined {
  return found(
    sqlite
      .prepare<[string, string], Row>("SELECT * FROM rollouts WHERE environment = ? AND target = ? AND endedAt IS NULL")
      .get(environment, target),
  );
}

/** Everything that is under way in an environment, by target. */
export function openRollouts(sqlite: Sqlite, environment: string): Rollout[] {
  return sqlite
    .prepare<[string], Row>("SELECT * FROM rollouts WHERE environment = ? AND endedAt IS NULL ORDER BY target")
    .all(environment)
    .map(parsed);
}

/** The newest, whether it is over or not. */
export function latestRollout(sqlite: Sqlite, environment: string, target: string): Rollout | undefined {
  return found(
    sqlite
      .prepare<[string, string], Row>(
        "SELECT * FROM rollouts WHERE environment = ? AND target = ? ORDER BY seq DESC LIMIT 1",
      )
      .get(environment, target),
  );
}

/** The newest; throws ROLLOUT_NOT_FOUND where nothing was ever started. */
export function needRollout(sqlite: Sqlite, { environment, target }: Place): Rollout {
  const rollout = latestRollout(sqlite, environment, target);
  if (rollout !== undefined) return rollout;
  throw new AgentopsError("ROLLOUT_NOT_FOUND", `${target} has no rollout in ${environment}`, {
    hint: `agentops canary start ${target}@v2 --env ${environment}   (agentops log ${target} lists the versions)`,
  });
}

export function rolloutBySeq(sqlite: Sqlite, seq: number): Rollout | undefined {
  return found(sqlite.prepare<[number], Row>("SELECT * FROM rollouts WHERE seq = ?").get(seq));
}

/** All of a target in an environment, the newest first. */
export function rolloutsOf(sqlite: Sqlite, environment: string, target: string): Rollout[] {
  return sqlite
    .prepare<[string, string], Row>("SELECT * FROM rollouts WHERE environment = ? AND target = ? ORDER BY seq DESC")
    .all(environment, target)
    .map(parsed);
}

export function insertRollout(sqlite: Sqlite, rollout: Omit<Rollout, "seq">): number {
  const { lastInsertRowid } = sqlite
    .prepare(
      "INSERT INTO rollouts (id, environment, target, control, candidate, plan, state, phase, weight, look, evidence, caps, createdAt, endedAt) VALUES (@id, @environment, @target, @control, @candidate, @plan, @state, @phase, @weight, @look, @evidence, @caps, @createdAt, @endedAt)",
    )
    .run(columns(rollout));
  return Number(lastInsertRowid);
}

/** Everything that changes of one: state, evidence, look, end. Caps are frozen by whoever counts observations. */
export function updateRollout(sqlite: Sqlite, rollout: Rollout): void {
  sqlite
    .prepare(
      "UPDATE rollouts SET state = @state, phase = @phase, weight = @weight, look = @look, evidence = @evidence, endedAt = @endedAt WHERE seq = @seq",
    )
    .run({ ...columns(rollout), seq: rollout.seq });
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

function found(row: Row | undefined): Rollout | undefined {
  return row === undefined ? undefined : parsed(row);
}

function parsed(row: Row): Rollout {
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
export type TransitionRow = Omit<Database["transitions"], "phase"> & { phase: Phase };

export function insertTransition(
  sqlite: Sqlite,
  { seq: rollout, state }: Rollout,
  event: RolloutEvent,
  { actor, auditEvent }: { actor: string; auditEvent: number },
): void {
  sqlite
    .prepare(
      "INSERT INTO transitions (rollout, seq, at, actor, event, phase, step, weight, state, auditEvent) VALUES (@rollout, (SELECT COUNT(*) + 1 FROM transitions WHERE rollout = @rollout), @at, @actor, @event, @phase, @step, @weight, @state, @auditEvent)",
    )
    .run({
      rollout,
      at: event.at,
      actor,
      event: JSON.stringify(event),
      phase: state.phase,
      step: state.step,
      weight: state.weight,
      state: JSON.stringify(state),
      auditEvent,
    });
}

/** Who started it. */
export function starterOf(sqlite: Sqlite, rollout: number): string | undefined {
  return sqlite
    .prepare<[number], string>("SELECT actor FROM transitions WHERE rollout = ? AND seq = 1")
    .pluck()
    .get(rollout);
}

/** The whole history, with each audit event's reason. */
export function transitionsOf(sqlite: Sqlite, rollout: number): (TransitionRow & { reason: string })[] {
  return sqlite
    .prepare<[number], TransitionRow & { reason: string }>(
      "SELECT t.*, a.reason FROM transitions t JOIN auditEvents a ON a.id = t.auditEvent WHERE t.rollout = ? ORDER BY t.seq",
    )
    .all(rollout);
}

/** Counts of a rollout in the order they are judged in; of one look, or of all up to it. */
export function talliesOf(sqlite: Sqlite, rollout: number, looks: { from: number; to: number }): TallyRow[] {
  return sqlite
    .prepare<[number, number, number], TallyRow>(
      "SELECT look, weight, arm, metric, n, sum, squares FROM tallies WHERE rollout = ? AND look BETWEEN ? AND ? ORDER BY look, weight, metric, arm",
    )
    .all(rollout, looks.from, looks.to);
}

export type BreachRow = Omit<Database["breaches"], "rollout">;

export function breachesOf(sqlite: Sqlite, rollout: number): BreachRow[] {
  return sqlite
    .prepare<[number], BreachRow>("SELECT look, observation, kind FROM breaches WHERE rollout = ? ORDER BY observation")
    .all(rollout);
}

/** `analysis` is the JSON of a {@link StoredLook}. */
export type LookRow = Omit<Database["looks"], "rollout">;

export function insertLook(sqlite: Sqlite, rollout: number, row: LookRow): void {
  sqlite
    .prepare("INSERT INTO looks (rollout, look, at, verdict, analysis) VALUES (?, ?, ?, ?, ?)")
    .run(rollout, row.look, row.at, row.verdict, row.analysis);
}

export function looksOf(sqlite: Sqlite, rollout: number): LookRow[] {
  return sqlite
    .prepare<[number], LookRow>("SELECT look, at, verdict, analysis FROM looks WHERE rollout = ? ORDER BY look")
    .all(rollout);
}
