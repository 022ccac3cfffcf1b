/**
 * What one arm gave in a batch: arrivals (units, not requests) and the sum of their outcomes Y, each in [0, 1].
 *
 * `squares` is the sum of Y², which is the sum itself where every Y is 0 or 1. Without it the outcomes are taken as 0 or 1, which for
 * fractions only makes the evidence weaker, never wrong (see `logWealth`).
 */
export interface ArmTotals {
  n: number;
  sum: number;
  squares?: number | undefined;
}

/** Arrivals that were assigned with the same probability `weight` of the candidate, between two looks. */
export interface CanaryBatch {
  weight: number;
  control: ArmTotals;
  candidate: ArmTotals;
}

/** Throws RangeError on totals that no arrivals with outcomes in [0, 1] can have. */
export function checkBatch({ weight, control, candidate }: CanaryBatch): void {
  if (!(weight >= 0 && weight <= 1)) throw new RangeError(`a weight must be in [0, 1], got ${weight}`);
  checkTotals(control);
  checkTotals(candidate);
}

/** Sums of fractions carry rounding; more than this is no rounding. */
const SLACK = 1e-9;

export function checkTotals({ n, sum, squares = sum }: ArmTotals): void {
  if (!(Number.isSafeInteger(n) && n >= 0)) throw new RangeError(`arrivals must be whole and at least 0, got ${n}`);
  const slack = SLACK * n;
  if (!(sum >= 0 && sum <= n + slack)) throw new RangeError(`${n} outcomes in [0, 1] cannot sum up to ${sum}`);
  if (!(squares <= sum + slack && squares * n >= sum * sum - slack * n)) {
    throw new RangeError(`${n} outcomes in [0, 1] with sum ${sum} cannot have squares that sum up to ${squares}`);
  }
}
