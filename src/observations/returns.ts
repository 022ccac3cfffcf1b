import { classOf, isBetOn, SHOWN } from "../rollout/return-classes.ts";
import type { RolloutPlan } from "../rollout/schema.ts";
import type { Value } from "../state/raw.ts";
import type { Request } from "./arrival.ts";
import type { UnitRow } from "./observations.store.ts";

type History = Pick<UnitRow, "hour" | "hourN" | "hourGood" | "beforeN" | "beforeGood">;

/** One request of a unit: the hour since 1970, whether it was good, and the weight it came at. */
interface Return {
  hour: number;
  good: number;
  weight: number;
}

/** The class that a request counts in, by what its unit was like before this hour; adds it to that history in place. */
function classOfReturn(unit: History, { hour, good, weight }: Return): string {
  // A clock that is behind has no hours of its own.
  if (unit.hour === null || hour > unit.hour) turn(unit, hour);
  const before = { n: unit.beforeN, good: unit.beforeGood };
  unit.hourN += 1;
  unit.hourGood += good;
  return isBetOn(unit.hourN, before) ? classOf(before, weight) : SHOWN;
}

function turn(unit: History, hour: number): void {
  if (isWorse(unit)) {
    [unit.hour, unit.hourN, unit.hourGood] = [hour, 0, 0];
    return;
  }
  unit.beforeN += unit.hourN;
  unit.beforeGood += unit.hourGood;
  [unit.hour, unit.hourN, unit.hourGood] = [hour, 0, 0];
}

/**
 * An hour that was much worse than all before is no part of what a unit is like: where the candidate broke, an hour would be enough to call that
 * its nature. Any rule that looks at nothing but the past is fair to both arms.
 */
function isWorse({ hourN, hourGood, beforeN, beforeGood }: History): boolean {
  if (hourN === 0 || beforeN < LEAST_BEFORE) return false;
  return 1 - hourGood / hourN > 1 - beforeGood / beforeN + MUCH_WORSE;
}

const [LEAST_BEFORE, MUCH_WORSE] = [1, 0.25];

/** Counts requests of one look by hour, class and arm. */
interface ReturnsCounter {
  /** True where it changed the unit's history; `unit` is undefined for one that is never seen again. */
  count(unit: History | undefined, request: Counted, at: string): boolean;
  /** As `addReturnCounts` takes them. */
  rows(): Value[][];
}

type Counted = Pick<Request, "weight" | "candidate" | "outcomes">;

const HOUR_MS = 3_600_000;
const STRANGER = { hour: null, hourN: 0, hourGood: 0, beforeN: 0, beforeGood: 0 };

/** For a rollout whose plan bets on requests; else it counts nothing. */
export function returnsCounter({
  seq,
  look,
  plan,
}: {
  seq: number;
  look: number;
  plan: Pick<RolloutPlan, "alarm">;
}): ReturnsCounter {
  const isOn = (plan.alarm?.returns ?? 0) > 0;
  const tallies = new Map<string, { hour: number; class: string; arm: string; n: number; good: number }>();
  return {
    count(unit, { weight, candidate, outcomes }, at) {
      const good = outcomes.success;
      if (!isOn || good === undefined) return false;
      const hour = hourOf(at);
      const its = classOfReturn(unit ?? { ...STRANGER }, { hour, good, weight });
      const arm = candidate ? "candidate" : "control";
      const key = `${hour} ${its} ${arm}`;
      let tally = tallies.get(key);
      if (tally === undefined) tallies.set(key, (tally = { hour, class: its, arm, n: 0, good: 0 }));
      tally.n += 1;
      tally.good += good;
      return unit !== undefined;
    },
    rows: () => [...tallies.values()].map(({ hour, class: its, arm, n, good }) => [seq, look, hour, its, arm, n, good]),
  };
}

/** The hour since 1970 of an ISO 8601 time; of most outcomes it is that of the one before. */
let last = { text: "", hour: 0 };
function hourOf(at: string): number {
  const text = at.slice(0, 13);
  if (text !== last.text) last = { text, hour: Math.floor(Date.parse(at) / HOUR_MS) };
  return last.hour;
}
