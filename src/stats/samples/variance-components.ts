/** Successes (or any scores that sum to `s`) of one case in one arm, over `n` trials. */
export interface CaseTrials {
  n: number;
  s: number;
}

/** Running sums over the cases both arms answered, enough for the variance components; memory stays flat. */
export interface ComponentSums {
  cases: number;
  /** Mean and sum of squared deviations of the paired differences d_i (Welford). */
  mean: number;
  squares: number;
  control: ArmSums;
  candidate: ArmSums;
}

interface ArmSums {
  /** Cases with two trials or more: only they show how one case's trials vary. */
  repeated: number;
  /** Σ n/(n−1) · m(1−m) over those cases. */
  within: number;
  /** Σ 1/n over all cases: the noise that trials leave in a case's mean goes with 1/n. */
  inverse: number;
}

export interface VarianceComponents {
  /** Variance between cases of the true difference of the arms. */
  omega2: number;
  /** Mean variance of one trial within a case. */
  sigma2Control: number;
  sigma2Candidate: number;
  /** Trials a case: the harmonic mean, which is the number itself where every case has as many. */
  trialsControl: number;
  trialsCandidate: number;
}

export function emptyComponents(): ComponentSums {
  const arm = () => ({ repeated: 0, within: 0, inverse: 0 });
  return { cases: 0, mean: 0, squares: 0, control: arm(), candidate: arm() };
}

/**
 * Adds one case that both arms answered.
 * @throws RangeError unless both arms have n ≥ 1 and 0 ≤ s ≤ n
 */
export function addCase(sums: ComponentSums, control: CaseTrials, candidate: CaseTrials): void {
  addArm(sums.control, control);
  addArm(sums.candidate, candidate);
  const difference = candidate.s / candidate.n - control.s / control.n;
  sums.cases += 1;
  const step = difference - sums.mean;
  sums.mean += step / sums.cases;
  sums.squares += step * (difference - sums.mean);
}

function addArm(arm: ArmSums, { n, s }: CaseTrials): void {
  if (!(Number.isInteger(n) && n >= 1 && s >= 0 && s <= n)) {
    throw new RangeError(`variance components: need n >= 1 and 0 <= s <= n, got ${s} of ${n}`);
  }
  arm.inverse += 1 / n;
  if (n === 1) return;
  const mean = s / n;
  arm.repeated += 1;
  arm.within += (n / (n - 1)) * mean * (1 - mean);
}

/**
 * Splits the variance of the per-case differences d_i = mean_candidate,i − mean_control,i into what lies between cases
 * and what trials add:
 *
 *   σ² = mean_i K/(K−1) · m_i(1−m_i) per arm,   ω² = max(0, var(d) − σ²_control/K_control − σ²_candidate/K_candidate)
 *
 * Source: Miller (2024), arXiv 2411.00640 §3–5. Units: squared success rate; every value ≥ 0.
 *
 * Edges: with one trial a case in an arm its σ² cannot be told from ω²; it is 0 here and ω² holds both. Where only some
 * cases were repeated, σ² is their mean. Where cases have different numbers of trials K is the harmonic mean.
 * @returns null with fewer than two cases: one difference has no variance
 */
export function components(sums: ComponentSums): VarianceComponents | null {
  if (sums.cases < 2) return null;
  const variance = sums.squares / (sums.cases - 1);
  const [control, candidate] = [sums.control, sums.candidate].map((arm) => ({
    sigma2: arm.repeated === 0 ? 0 : arm.within / arm.repeated,
    trials: sums.cases / arm.inverse,
  })) as [{ sigma2: number; trials: number }, { sigma2: number; trials: number }];
  const noise = control.sigma2 / control.trials + candidate.sigma2 / candidate.trials;
  return {
    omega2: Math.max(0, variance - noise),
    sigma2Control: control.sigma2,
    sigma2Candidate: candidate.sigma2,
    trialsControl: control.trials,
    trialsCandidate: candidate.trials,
  };
}
