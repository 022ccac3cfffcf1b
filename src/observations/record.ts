import { lockNow, lockOf } from "../state/locks.ts";
import type { Store, Tx } from "../state/store.ts";
import { Changed } from "../state/transaction.ts";
import { collectCaps, type Earlier } from "./cap-collector.ts";
import {
  type Arrived,
  criticalBreach,
  type Effect,
  type Entries,
  entriesFor,
  type Entry,
  keyOf,
  moves,
  takeLine,
} from "./corrections.ts";
import { datedOf } from "./dated.ts";
import { expose, type Exposed, type ExposureBatch } from "./exposures.ts";
import { datedFrom, type Outcome } from "./merge.ts";
import { insertObservations, type OpenRollout, openRolloutsOf } from "./observations.store.ts";
import { settles } from "../rollout/outcomes.ts";
import { waitingCount } from "./unsettled.ts";
import { addForced } from "./unsettled.store.ts";
import { countFor, isForcedIn, type RolloutCount } from "./rollout-count.ts";
import { rollups } from "./rollups.ts";
import { rowOf } from "./rows.ts";
import { saveEntries, tellRollout } from "./save-corrections.ts";
import type { Dated, DatedLine, Observation } from "./schema.ts";
import { type Unknown, unknownAmong } from "./unknown.ts";

/** How many lines did what; together they are all lines. */
export interface Recorded extends Record<Effect, number> {
  /** What new ones are of, and nothing here knows. */
  unknowns: Unknown[];
  /** Ids of which one line says another version or unit than those before it. */
  moved: string[];
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
   * matters for what is counted, the division into calls does not; for what is stored neither does. Throws STORE_FAILED, and what the engine throws on a row that it will never take.
   */
  record(environment: string, observations: readonly Observation[], clockNow: Date): Promise<Recorded>;
  /** Counts who was served what, whose outcomes may come later or never; as `exposures.expose`. */
  expose(environment: string, batch: ExposureBatch, clockNow: Date): Promise<Exposed>;
}

const NOTHING: Record<Effect, number> = { recorded: 0, repeated: 0, completed: 0, corrected: 0 };

export function recorderFor(store: Store): Recorder {
  const earlier: Earlier = new Map();
  return {
    expose: (environment, batch, clockNow) => expose(store, environment, batch, clockNow),
    async record(environment, observations, clockNow) {
      const now = clockNow.toISOString();
      const dated = observations.map((observation) => datedOf(observation, now));
      if (dated.length === 0) return { ...NOTHING, unknowns: [], moved: [], counted: [] };
      return store.inTransaction((tx) => recordAll(tx, earlier, environment, dated), { lockedAlone: true });
    },
  };
}

async function recordAll(
  tx: Tx,
  earlier: Earlier,
  environment: string,
  lines: readonly DatedLine[],
): Promise<Recorded> {
  const targets = [...new Set(lines.map(({ target }) => target))];
  const locked = await lockFor(tx, environment, targets);
  const counts = await countsFor(tx, earlier, environment, locked.open);
  const arrived = await inserted(tx, environment, lines, counts);
  await locked.now();
  const entries = await entriesFor(tx, environment, arrived);
  const { stored, fresh, effects, moved } = taken(arrived, entries, { open: locked.open, counts });
  const touched = await countAll(tx, environment, {
    stored,
    entries: [...entries.values()],
    counts,
    open: locked.open,
  });
  const unknowns = await unknownAmong(tx, environment, fresh);
  return { ...effects, unknowns, moved, counted: touched };
}

interface Rollouts {
  open: readonly OpenRollout[];
  counts: ReadonlyMap<string, RolloutCount>;
}

/** Goes through the lines in the order they came; what is known of an outcome for the first time is to be counted. */
function taken(arrived: readonly Arrived[], entries: Entries, { open, counts }: Rollouts) {
  const stored: New[] = [];
  const fresh: DatedLine[] = [];
  const moved: string[] = [];
  const effects: Record<Effect, number> = { ...NOTHING };
  for (const each of arrived) {
    const line = each.observation;
    const entry = entries.size === 0 ? undefined : entries.get(keyOf(line));
    if (entry === undefined) {
      if (isNew(each)) stored.push(each);
      fresh.push(line);
      continue;
    }
    const count = counts.get(line.target);
    const { outcome: before, corrections } = entry;
    const effect = takeLine(entry, each, (observation, row) => {
      stored.push({ observation, seq: row });
      entry.rollout = count?.seqFor(observation) ?? null;
    });
    effects[effect] += 1;
    if (effect === "recorded") fresh.push(line);
    if (moves(before, line)) moved.push(line.id);
    if (entry.corrections > corrections) noteBreach(entry, before, open, count);
  }
  effects.recorded = fresh.length;
  return { stored, fresh, effects, moved };
}

function noteBreach(entry: Entry, before: Outcome | null, open: readonly OpenRollout[], count?: RolloutCount): void {
  const rollout = open.find(({ target }) => target === entry.target);
  const dated = entry.outcome === null ? null : datedFrom(entry, entry.outcome);
  if (rollout === undefined || dated === null) return;
  const kind = criticalBreach(entry.outcome, rollout);
  const isOfIt = entry.rollout === rollout.seq || count?.seqFor(dated) === rollout.seq;
  if (kind !== null && isOfIt && criticalBreach(before, rollout) === null) entry.lateBreach = kind;
}

async function countAll(
  tx: Tx,
  environment: string,
  { stored, entries, counts, open }: { stored: readonly New[]; entries: readonly Entry[] } & Rollouts,
): Promise<Counting[]> {
  const sums = rollups(environment);
  const counted = new Map<RolloutCount, Counted[]>([...counts.values()].map((count) => [count, []]));
  const forced = new Map<number, number>();
  for (const { observation, seq } of stored) {
    sums.add(observation);
    const count = counts.get(observation.target);
    const rollout = open.find(({ target }) => target === observation.target);
    if (rollout !== undefined && isForcedIn(observation, rollout)) forced.set(rollout.seq, (forced.get(rollout.seq) ?? 0) + 1); // prettier-ignore
    if (count === undefined || count.seqFor(observation) === null) continue;
    counted.get(count)?.push({ observation, seq, unit: count.unitOf(observation) });
  }
  if (entries.length > 0) await saveEntries(tx, environment, entries, sums);
  await sums.save(tx);
  for (const [seq, n] of forced) await addForced(tx, seq, n);
  const touched: Counting[] = [];
  for (const [count, its] of counted) {
    await count.know(tx, unitsIn(its));
    for (const { observation, seq, unit } of its) count.count(observation, seq, unit);
    await count.save(tx);
    const counting = count.counting();
    const rollout = open.find(({ seq }) => seq === counting.seq);
    const breached = entries.length > 0 && rollout !== undefined && (await tellRollout(tx, rollout, entries));
    if (its.length > 0 || breached) touched.push({ ...counting, breached: counting.breached || breached });
  }
  return touched;
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

/** What waits to settle is judged later, and makes the caps then. */
function hasItsCaps({ plan, caps }: OpenRollout): boolean {
  if (settles(plan)) return true;
  return (["latency", "cost"] as const).every((metric) => plan.caps[metric] === null || caps[metric] !== null);
}

function isSame(before: readonly OpenRollout[], now: readonly OpenRollout[]): boolean {
  return JSON.stringify(before) === JSON.stringify(now);
}

async function countsFor(tx: Tx, earlier: Earlier, environment: string, open: readonly OpenRollout[]) {
  const counts = new Map<string, RolloutCount>();
  for (const rollout of open)
    counts.set(
      rollout.target,
      settles(rollout.plan)
        ? waitingCount(rollout)
        : countFor(rollout, await collectCaps(tx, earlier, environment, rollout)),
    );
  return counts;
}

/** Lines with the numbers of the rows that were made of them; of several with one id the first has it. */
async function inserted(
  tx: Tx,
  environment: string,
  lines: readonly DatedLine[],
  counts: ReadonlyMap<string, RolloutCount>,
): Promise<Arrived[]> {
  const known = lines.filter(isKnown);
  const rows = known.map((each) => rowOf(environment, each, counts.get(each.target)?.seqFor(each) ?? null));
  const seqs = await insertObservations(tx, rows);
  let next = 0;
  return lines.map((line) => ({ observation: line, seq: isKnown(line) ? (seqs[next++] ?? null) : undefined }));
}

function isNew(arrived: Arrived): arrived is Arrived & New {
  return typeof arrived.seq === "number";
}

function isKnown(line: DatedLine): line is DatedLine & Dated {
  return typeof line.success === "boolean";
}
