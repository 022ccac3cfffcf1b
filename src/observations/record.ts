import { newId } from "../core/ids.ts";
import { lockNow, lockOf } from "../state/locks.ts";
import type { Value } from "../state/raw.ts";
import type { Store, Tx } from "../state/store.ts";
import { Changed } from "../state/transaction.ts";
import { collectCaps, type Earlier } from "./cap-collector.ts";
import { expose, type Exposed, type ExposureBatch } from "./exposures.ts";
import { hourly } from "./hourly.ts";
import { addHours, insertObservations, type OpenRollout, openRolloutsOf } from "./observations.store.ts";
import { countFor, type RolloutCount } from "./rollout-count.ts";
import type { Dated, Observation } from "./schema.ts";
import { type Unknown, unknownAmong } from "./unknown.ts";

export interface Recorded {
  /** New ones. */
  recorded: number;
  /** Of which the store had the id already; nothing changed. */
  repeated: number;
  /** What new ones are of, and nothing here knows. */
  unknowns: Unknown[];
  /** Rollouts that something was counted for. */
  counted: Counting[];
}

/** A rollout, and what is known of the look that is open. */
export interface Counting {
  seq: number;
  target: string;
  look: number;
  /** A safety breach was among what was counted. */
  breached: boolean;
}

/** Writes observations into one store; it keeps what it has read of rows that never change. */
export interface Recorder {
  /**
   * Stores observations and counts them for the rollout of their target that is open: all of them or, where it throws, none. The order
   * matters, the division into calls does not. Throws STORE_FAILED, and what the engine throws on a row that it will never take.
   */
  record(environment: string, observations: readonly Observation[], clockNow: Date): Promise<Recorded>;
  /** Counts who was served what, whose outcomes may come later or never; as `exposures.expose`. */
  expose(environment: string, batch: ExposureBatch, clockNow: Date): Promise<Exposed>;
}

export function recorderFor(store: Store): Recorder {
  const earlier: Earlier = new Map();
  return {
    expose: (environment, batch, clockNow) => expose(store, environment, batch, clockNow),
    async record(environment, observations, clockNow) {
      const now = clockNow.toISOString();
      const dated = observations.map((observation) => datedOf(observation, now));
      if (dated.length === 0) return { recorded: 0, repeated: 0, unknowns: [], counted: [] };
      return store.inTransaction((tx) => recordAll(tx, earlier, environment, dated), { lockedAlone: true });
    },
  };
}

async function recordAll(tx: Tx, earlier: Earlier, environment: string, dated: readonly Dated[]): Promise<Recorded> {
  const targets = [...new Set(dated.map(({ target }) => target))];
  const locked = await lockFor(tx, environment, targets);
  const counts = await countsFor(tx, earlier, environment, locked.open);
  const stored = await newOnes(tx, environment, dated, counts);
  await locked.now();
  const hours = hourly(environment);
  const counted = new Map<RolloutCount, Counted[]>([...counts.values()].map((count) => [count, []]));
  for (const { observation, seq } of stored) {
    hours.add(observation);
    const count = counts.get(observation.target);
    if (count === undefined || count.seqFor(observation) === null) continue;
    counted.get(count)?.push({ observation, seq, unit: count.unitOf(observation) });
  }
  await addHours(tx, hours.rows());
  for (const [count, its] of counted) {
    await count.know(tx, unitsIn(its));
    for (const { observation, seq, unit } of its) count.count(observation, seq, unit);
    await count.save(tx);
  }
  const unknowns = await unknownAmong(
    tx,
    environment,
    stored.map(({ observation }) => observation),
  );
  const touched = [...counted].flatMap(([count, its]) => (its.length === 0 ? [] : [count.counting()]));
  return { recorded: stored.length, repeated: dated.length - stored.length, unknowns, counted: touched };
}

interface New {
  observation: Dated;
  seq: number;
}

interface Counted extends New {
  unit: number | null;
}

function* unitsIn(counted: readonly Counted[]): Generator<number> {
  for (const { unit } of counted) if (unit !== null) yield unit;
}

/**
 * Whoever decides on what was counted for a target holds the same lock. Rows are written before it, beside those of others: nothing that they
 * need can change but which rollout is open, which is asked again under the lock. While a cap is still collected, what others have written
 * matters, so the lock comes first.
 */
async function lockFor(tx: Tx, environment: string, targets: readonly string[]) {
  const names = targets.map((target) => lockOf({ environment, target }));
  const open = await openRolloutsOf(tx, environment, targets);
  if (open.every(hasItsCaps))
    return {
      open,
      async now() {
        const same = !(await lockNow(tx, names)) || isSame(open, await openRolloutsOf(tx, environment, targets));
        if (!same) throw new Changed("another rollout is open by now");
      },
    };
  await lockNow(tx, names);
  return { open: await openRolloutsOf(tx, environment, targets), now: () => Promise.resolve() };
}

function hasItsCaps({ plan, caps }: OpenRollout): boolean {
  return (["latency", "cost"] as const).every((metric) => plan.caps[metric] === null || caps[metric] !== null);
}

function isSame(before: readonly OpenRollout[], now: readonly OpenRollout[]): boolean {
  return JSON.stringify(before) === JSON.stringify(now);
}

async function countsFor(tx: Tx, earlier: Earlier, environment: string, open: readonly OpenRollout[]) {
  const counts = new Map<string, RolloutCount>();
  for (const rollout of open)
    counts.set(rollout.target, countFor(rollout, await collectCaps(tx, earlier, environment, rollout)));
  return counts;
}

/** The new ones with their numbers, in the order they came; of several with one id the first. */
async function newOnes(
  tx: Tx,
  environment: string,
  dated: readonly Dated[],
  counts: ReadonlyMap<string, RolloutCount>,
): Promise<New[]> {
  const rows = dated.map((each) => rowOf(environment, each, counts.get(each.target)?.seqFor(each) ?? null));
  const seqs = await insertObservations(tx, rows);
  const stored: New[] = [];
  for (const [i, observation] of dated.entries()) {
    const seq = seqs[i] ?? null;
    if (seq !== null) stored.push({ observation, seq });
  }
  return stored;
}

function rowOf(environment: string, observation: Dated, rollout: number | null): Value[] {
  const { target, id, version, unit, success, latencyMs, costUsd, inputTokens, outputTokens } = observation;
  const { safe, breach, shadow, at } = observation;
  return [
    environment,
    target,
    id,
    version,
    unit ?? null,
    Number(success),
    latencyMs ?? null,
    costUsd ?? null,
    inputTokens ?? null,
    outputTokens ?? null,
    safe === undefined ? null : Number(safe),
    breach ?? null,
    Number(shadow ?? false),
    at,
    rollout,
  ];
}

function datedOf(given: Observation, now: string): Dated {
  // Who names a breach need not also say that it was not safe.
  const observation = given.breach !== undefined && given.safe === undefined ? { ...given, safe: false } : given;
  const { id = newId(), at = now } = observation;
  const said = utc(at);
  // What has not come yet is a clock that is wrong, and would be among the last bad things for ever.
  const time = said > now ? now : said;
  return observation.id === id && observation.at === time ? (observation as Dated) : { ...observation, id, at: time };
}

/** Times are compared as text, so all of them are in UTC with milliseconds. */
function utc(at: string): string {
  return at.length === 24 && at.endsWith("Z") ? at : new Date(at).toISOString();
}
