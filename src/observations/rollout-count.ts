import type { Metric } from "../rollout/schema.ts";
import { slotOf } from "../serving/assignment.ts";
import type { Value } from "../state/raw.ts";
import type { Tx } from "../state/store.ts";
import { addOutcomes, arrive, CERTAIN, type Request, rounded, type Sums } from "./arrival.ts";
import type { CapCollector } from "./cap-collector.ts";
import { pairCounter } from "./pair-counter.ts";
import { ratioCounter } from "./ratio-counter.ts";
import { cohortCounter } from "./cohort-counter.ts";
import { returnsCounter } from "./returns.ts";
import { outcomesOf } from "./scored.ts";
import {
  addCohortCounts,
  addReturnCounts,
  addRatioCounts,
  addTallies,
  insertBreaches,
  type OpenRollout,
  saveCaps,
  saveUnits,
  unitsOf,
  type UnitRow,
} from "./observations.store.ts";
import { saveServed } from "./exposures.store.ts";
import { minuteOf } from "./exposure-token.ts";
import type { Dated } from "./schema.ts";
import { type KnownUnit, servedCounter } from "./served-counter.ts";

/** Counts for one open rollout: in memory, until one transaction's observations are through. */
export interface RolloutCount {
  /** The rollout's number where the observation belongs to it, else null. */
  seqFor(observation: Dated): number | null;
  /** The unit that an observation is counted for; null where it is one of its own. */
  unitOf(observation: Dated): number | null;
  /** Reads what is known of some units, whose observations {@link count} then counts. */
  know(tx: Tx, units: Iterable<number>): Promise<void>;
  /** Counts one that belongs to it and was stored, as row `seq`. */
  count(observation: Dated, seq: number, unit: number | null): void;
  save(tx: Tx): Promise<void>;
  /** What was counted for. */
  counting(): { seq: number; target: string; look: number; breached: boolean };
}

type Arm = "control" | "candidate" | "shadow";

/** @param counts `breaches: false` where those were written when they were known */
export function countFor(rollout: OpenRollout, caps: CapCollector, counts = { breaches: true }): RolloutCount {
  const units = new Map<number, KnownUnit>();
  const requests = requestCounter(rollout);
  const cohorts = cohortCounter(rollout);
  const pairs = pairCounter(rollout);
  const breaches: Value[][] = [];

  const countCohort = (observation: Dated, place: number, known: KnownUnit | undefined) => {
    const isNew = known?.row === undefined;
    // Its place says that it was counted, and no weight is above it: it is never drawn later on.
    if (cohorts.count(observation, place, isNew) && isNew && known !== undefined)
      [known.row, known.changed] = [{ ...CERTAIN, look: rollout.look }, true];
  };
  return {
    seqFor: (observation) => (belongs(observation, rollout) ? rollout.seq : null),
    unitOf: (observation) => unitOf(observation, rollout),
    async know(tx, some) {
      // In the order of the index: half the time.
      const asked = [...new Set(some)].sort((a, b) => a - b);
      const found = await unitsOf(tx, rollout.seq, asked);
      for (const unit of asked) units.set(unit, { row: found.get(unit), changed: false });
    },
    count(observation, seq, unit) {
      const { version, safe, breach, shadow = false } = observation;
      const candidate = version === rollout.candidate;
      if (counts.breaches && candidate && safe === false)
        breaches.push([rollout.seq, rollout.look, seq, breach ?? "unspecified"]);
      const known = unit === null ? undefined : units.get(unit);
      const place = cohorts.placeOf(observation);
      const weight = place === undefined ? countedAt(observation, candidate, rollout, known?.row) : null;
      if (place !== undefined) countCohort(observation, place, known);
      if (weight !== null) {
        const request = { weight, candidate, look: rollout.look, ...outcomesOf(observation, caps.caps(), candidate) };
        requests.count(observation, request, known);
      }
      pairs.take(observation);
      if (!candidate && !shadow) caps.take(observation.latencyMs, observation.costUsd);
    },
    async save(tx) {
      await insertBreaches(tx, breaches);
      await saveUnits(tx, rollout.seq, changedAmong(units));
      await requests.save(tx);
      await addCohortCounts(tx, cohorts.rows());
      await pairs.save(tx);
      if (caps.caps() !== rollout.caps) await saveCaps(tx, rollout.seq, caps.caps());
    },
    counting: () => ({ seq: rollout.seq, target: rollout.target, look: rollout.look, breached: breaches.length > 0 }),
  };
}

/** Counts requests that were divided, or copied: as arrivals of their units, and each for itself. */
export function requestCounter(rollout: OpenRollout) {
  const tallies = talliesIn(rollout);
  const ratios = ratioCounter(rollout);
  const returns = returnsCounter(rollout);
  const served = rollout.plan.exposures === true ? servedCounter(rollout) : null;
  return {
    /** @param unit undefined for one that is never seen again */
    count(observation: Dated, request: Request, unit: KnownUnit | undefined) {
      const { at, servedAt, shadow = false } = observation;
      const known = unit ?? { row: undefined, changed: false };
      const row = served === null ? arrive(known.row, request) : served.know(known, request, minuteOf(servedAt));
      if (row !== null) [known.row, known.changed] = [row, true];
      const asked = { ...request, weight: requestedAt(observation, rollout) };
      if (!shadow && returns.count(unit?.row, asked, at)) known.changed = true;
      if (row === null) return;
      const arm = shadow ? "shadow" : armOf(request.candidate);
      addOutcomes(
        row,
        request,
        tallies.at(row.weight, arm),
        arm === "candidate" && row.weight < 1 ? ratios.at(row.weight) : undefined,
      );
    },
    /** What a look is closed by, as the store takes it. */
    rows: () => ({ tallies: tallies.rows(), returns: returns.rows(), arrivals: served?.rows().arrivals }),
    async save(tx: Tx) {
      await addTallies(tx, tallies.rows());
      await addRatioCounts(tx, ratios.rows());
      if (served !== null) await saveServed(tx, served.rows());
      await addReturnCounts(tx, returns.rows());
    },
  };
}

/** In the order of the index. */
export function changedAmong(units: ReadonlyMap<number, KnownUnit>): [number, UnitRow][] {
  const changed = [...units].flatMap(([unit, { row, changed: isChanged }]): [number, UnitRow][] =>
    row !== undefined && isChanged ? [[unit, row]] : [],
  );
  return changed.sort(([a], [b]) => a - b);
}

function talliesIn({ seq, look }: OpenRollout) {
  const tallies = new Map<number, Partial<Record<Arm, Record<Metric, Sums>>>>();
  return {
    /** What arrivals of an arm at a weight add up to. */
    at(weight: number, arm: Arm): Record<Metric, Sums> {
      const arms = tallies.get(weight) ?? {};
      tallies.set(weight, arms);
      return (arms[arm] ??= { success: none(), latency: none(), cost: none(), safety: none() });
    },
    /** As `addTallies` takes them. */
    rows: (): Value[][] =>
      [...tallies].flatMap(([weight, arms]) =>
        Object.entries(arms).flatMap(([arm, metrics]) =>
          Object.entries(metrics)
            .filter(([, { n, sum, squares }]) => n !== 0 || sum !== 0 || squares !== 0)
            .map(([metric, { n, sum, squares }]) => [seq, look, weight, arm, metric, n, sum, squares]),
        ),
      ),
  };
}

function none(): Sums {
  return { n: 0, sum: 0, squares: 0 };
}

/** What says which rollout it was served by needs no time, which may be of a clock that was set back. */
export function belongs(
  { version, servedAt, rollout, forced = false }: Dated,
  { id, control, candidate, createdAt }: OpenRollout,
): boolean {
  if (forced) return false;
  return (version === control || version === candidate) && (rollout === id || servedAt >= createdAt);
}

/** Asked for by its version while the rollout was open: nobody drew it, so it is no evidence. */
export function isForcedIn(observation: Dated, rollout: OpenRollout): boolean {
  return observation.forced === true && belongs({ ...observation, forced: false }, rollout);
}

function armOf(candidate: boolean): Arm {
  return candidate ? "candidate" : "control";
}

/**
 * The weight an observation's unit was assigned at; null where it is no arrival of this rollout: it was assigned by another one, nobody
 * was to be divided then, or a copy of an input went to the control. An observation that does not say it is of the weight that its unit was
 * served at, where that was told, and else of the weight at the time it says: what is on its way when a step begins was drawn before.
 */
export function countedAt(
  observation: Dated,
  candidate: boolean,
  { id, weights, aloneFrom }: OpenRollout,
  row?: UnitRow,
): number | null {
  if (observation.shadow === true) return candidate ? 0 : null;
  if (observation.rollout !== undefined && observation.rollout !== id) return null;
  const declared = observation.rollout === undefined ? undefined : observation.weight;
  const served = row?.exposed === 1 ? row.seenAt : undefined;
  const weight = declared ?? served ?? weightAt(weights, observation.servedAt);
  // Whoever got it for sure before everybody did was not drawn, and no control stands beside him.
  if (weight === 1 && !weights.some((change) => change.weight >= 1)) return null;
  // Of what is served to everybody, first come the outcomes that are known early, with no control beside them that is as early.
  if (weight === 1 && aloneFrom !== null && observation.at < aloneFrom) return null;
  return weight > 0 ? rounded(weight) : null;
}

/** The weight a request itself came at, whatever its unit was drawn at. */
function requestedAt({ rollout, weight, servedAt }: Dated, { weights }: OpenRollout): number {
  const said = rollout === undefined ? undefined : weight;
  return rounded(said ?? weightAt(weights, servedAt));
}

/** By the newest change that was made when it was served; before the first one, and after the last one, those count. */
export function weightAt(weights: OpenRollout["weights"], servedAt: string): number {
  return (weights.findLast((change) => change.at <= servedAt) ?? weights[0])?.weight ?? 0;
}

/** Copies have places of their own: the same unit is also served. Without a unit each observation is one of its own, never seen again. */
function unitOf({ unit, shadow }: Dated, { id }: OpenRollout): number | null {
  if (unit === undefined) return null;
  return slotOf(id, shadow === true ? `shadow/${unit}` : unit);
}
