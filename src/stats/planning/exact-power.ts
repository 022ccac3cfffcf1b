import { binomialCdf, binomialPmf, binomialSurvival } from "../distributions/binomial.ts";
import { hypergeometricCdf } from "../distributions/hypergeometric.ts";
import { normalQuantile } from "../distributions/normal.ts";
import { restrictedRates } from "../proportions/restricted-rates.ts";

/** The one-sided tests whose rejections are enumerated. */
export type ExactTest = "pooled" | "unpooled" | "fisher";

/** Two arms of fixed size with their true success rates in [0, 1]. */
export interface ExactArms {
  control: number;
  candidate: number;
  controlSize: number;
  candidateSize: number;
}

type Rejects = (control: number, candidate: number) => boolean;

/**
 * Exact chance that a one-sided test at level α finds the candidate worse: the sum over every outcome of the candidate's arm of its
 * probability times that of the control's outcomes the test rejects with. With both rates the same it is the test's true size.
 *
 *   pooled, unpooled: (p̂_b − p̂_c)/SE ≥ z_{1−α};  fisher: P(X ≤ x_c | margins) ≤ α
 *
 * Source: Suissa and Shuster (1985), JRSS A 148:317; Fisher (1935), The Design of Experiments (fisher). Each of these tests rejects
 * with more when the control succeeded more often (Barnard's convexity), so that a search finds the least such number.
 * @throws RangeError on rates outside [0, 1], sizes that are not whole or below 1
 */
export function exactHarmPower(test: ExactTest, arms: ExactArms, alpha: number): number {
  const { controlSize, candidateSize } = arms;
  const rejects = harmTest(test, requireArms(arms), alpha);
  return overCandidate(
    arms,
    (candidate) => {
      const least = firstWhere((control) => rejects(control, candidate), controlSize + 1);
      return binomialSurvival(least - 1, controlSize, arms.control);
    },
    candidateSize,
  );
}

/**
 * Exact chance that a one-sided non-inferiority test shows candidate > control − margin; its size at candidate = control − margin.
 *
 *   (p̂_c − p̂_b + margin)/SE ≥ z_{1−α},  SE by the restricted rates (Farrington–Manning) or unpooled (Wald)
 *
 * Source and errors: as `exactHarmPower`; Farrington and Manning (1990), Stat. Med. 9:1447.
 */
export function exactNonInferiorityPower(
  method: "farrington-manning" | "unpooled",
  arms: ExactArms & { margin: number },
  alpha: number,
): number {
  const { controlSize, candidateSize } = requireArms(arms);
  const z = -normalQuantile(alpha);
  const ratio = controlSize / candidateSize;
  const rejects: Rejects = (xControl, xCandidate) => {
    const seen = { control: xControl / controlSize, candidate: xCandidate / candidateSize };
    const at = method === "unpooled" ? seen : restrictedRates({ ...seen, ratio, difference: -arms.margin });
    return exceeds(seen.candidate - seen.control + arms.margin, errorOf(at, arms), z);
  };
  return overCandidate(
    arms,
    (candidate) => {
      const most = firstWhere((control) => !rejects(control, candidate), controlSize + 1) - 1;
      return binomialCdf(most, controlSize, arms.control);
    },
    candidateSize,
  );
}

function overCandidate(arms: ExactArms, rejected: (candidate: number) => number, size: number): number {
  let power = 0;
  for (let candidate = 0; candidate <= size; candidate++) {
    const mass = binomialPmf(candidate, size, arms.candidate);
    // What is left out sums to less than rounding does.
    if (mass > 1e-20) power += mass * rejected(candidate);
  }
  return Math.min(1, power);
}

function harmTest(test: ExactTest, { controlSize, candidateSize }: ExactArms, alpha: number): Rejects {
  const z = -normalQuantile(alpha);
  if (test === "fisher") {
    const population = controlSize + candidateSize;
    return (control, candidate) =>
      hypergeometricCdf(candidate, { population, successes: control + candidate, draws: candidateSize }) <= alpha;
  }
  return (xControl, xCandidate) => {
    const seen = { control: xControl / controlSize, candidate: xCandidate / candidateSize };
    const pooled = (xControl + xCandidate) / (controlSize + candidateSize);
    const at = test === "pooled" ? { control: pooled, candidate: pooled } : seen;
    return exceeds(seen.control - seen.candidate, errorOf(at, { controlSize, candidateSize }), z);
  };
}

function errorOf(
  at: { control: number; candidate: number },
  n: Pick<ExactArms, "controlSize" | "candidateSize">,
): number {
  return Math.sqrt(
    (at.candidate * (1 - at.candidate)) / n.candidateSize + (at.control * (1 - at.control)) / n.controlSize,
  );
}

/** Where nothing varies, any difference is beyond z and none is not. */
function exceeds(difference: number, error: number, z: number): boolean {
  return error === 0 ? difference > 0 : difference / error >= z;
}

/** Least whole number in [0, end) where the condition, once true, stays true; `end` when it never is. */
function firstWhere(holds: (x: number) => boolean, end: number): number {
  let [low, high] = [0, end];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

function requireArms<A extends ExactArms>(arms: A): A {
  const rates = [arms.control, arms.candidate];
  const sizes = [arms.controlSize, arms.candidateSize];
  if (rates.every((r) => r >= 0 && r <= 1) && sizes.every((n) => Number.isInteger(n) && n >= 1)) return arms;
  throw new RangeError(`exact power: impossible rates ${rates.join(", ")} or sizes ${sizes.join(", ")}`);
}
