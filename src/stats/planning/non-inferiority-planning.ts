import { type NormalTest, powerOfTest, sizeOfTest } from "./normal-test.ts";
import { restrictedRates } from "../proportions/restricted-rates.ts";

/** `farrington-manning`: the score test, its variance under the null by the restricted rates; `unpooled`: the variance of the plan. */
export type NonInferiorityMethod = "farrington-manning" | "unpooled";

/** Rates in [0, 1] as they are expected to be, and the loss that would still be accepted. */
export interface NonInferiority {
  control: number;
  candidate: number;
  /** Observations of the control for each of the candidate, > 0. */
  ratio: number;
  /** Absolute, in (0, 1]: the null hypothesis is candidate ≤ control − margin. */
  margin: number;
}

/**
 * Observations of the candidate that show, one-sided, that it is not worse than the control by the margin. Not rounded.
 *
 *   (z_α √(p̃_c q̃_c + p̃_b q̃_b/k) + z_power √(p_c q_c + p_b q_b/k))² / (p_c − p_b + margin)²,  p̃ = p for unpooled
 *
 * Source: Farrington and Manning (1990), Stat. Med. 9:1447; Blackwelder (1982), Control. Clin. Trials 3:345 (unpooled).
 * @returns Infinity when the candidate is expected at or below the margin
 * @throws RangeError on rates outside [0, 1], a margin outside (0, 1], a ratio ≤ 0
 */
export function nonInferioritySize(
  method: NonInferiorityMethod,
  plan: NonInferiority,
  { alpha, power }: { alpha: number; power: number },
): number {
  const test = testOf(method, plan);
  return test.effect <= 0 ? Infinity : sizeOfTest(test, { alpha, power, sides: 1 });
}

/** Power of the same test with n observations of the candidate; α or less when it is expected at or below the margin. */
export function nonInferiorityPower(
  method: NonInferiorityMethod,
  plan: NonInferiority,
  n: number,
  alpha: number,
): number {
  const test = testOf(method, plan);
  if (n <= 1 || test.effect <= 0) return alpha;
  return powerOfTest(test, n, { alpha, sides: 1 });
}

function testOf(method: NonInferiorityMethod, { control, candidate, ratio, margin }: NonInferiority): NormalTest {
  const rates = [control, candidate, margin];
  if (!(rates.every((rate) => rate >= 0 && rate <= 1) && margin > 0 && ratio > 0 && Number.isFinite(ratio))) {
    throw new RangeError(`need rates in [0, 1], a margin in (0, 1] and a ratio > 0, got ${rates.join(", ")}, ${ratio}`);
  }
  const sd = (at: { control: number; candidate: number }) =>
    Math.sqrt(at.candidate * (1 - at.candidate) + (at.control * (1 - at.control)) / ratio);
  const expected = sd({ control, candidate });
  const restricted = () => sd(restrictedRates({ control, candidate, ratio, difference: -margin }));
  return {
    effect: candidate - control + margin,
    sdNull: method === "unpooled" ? expected : restricted(),
    sdAlternative: expected,
  };
}
