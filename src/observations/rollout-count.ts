import type { Caps, Metric } from "../rollout/schema.ts";
import { slotOf } from "../serving/assignment.ts";
import { addOutcomes, arrive, type Delta, type Request, rounded } from "./arrival.ts";
import { collectCaps } from "./cap-collector.ts";
import type { OpenRollout, Statements, UnitRow } from "./observations.store.ts";
import type { Dated } from "./schema.ts";

/** Counts for one open rollout: in memory, until one transaction's observations are through. */
export interface RolloutCount {
  /** The rollout's number where the observation belongs to it, else null. */
  seqFor(observation: Dated): number | null;
  /** Counts one that belongs to it and was stored, as row `seq`. */
  count(observation: Dated, seq: number): void;
  save(): void;
}

type Arm = "control" | "candidate" | "shadow";
type Tally = Delta & { weight: number; arm: Arm };

export function countFor(
  statements: Statements,
  environment: string,
  target: string,
  rollout: OpenRollout,
): RolloutCount {
  const units = new Map<number, { row: UnitRow | undefined; changed: boolean }>();
  const tallies = new Map<string, Tally>();
  const caps = collectCaps(statements, environment, target, rollout);

  const add = (weight: number, arm: Arm) => (delta: Delta) => {
    const key = `${weight} ${arm} ${delta.metric}`;
    const tally = tallies.get(key);
    if (tally === undefined) {
      tallies.set(key, { ...delta, weight, arm });
      return;
    }
    tally.n += delta.n;
    tally.sum += delta.sum;
    tally.squares += delta.squares;
  };
  const seen = (unit: number) => {
    const known = units.get(unit) ?? { row: statements.unit.get(rollout.seq, unit), changed: false };
    units.set(unit, known);
    return known;
  };
  const countRequest = (request: Request, arm: Arm, unit: number | null) => {
    const known = unit === null ? { row: undefined, changed: false } : seen(unit);
    const row = arrive(known.row, request);
    if (row === null) return;
    [known.row, known.changed] = [row, true];
    addOutcomes(row, request, add(row.weight, arm));
  };
  return {
    seqFor: ({ version, at }) =>
      (version === rollout.control || version === rollout.candidate) && at >= rollout.createdAt ? rollout.seq : null,
    count(observation, seq) {
      const { version, safe, breach, shadow = false } = observation;
      const candidate = version === rollout.candidate;
      if (candidate && safe === false)
        statements.insertBreach.run(rollout.seq, rollout.look, seq, breach ?? "unspecified");
      const weight = countedAt(observation, candidate, rollout);
      if (weight !== null) {
        const request = { weight, candidate, look: rollout.look, outcomes: outcomesOf(observation, caps.caps()) };
        countRequest(request, shadow ? "shadow" : armOf(candidate), unitOf(observation, rollout));
      }
      if (!candidate && !shadow) caps.take(observation.latencyMs, observation.costUsd);
    },
    save() {
      // In the order of the index: half the time.
      for (const [unit, { row, changed }] of [...units].sort(([a], [b]) => a - b))
        if (row !== undefined && changed) saveUnit(statements, rollout, unit, row);
      for (const { weight, arm, metric, n, sum, squares } of tallies.values())
        statements.addTally.run(rollout.seq, rollout.look, weight, arm, metric, n, sum, squares);
      caps.save();
    },
  };
}

function armOf(candidate: boolean): Arm {
  return candidate ? "candidate" : "control";
}

/**
 * The weight an observation's unit was assigned at; null where it is no arrival of this rollout: it was assigned by another one, nobody
 * was to be divided then, or a copy of an input went to the control.
 */
function countedAt(observation: Dated, candidate: boolean, { id, weights }: OpenRollout): number | null {
  if (observation.shadow === true) return candidate ? 0 : null;
  if (observation.rollout !== undefined && observation.rollout !== id) return null;
  const declared = observation.rollout === undefined ? undefined : observation.weight;
  const weight = declared ?? weightAt(weights, observation.at);
  return weight > 0 ? rounded(weight) : null;
}

/** By the newest change that was made by then; before the first one, and after the last one, those count. */
function weightAt(weights: OpenRollout["weights"], at: string): number {
  return (weights.findLast((change) => change.at <= at) ?? weights[0])?.weight ?? 0;
}

/** Copies have places of their own: the same unit is also served. Without a unit each observation is one of its own, never seen again. */
function unitOf({ unit, shadow }: Dated, { id }: OpenRollout): number | null {
  if (unit === undefined) return null;
  return slotOf(id, shadow === true ? `shadow/${unit}` : unit);
}

function outcomesOf({ success, safe, latencyMs, costUsd }: Dated, caps: Caps): Partial<Record<Metric, number>> {
  return {
    success: Number(success),
    ...(latencyMs !== undefined && caps.latency !== null && { latency: Number(latencyMs <= caps.latency.cap) }),
    ...(costUsd !== undefined && caps.cost !== null && { cost: Number(costUsd <= caps.cost.cap) }),
    ...(safe !== undefined && { safety: Number(safe) }),
  };
}

function saveUnit(statements: Statements, { seq }: OpenRollout, unit: number, row: UnitRow): void {
  const { look, seenAt, weight, candidate, n, success, latencyN, latency, costN, cost, safetyN, safety } = row;
  // prettier-ignore
  statements.saveUnit.run(seq, unit, look, seenAt, weight, candidate, n, success, latencyN, latency, costN, cost, safetyN, safety);
}
