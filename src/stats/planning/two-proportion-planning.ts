import { type NormalTest, powerOfTest, type Sides, sizeOfTest, smallestEffect } from "./normal-test.ts";

/** How the variance under "no difference" is counted; `continuity` is `pooled` with a continuity correction. */
export type HarmMethod = "pooled" | "unpooled" | "arcsine" | "continuity";

/** Two independent arms with success rates in [0, 1]. */
export interface Arms {
  control: number;
  candidate: number;
  /** Observations of the control for each of the candidate, > 0. */
  ratio: number;
}

/**
 * Observations of the candidate that show a difference of two proportions; the control needs `ratio` times as many. Not rounded.
 *
 *   pooled    (z_α √(P(1−P)(1+1/k)) + z_power √(p_c q_c + p_b q_b/k))² / D²,  P = (p_c + k p_b)/(1+k)
 *   unpooled  (z_α + z_power)² (p_c q_c + p_b q_b/k) / D²
 *   arcsine   (z_α + z_power)² (1+1/k) / (2 asin √p_c − 2 asin √p_b)²
 *   continuity  n/4 (1 + √(1 + 2(k+1)/(n k |D|)))² of the pooled n
 *
 * Source: Fleiss, Tytun, Ury (1980), Biometrics 36:343 (pooled, continuity); Cohen (1988), Statistical Power Analysis, ch. 6 (arcsine).
 * @returns Infinity when both rates are the same
 * @throws RangeError on rates outside [0, 1], a ratio ≤ 0, or levels `sizeOfTest` refuses
 */
export function twoProportionSize(
  method: HarmMethod,
  arms: Arms,
  levels: { alpha: number; power: number; sides: Sides },
): number {
  const n = sizeOfTest(testOf(method, arms), levels);
  if (method !== "continuity" || n === Infinity) return n;
  return (n / 4) * (1 + Math.sqrt(1 + (2 * correction(arms)) / n)) ** 2;
}

/**
 * Power of the same tests with n observations of the candidate. A sample of one or less has no power beyond α.
 * Source and errors: as `twoProportionSize`; for continuity the n that its correction grew from.
 */
export function twoProportionPower(
  method: HarmMethod,
  arms: Arms,
  n: number,
  levels: { alpha: number; sides: Sides },
): number {
  if (n <= 1) return levels.alpha;
  if (method !== "continuity") return powerOfTest(testOf(method, arms), n, levels);
  if (arms.candidate === arms.control) return levels.alpha / levels.sides;
  const uncorrected = Math.max(0, n - correction(arms) / 2) ** 2 / n;
  return powerOfTest(testOf(method, arms), uncorrected, levels);
}

/**
 * Smallest difference that n observations of the candidate show with the stated power, below or above the control's rate: they
 * differ where the rate is near 0 or 1. Source and errors: as `twoProportionSize`.
 * @returns a positive difference, or null when no difference in [0, 1] is found that surely
 */
export function twoProportionEffect(
  method: HarmMethod,
  { control, ratio, n }: { control: number; ratio: number; n: number },
  direction: "down" | "up",
  { alpha, power, sides }: { alpha: number; power: number; sides: Sides },
): number | null {
  const sign = direction === "down" ? -1 : 1;
  const most = direction === "down" ? control : 1 - control;
  const powerAt = (effect: number) => {
    const candidate = Math.min(1, Math.max(0, control + sign * effect));
    return twoProportionPower(method, { control, candidate, ratio }, n, { alpha, sides });
  };
  return smallestEffect(powerAt, most, power);
}

function testOf(method: HarmMethod, arms: Arms): NormalTest {
  const { control, candidate, ratio } = requireArms(arms);
  const effect = candidate - control;
  const apart = Math.sqrt(candidate * (1 - candidate) + (control * (1 - control)) / ratio);
  switch (method) {
    case "unpooled":
      return { effect, sdNull: apart, sdAlternative: apart };
    case "arcsine": {
      const sd = Math.sqrt(1 + 1 / ratio);
      return {
        effect: 2 * Math.asin(Math.sqrt(candidate)) - 2 * Math.asin(Math.sqrt(control)),
        sdNull: sd,
        sdAlternative: sd,
      };
    }
    case "pooled":
    case "continuity": {
      const pooled = (candidate + ratio * control) / (1 + ratio);
      return { effect, sdNull: Math.sqrt(pooled * (1 - pooled) * (1 + 1 / ratio)), sdAlternative: apart };
    }
  }
}

/** (k + 1)/(k |D|) */
function correction({ control, candidate, ratio }: Arms): number {
  return (ratio + 1) / (ratio * Math.abs(candidate - control));
}

function requireArms(arms: Arms): Arms {
  const rates = [arms.control, arms.candidate];
  if (rates.every((rate) => rate >= 0 && rate <= 1) && arms.ratio > 0 && Number.isFinite(arms.ratio)) return arms;
  throw new RangeError(`need rates in [0, 1] and a ratio > 0, got ${rates.join(" and ")}, ${arms.ratio}`);
}
