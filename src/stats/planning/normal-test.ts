import { bisect } from "../distributions/bisection.ts";
import { normalCdf, normalQuantile } from "../distributions/normal.ts";

/** One or two sides; two-sided designs count only rejections in the direction of the effect. */
export type Sides = 1 | 2;

/** A test whose statistic is normal: what it looks for, and the standard deviations of one observation. */
export interface NormalTest {
  effect: number;
  /** Under the null hypothesis: sets the threshold. */
  sdNull: number;
  /** Under the alternative: sets the power. */
  sdAlternative: number;
}

/**
 * Observations that find the effect with the stated power: n = ((z_{1−α/s} sdNull + z_power sdAlternative) / effect)², not rounded.
 * Source: Fleiss, Levin, Paik (2003), Statistical Methods for Rates and Proportions, 3rd ed., §4.2.
 * @returns > 0; Infinity without an effect
 * @throws RangeError unless 0 < α < 1 and α/s < power < 1
 */
export function sizeOfTest(
  test: NormalTest,
  { alpha, power, sides }: { alpha: number; power: number; sides: Sides },
): number {
  requireAlpha(alpha);
  if (!(power < 1 && power > alpha / sides))
    throw new RangeError(`need alpha/sides < power < 1, got power ${power}, alpha ${alpha}`);
  if (test.effect === 0) return Infinity;
  const reach = critical(alpha, sides) * test.sdNull + normalQuantile(power) * test.sdAlternative;
  return (reach / test.effect) ** 2;
}

/**
 * Power with n observations: Φ((|effect| √n − z_{1−α/s} sdNull) / sdAlternative). Source: as `sizeOfTest`.
 * @returns in [0, 1]; where nothing varies, 1 when there is an effect and α/s when there is none
 */
export function powerOfTest(test: NormalTest, n: number, { alpha, sides }: { alpha: number; sides: Sides }): number {
  requireAlpha(alpha);
  const beyond = Math.abs(test.effect) * Math.sqrt(n) - critical(alpha, sides) * test.sdNull;
  if (test.sdAlternative > 0) return normalCdf(beyond / test.sdAlternative);
  if (test.effect === 0) return alpha / sides;
  return beyond > 0 ? 1 : 0;
}

/**
 * Smallest effect in (0, most] that a design finds with the stated power, by bisection.
 * @param powerAt power as a function of the effect; grows with it
 * @param near how far above the smallest is near enough
 * @returns null when not even the largest effect is found
 */
export function smallestEffect(
  powerAt: (effect: number) => number,
  most: number,
  power: number,
  near = 0,
): number | null {
  if (!(most > 0) || !(powerAt(most) >= power)) return null;
  return bisect((effect) => powerAt(effect) >= power, most, 0, near);
}

function critical(alpha: number, sides: Sides): number {
  return -normalQuantile(alpha / sides);
}

function requireAlpha(alpha: number): void {
  if (!(alpha > 0 && alpha < 1)) throw new RangeError(`alpha must be in (0, 1), got ${alpha}`);
}
