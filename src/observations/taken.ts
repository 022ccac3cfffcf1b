import {
  type Arrived,
  criticalBreach,
  type Effect,
  type Entries,
  type Entry,
  keyOf,
  moves,
  takeLine,
} from "./corrections.ts";
import { datedFrom, type Outcome } from "./merge.ts";
import type { OpenRollout } from "./observations.store.ts";
import type { RolloutCount } from "./rollout-count.ts";
import type { Dated, DatedLine } from "./schema.ts";

export interface Rollouts {
  open: readonly OpenRollout[];
  counts: ReadonlyMap<string, RolloutCount>;
}

/** An outcome that is to be counted, and its row. */
export interface New {
  observation: Dated;
  seq: number;
}

export interface Taken {
  /** Stored for the first time. */
  stored: readonly New[];
  /** Stored before, and to be counted for a rollout now. */
  late: readonly New[];
}

/** Goes through the lines in the order they came; what is known of an outcome for the first time is to be counted. */
export function taken(arrived: readonly Arrived[], entries: Entries, { open, counts }: Rollouts) {
  const stored: New[] = [];
  const late: New[] = [];
  const fresh: DatedLine[] = [];
  const moved: string[] = [];
  const effects: Record<Effect, number> = { recorded: 0, repeated: 0, completed: 0, corrected: 0 };
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
    const counted = countedLate(entry, before, count);
    if (counted !== null) late.push(counted);
    else if (entry.corrections > corrections) noteBreach(entry, before, open, count);
  }
  effects.recorded = fresh.length;
  return { stored, late, fresh, effects, moved };
}

/** An outcome that was stored without a version, in no rollout, and has one by now: it counts as one that comes now. */
function countedLate(entry: Entry, before: Outcome | null, count: RolloutCount | undefined): New | null {
  const { seq, base, outcome, rollout } = entry;
  const isLate = seq !== null && base !== null && before?.fields.version === undefined && rollout === null;
  if (!isLate || outcome?.fields.version === undefined) return null;
  const observation = datedFrom(entry, outcome);
  entry.rollout = (observation === null ? null : count?.seqFor(observation)) ?? null;
  if (observation === null || entry.rollout === null) return null;
  entry.late = outcome;
  return { observation, seq };
}

function noteBreach(entry: Entry, before: Outcome | null, open: readonly OpenRollout[], count?: RolloutCount): void {
  const rollout = open.find(({ target }) => target === entry.target);
  const dated = entry.outcome === null ? null : datedFrom(entry, entry.outcome);
  if (rollout === undefined || dated === null) return;
  const kind = criticalBreach(entry.outcome, rollout);
  const isOfIt = entry.rollout === rollout.seq || count?.seqFor(dated) === rollout.seq;
  if (kind !== null && isOfIt && criticalBreach(before, rollout) === null) entry.lateBreach = kind;
}

function isNew(arrived: Arrived): arrived is Arrived & New {
  return typeof arrived.seq === "number";
}
