import { type ArmTotals, checkTotals } from "./canary-batch.ts";
import { armLogWealth } from "./betting.ts";
import { logMeanExp } from "../distributions/log-mean.ts";

/** Evidence against "every mean is at least the floor": plain data, like `CanaryProcess`. */
export interface FloorProcess {
  /** In (0, 1); the one that was bet against last. */
  floor: number;
  n: number;
  sum: number;
  /** ln K of each bet. */
  logWealth: readonly number[];
  /** The largest ln E at any look so far. */
  peak: number;
}

/** Shortfalls that are bet on, in equal shares. */
const EFFECTS = [0.01, 0.02, 0.05, 0.1, 0.2];
/** No outcome takes more than this share of the wealth. */
const LARGEST_LOSS = 0.9;

/** Throws RangeError on a floor outside (0, 1). */
export function emptyFloor(floor: number): FloorProcess {
  if (!(floor > 0 && floor < 1)) throw new RangeError(`a floor must be in (0, 1), got ${floor}`);
  return { floor, n: 0, sum: 0, logWealth: EFFECTS.map(() => 0), peak: 0 };
}

/**
 * The process after more outcomes in [0, 1]: K_j *= 1 + λ_j (floor − Y), λ_j = effect / (floor (1 − floor)), capped. E = mean K_j is a
 * supermartingale from 1 while the conditional means are at least the floor, so P(E ever ≥ 1/α) ≤ α at any look.
 *
 * The floor may move between looks when it is known before the outcomes that are bet on: each factor's mean is at most 1 given the past
 * while the mean is at least the floor of its own look, and the product needs no more. What is refuted is "at every look at least the
 * floor of that look".
 *
 * Source: Waudby-Smith and Ramdas (2024), JRSS B 86:1, with a fixed bet; Ville (1939).
 * @param floor in (0, 1), of these outcomes; known before them
 * @throws RangeError on impossible totals
 */
export function addToFloor(state: FloorProcess, totals: ArmTotals, floor = state.floor): FloorProcess {
  checkTotals(totals);
  const wealth = EFFECTS.map((effect, j) => {
    const size = Math.min(effect / (floor * (1 - floor)), LARGEST_LOSS / (1 - floor));
    return (state.logWealth[j] as number) + armLogWealth(totals, [size * floor, size * (floor - 1)]);
  });
  return {
    floor,
    n: state.n + totals.n,
    sum: state.sum + totals.sum,
    logWealth: wealth,
    peak: Math.max(state.peak, logMeanExp(wealth)),
  };
}
