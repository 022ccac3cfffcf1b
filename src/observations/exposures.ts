import { cohortFinder } from "../serving/cohorts.ts";
import { slotOf } from "../serving/assignment.ts";
import { settles } from "../rollout/outcomes.ts";
import { lockNow, lockOf } from "../state/locks.ts";
import type { Value } from "../state/raw.ts";
import type { Store, Tx } from "../state/store.ts";
import { rounded } from "./arrival.ts";
import { addExposures, addServed, isNewBatch, newTokens, saveServed, type ServedInMinute } from "./exposures.store.ts";
import { type OpenRollout, openRolloutsOf, saveUnits, unitsOf } from "./observations.store.ts";
import { changedAmong, weightAt } from "./rollout-count.ts";
import { type KnownUnit, servedCounter } from "./served-counter.ts";

/** So many answers of one version in one minute, to one unit at one weight where a rollout divides. */
export interface Exposures extends ServedInMinute {
  unit?: string | undefined;
  /** The rollout that divided, and the candidate's share then; absent: what was in force in that minute. */
  rollout?: string | undefined;
  weight?: number | undefined;
  /** Makes a repeat of one that was told alone harmless. */
  exposure?: string | undefined;
}

export interface ExposureBatch {
  exposures: readonly Exposures[];
  /** Who counted them, and its how manyeth batch: makes a repeat of the whole batch harmless. */
  from?: { source: string; batch: number } | undefined;
}

export interface Exposed {
  /** Answers that are counted now. */
  exposed: number;
  /** Of those that were counted before; nothing changed. */
  repeated: number;
}

/**
 * Counts who was served what, in one transaction: all of it or, where it throws, nothing. Units that a rollout divides arrive with it. Throws
 * STORE_FAILED, and what the engine throws on a row that it will never take.
 */
export async function expose(store: Store, environment: string, batch: ExposureBatch, now: Date): Promise<Exposed> {
  if (batch.exposures.length === 0) return { exposed: 0, repeated: 0 };
  return store.inTransaction((tx) => exposeAll(tx, environment, batch, now), { lockedAlone: true });
}

async function exposeAll(tx: Tx, environment: string, { exposures, from }: ExposureBatch, now: Date): Promise<Exposed> {
  const targets = [...new Set(exposures.map(({ target }) => target))];
  await lockNow(
    tx,
    targets.map((target) => lockOf({ environment, target })),
  );
  if (from !== undefined && !(await isNewBatch(tx, from, now.toISOString())))
    return { exposed: 0, repeated: answersIn(exposures) };
  const fresh = await withoutRepeats(tx, environment, exposures);
  await addServed(tx, environment, byMinute(fresh));
  for (const rollout of await openRolloutsOf(tx, environment, targets)) await countFor(tx, rollout, fresh);
  const exposed = answersIn(fresh);
  return { exposed, repeated: answersIn(exposures) - exposed };
}

function answersIn(exposures: readonly Exposures[]): number {
  return exposures.reduce((sum, { n }) => sum + n, 0);
}

async function withoutRepeats(tx: Tx, environment: string, exposures: readonly Exposures[]): Promise<Exposures[]> {
  const told = exposures.flatMap(({ target, exposure, minute }) => (exposure === undefined ? [] : [{ target, exposure, minute }])); // prettier-ignore
  const kept = (await newTokens(tx, environment, told))[Symbol.iterator]();
  return exposures.filter(({ exposure }) => exposure === undefined || kept.next().value === true);
}

function byMinute(exposures: readonly Exposures[]): ServedInMinute[] {
  const served = new Map<string, ServedInMinute>();
  for (const { target, version, minute, n } of exposures) {
    const key = `${target} ${version} ${minute}`;
    const known = served.get(key);
    if (known === undefined) served.set(key, { target, version, minute, n });
    else known.n += n;
  }
  return [...served.values()];
}

interface Drawn {
  unit: string;
  slot: number;
  minute: number;
  candidate: boolean;
  weight: number;
  n: number;
}

async function countFor(tx: Tx, rollout: OpenRollout, exposures: readonly Exposures[]): Promise<void> {
  const drawn = rollout.plan.exposures === true ? drawnBy(rollout, exposures) : [];
  if (drawn.length === 0) return;
  await addExposures(tx, exposureRows(rollout, drawn));
  // They arrive when their minute has settled, before what became of them.
  if (settles(rollout.plan)) return;
  await serveUnits(tx, rollout, drawn);
}

/** Units arrive, in this order. */
export async function serveUnits(
  tx: Tx,
  rollout: OpenRollout,
  drawn: readonly Omit<Drawn, "unit" | "n">[],
): Promise<void> {
  const counter = servedCounter(rollout);
  const slots = [...new Set(drawn.map(({ slot }) => slot))].sort((a, b) => a - b);
  const found = await unitsOf(tx, rollout.seq, slots);
  const units = new Map(slots.map((slot): [number, KnownUnit] => [slot, { row: found.get(slot), changed: false }]));
  for (const { slot, weight, candidate, minute } of drawn)
    counter.serve(units.get(slot) as KnownUnit, { weight, candidate }, minute);
  await saveUnits(tx, rollout.seq, changedAmong(units));
  await saveServed(tx, counter.rows());
}

/** Units that the rollout divided: neither who is served by name, nor requests of nobody, which no outcome could be found for. */
function drawnBy(
  { id, target, control, candidate, createdAt, weights, plan }: OpenRollout,
  exposures: readonly Exposures[],
): Drawn[] {
  const cohortOf = plan.cohorts === undefined ? () => undefined : cohortFinder(plan.cohorts);
  const [begun, changes] = [Date.parse(createdAt), weights];
  return exposures.flatMap((its): Drawn[] => {
    const { unit, minute, version, n } = its;
    if (its.target !== target || unit === undefined || (version !== control && version !== candidate)) return [];
    if (its.rollout !== undefined ? its.rollout !== id : (minute + 1) * MINUTE_MS <= begun) return [];
    const declared = its.rollout === undefined ? undefined : its.weight;
    const weight = rounded(declared ?? weightAt(changes, new Date(minute * MINUTE_MS).toISOString()));
    if (!(weight > 0 && weight < 1) || cohortOf(unit) !== undefined) return [];
    return [{ unit, slot: slotOf(id, unit), minute, candidate: version === candidate, weight, n }];
  });
}

const MINUTE_MS = 60_000;

function exposureRows({ seq }: OpenRollout, drawn: readonly Drawn[]): Value[][] {
  const rows = new Map<string, Value[]>();
  for (const { unit, minute, candidate, weight, n } of drawn) {
    const key = `${minute} ${candidate} ${weight} ${unit}`;
    const row = rows.get(key);
    if (row === undefined) rows.set(key, [seq, minute, unit, candidate ? "candidate" : "control", weight, n]);
    else row[5] = (row[5] as number) + n;
  }
  return [...rows.values()];
}
