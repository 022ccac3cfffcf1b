import type { CanaryBatch } from "./canary-batch.ts";

/**
 * Candidate − control, compared within each weight: Σ w_k d_k / Σ w_k with w_k = n·m/(n + m) of the arms at that weight. The pooled rates
 * do not compare where rates drift, for most of the control's arrivals come at small weights and most of the candidate's at large ones.
 *
 * Source: Greenland and Robins (1985), Biometrics 41:55 (Mantel and Haenszel's risk difference).
 * @param batches arrivals and outcomes in [0, 1] by weight, in any order; weights 0 and 1 compare nothing
 * @returns in [−1, 1]; null where no weight has arrivals of both arms
 */
export function riskDifference(batches: readonly CanaryBatch[]): number | null {
  let [differences, weights] = [0, 0];
  for (const { control, candidate } of byWeight(batches)) {
    if (control.n === 0 || candidate.n === 0) continue;
    const weight = (control.n * candidate.n) / (control.n + candidate.n);
    differences += weight * (candidate.sum / candidate.n - control.sum / control.n);
    weights += weight;
  }
  return weights === 0 ? null : differences / weights;
}

function byWeight(batches: readonly CanaryBatch[]): CanaryBatch[] {
  const strata = new Map<number, CanaryBatch>();
  for (const { weight, control, candidate } of batches) {
    if (weight <= 0 || weight >= 1) continue;
    const before = strata.get(weight);
    strata.set(weight, {
      weight,
      control: added(before?.control, control),
      candidate: added(before?.candidate, candidate),
    });
  }
  return [...strata.values()];
}

function added(before: { n: number; sum: number } | undefined, { n, sum }: { n: number; sum: number }) {
  return { n: n + (before?.n ?? 0), sum: sum + (before?.sum ?? 0) };
}
