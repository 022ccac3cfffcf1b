import { lockNow, lockOf } from "../state/locks.ts";
import type { Value } from "../state/raw.ts";
import type { Store, Tx } from "../state/store.ts";
import { Changed } from "../state/transaction.ts";
import { collectCaps, type Earlier } from "./cap-collector.ts";
import { type Arrived, type Effect, type Entries, entriesFor, type Entry, foldIn, keyOf } from "./corrections.ts";
import { datedOf } from "./dated.ts";
import { expose, type Exposed, type ExposureBatch } from "./exposures.ts";
import { detailsRow, saveDetails } from "./details.store.ts";
import { dropFolded } from "./folds.ts";
import { outcomeOf } from "./merge.ts";
import { type Folded, isStillNamed, named, ties } from "./names.ts";
import { insertObservations, type OpenRollout, openRolloutsOf } from "./observations.store.ts";
import { settles } from "../rollout/outcomes.ts";
import { waitingCount } from "./unsettled.ts";
import { addForced } from "./unsettled.store.ts";
import { countFor, isForcedIn, type RolloutCount } from "./rollout-count.ts";
import { rollups } from "./rollups.ts";
import { rowOf } from "./rows.ts";
import { saveEntries, tellRollout } from "./save-corrections.ts";
import { type Dated, type DatedLine, NO_VERSION, type OutcomeLine } from "./schema.ts";
import { type New, type Rollouts, type Taken, taken } from "./taken.ts";
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
  record(environment: string, observations: readonly OutcomeLine[], clockNow: Date): Promise<Recorded>;
  /** Counts who was served what, whose outcomes may come later or never; as `exposures.expose`. */
  expose(environment: string, batch: ExposureBatch, clockNow: Date): Promise<Exposed>;
}

/** For who writes more than outcomes. */
export interface RecorderWithin extends Recorder {
  /** As `record`, within a transaction that is `lockedAlone`: its locks are taken here, after what the caller wrote before. */
  recordIn(tx: Tx, environment: string, observations: readonly OutcomeLine[], clockNow: Date): Promise<Recorded>;
}

const NOTHING: Record<Effect, number> = { recorded: 0, repeated: 0, completed: 0, corrected: 0 };

export function recorderFor(store: Store): RecorderWithin {
  const earlier: Earlier = new Map();
  return {
    expose: (environment, batch, clockNow) => expose(store, environment, batch, clockNow),
    async record(environment, observations, clockNow) {
      const dated = datedLines(observations, clockNow);
      if (dated.length === 0) return none();
      return store.inTransaction((tx) => recordAll(tx, earlier, environment, dated), { lockedAlone: true });
    },
    async recordIn(tx, environment, observations, clockNow) {
      const dated = datedLines(observations, clockNow);
      return dated.length === 0 ? none() : recordAll(tx, earlier, environment, dated);
    },
  };
}

function datedLines(observations: readonly OutcomeLine[], clockNow: Date): DatedLine[] {
  const now = clockNow.toISOString();
  return observations.map((observation) => datedOf(observation, now));
}

function none(): Recorded {
  return { ...NOTHING, unknowns: [], moved: [], counted: [] };
}

async function recordAll(
  tx: Tx,
  earlier: Earlier,
  environment: string,
  given: readonly DatedLine[],
): Promise<Recorded> {
  const targets = [...new Set(given.map(({ target }) => target))];
  const locked = await lockFor(tx, environment, targets, given.some(ties));
  const { lines, folded } = await named(tx, environment, given);
  const counts = await countsFor(tx, earlier, environment, locked.open);
  const arrived = await inserted(tx, environment, lines, counts);
  if ((await locked.now()) && !(await isStillNamed(tx, environment, given, lines)))
    throw new Changed("outcomes have other names by now");
  const entries = await entriesFor(tx, environment, arrived);
  foldIn(entries, folded);
  const { stored, late, fresh, effects, moved } = taken(arrived, entries, { open: locked.open, counts });
  await saveDetails(tx, simpleDetails(environment, arrived, entries));
  const [all, open] = [[...entries.values()], locked.open];
  const touched = await countAll(tx, environment, { stored, late, folded, entries: all, counts, open });
  const unknowns = await unknownAmong(tx, environment, fresh.filter(({ version }) => version !== NO_VERSION)); // prettier-ignore
  return { ...effects, unknowns, moved, counted: touched };
}

/** Of outcomes that one line said all of; those of others are merged. */
function simpleDetails(environment: string, arrived: readonly Arrived[], entries: Entries): Value[][] {
  const rows: Value[][] = [];
  for (const { observation: line } of arrived) {
    if (line.details === undefined || entries.has(keyOf(line))) continue;
    const row = detailsRow(environment, line.target, line.id, outcomeOf(line));
    if (row !== null) rows.push(row);
  }
  return rows;
}

interface ToCount extends Taken, Rollouts {
  folded: readonly Folded[];
  entries: readonly Entry[];
}

async function countAll(
  tx: Tx,
  environment: string,
  { stored, late, folded, entries, counts, open }: ToCount,
): Promise<Counting[]> {
  const sums = rollups(environment);
  const counted = new Map<RolloutCount, Counted[]>([...counts.values()].map((count) => [count, []]));
  const forced = new Map<number, number>();
  const arrive = ({ observation, seq }: New) => {
    const count = counts.get(observation.target);
    const rollout = open.find(({ target }) => target === observation.target);
    if (rollout !== undefined && isForcedIn(observation, rollout)) forced.set(rollout.seq, (forced.get(rollout.seq) ?? 0) + 1); // prettier-ignore
    if (count === undefined || count.seqFor(observation) === null) return;
    counted.get(count)?.push({ observation, seq, unit: count.unitOf(observation) });
  };
  for (const each of stored) {
    sums.add(each.observation);
    arrive(each);
  }
  for (const each of late) arrive(each);
  if (entries.length > 0) await saveEntries(tx, environment, entries, sums);
  const byKey = new Map(entries.map((entry) => [keyOf(entry), entry.seq]));
  const rowOf = ({ target, into }: Folded) => byKey.get(keyOf({ target, id: into })) ?? null;
  if (folded.length > 0) await dropFolded(tx, environment, folded, { sums, rowOf });
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

interface Counted extends New {
  unit: number | null;
}

function* unitsIn(counted: readonly Counted[]): Generator<number> {
  for (const { unit } of counted) if (unit !== null) yield unit;
}

/**
 * Whoever decides on what was counted for a target holds the same lock. Rows are written before it, beside those of others: nothing that they
 * need can change but which rollout is open, which is asked again under the lock. While a cap is still collected, what others have written
 * matters, so the lock comes first; as it does where a line ties what others may write.
 */
async function lockFor(tx: Tx, environment: string, targets: readonly string[], isFirst: boolean) {
  const names = targets.map((target) => lockOf({ environment, target }));
  const open = await openRolloutsOf(tx, environment, targets);
  if (!isFirst && open.every(hasItsCaps))
    return {
      open,
      async now() {
        if (!(await lockNow(tx, names))) return false;
        if (!isSame(open, await openRolloutsOf(tx, environment, targets)))
          throw new Changed("another rollout is open by now");
        return true;
      },
    };
  await lockNow(tx, names);
  return { open: await openRolloutsOf(tx, environment, targets), now: () => Promise.resolve(false) };
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

function isKnown(line: DatedLine): line is DatedLine & Dated {
  return typeof line.success === "boolean";
}
