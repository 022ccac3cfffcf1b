import { isPaired } from "../rollout/pairs.ts";
import { slotOf } from "../serving/assignment.ts";
import type { Value } from "../state/raw.ts";
import type { Tx } from "../state/store.ts";
import { NO_PAIRS, type PairCounts, pairsIn } from "../stats/sequential/paired-process.ts";
import type { OpenRollout } from "./observations.store.ts";
import { addPairCounts, type Half, halvesOf, insertHalves } from "./pairs.store.ts";
import type { Dated } from "./schema.ts";

type Pairing = Pick<OpenRollout, "seq" | "id" | "control" | "candidate" | "plan" | "weights" | "look">;

/** Pairs what the control served in shadow with the candidate's copy of it; in memory, until one transaction is through. */
export interface PairCounter {
  /** Takes an outcome, which may be half of a pair; what was known first of an exposure and arm stands. */
  take(observation: Dated): void;
  /** Writes halves, and counts those that are whole by now; under the target's lock. */
  save(tx: Tx): Promise<void>;
}

/**
 * Whether an outcome may be half of a pair: of an answer that has a name, by the control while copies were made, or by the candidate as a
 * copy. Of what another rollout served it is none.
 */
export function isHalf({ version, exposure, shadow = false, rollout, servedAt }: Dated, its: Pairing): boolean {
  if (!isPaired(its.plan) || exposure === undefined || (rollout !== undefined && rollout !== its.id)) return false;
  return shadow ? version === its.candidate : version === its.control && isInShadow(its, servedAt);
}

/** Nobody is copied once the first step began; a pause does not end the shadow. */
function isInShadow({ weights }: Pairing, servedAt: string): boolean {
  const first = weights.find(({ phase }) => phase === "progressing" || phase === "promoting");
  return first === undefined || servedAt < first.at;
}

/** For one open rollout; it counts nothing where the plan pairs nothing. */
export function pairCounter(rollout: Pairing): PairCounter {
  const { id } = rollout;
  const taken: Half[] = [];
  return {
    take(observation) {
      if (!isHalf(observation, rollout)) return;
      const { unit, exposure = "", shadow = false, success } = observation;
      // Whoever has no unit is one of its own.
      const place = slotOf(id, unit === undefined ? `exposure/${exposure}` : unit);
      taken.push({ unit: place, exposure, arm: shadow ? "candidate" : "control", success: Number(success) });
    },
    async save(tx) {
      await savePairs(tx, rollout, taken);
    },
  };
}

/** Writes halves and counts the pairs that they complete in the open look; says which. Under the target's lock. */
export async function savePairs(
  tx: Tx,
  { seq, look }: Pick<Pairing, "seq" | "look">,
  taken: readonly Half[],
): Promise<PairCounts> {
  if (taken.length === 0) return NO_PAIRS;
  const known = await halvesOf(tx, seq, [...new Set(taken.map(({ unit }) => unit))]);
  const { fresh, counts } = matched(known, taken);
  await insertHalves(tx, fresh.map(({ unit, exposure, arm, success }): Value[] => [seq, unit, exposure, arm, success])); // prettier-ignore
  const { both, onlyControl, onlyCandidate, neither } = counts;
  if (pairsIn(counts) > 0) await addPairCounts(tx, [[seq, look, both, onlyControl, onlyCandidate, neither]]);
  return counts;
}

/** A unit's halves: by exposure and arm, and whether two of one exposure are a pair. */
interface Unit {
  halves: Map<string, Half>;
  isPaired: boolean;
}

/** Halves that are new, and the pairs that they complete: one a unit, since its requests are not independent. */
function matched(known: readonly Half[], taken: readonly Half[]): { fresh: Half[]; counts: PairCounts } {
  const units = new Map<number, Unit>();
  for (const half of known) add(units, half);
  const fresh: Half[] = [];
  const counts: PairCounts = { ...NO_PAIRS };
  for (const half of taken) {
    const unit = units.get(half.unit);
    if (unit !== undefined && (unit.isPaired || unit.halves.has(keyOf(half)))) continue;
    fresh.push(half);
    const other = add(units, half);
    if (other !== undefined) counts[kindOf(half, other)] += 1;
  }
  return { fresh, counts };
}

/** The half that makes it a pair; undefined where that has not come. */
function add(units: Map<number, Unit>, half: Half): Half | undefined {
  const unit = units.get(half.unit) ?? { halves: new Map<string, Half>(), isPaired: false };
  units.set(half.unit, unit);
  unit.halves.set(keyOf(half), half);
  const other = unit.halves.get(keyOf({ ...half, arm: half.arm === "control" ? "candidate" : "control" }));
  unit.isPaired ||= other !== undefined;
  return other;
}

function keyOf({ arm, exposure }: Half): string {
  return `${arm} ${exposure}`;
}

function kindOf(half: Half, other: Half): keyof PairCounts {
  if (half.success === other.success) return half.success === 1 ? "both" : "neither";
  return (half.success === 1 ? half : other).arm === "control" ? "onlyControl" : "onlyCandidate";
}
