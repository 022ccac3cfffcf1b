import { normalQuantile } from "../distributions/normal.ts";
import type { Interval } from "../proportions/proportion.ts";

/** What one cluster (a case) holds: outputs a person labelled and the judge scored, and outputs only the judge scored. */
export interface JudgedCase {
  labelled: readonly { label: number; judged: number }[];
  unlabelled: readonly number[];
}

export interface PredictionPowered {
  estimate: number;
  error: number;
  /** Not clamped: the caller knows the range of the labels. */
  interval: Interval;
  /** How far the judge was trusted, in [0, 1]; 0 leaves the mean of the labels. */
  lambda: number;
}

/**
 * Mean of a person's labels over all outputs, from a labelled random part and a judge's score of every output (PPI++):
 *
 *   θ = λ f̄ + mean(Y − λ f),   λ = clip( Cov₀(Y, f) / ((1 + n/N) Var₁(f)), 0, 1 )
 *   Var θ = Σ_c ψ_c²,   ψ_c = Σ_{unlabelled in c} λ(f − f̄)/N + Σ_{labelled in c} (Y − λf − mean(Y − λf))/n
 *
 * f̄ over the N unlabelled, Cov₀ and mean over the n labelled, Var₁ over both. The judge's bias cancels, whatever it is. With
 * one output a cluster the variance is λ² Var₀(f)/N + Var₀(Y − λf)/n; trials of one case are no evidence of their own.
 *
 * Source: Angelopoulos, Duchi, Zrnic (2023), PPI++, arXiv 2311.01453 §2, 6; equals ppi_py's `ppi_mean_*` with lam=None. Units: the labels'.
 *
 * Edges: no unlabelled output, or a judge that never varies → λ = 0, the labels' mean. All labels equal → error 0, which few
 * labels do not warrant: the caller asks for labels of both kinds.
 * @returns null without a label
 */
export function ppiMean(cases: readonly JudgedCase[], alpha = 0.05): PredictionPowered | null {
  if (!(alpha > 0 && alpha < 1)) throw new RangeError(`PPI: alpha must be in (0, 1), got ${alpha}`);
  const labelled = cases.flatMap((c) => c.labelled);
  const unlabelled = cases.flatMap((c) => c.unlabelled);
  requireFinite([...unlabelled, ...labelled.flatMap(({ label, judged }) => [label, judged])]);
  if (labelled.length === 0) return null;
  const lambda = trust(labelled, unlabelled);
  const predicted = unlabelled.length === 0 ? 0 : mean(unlabelled);
  const rest = ({ label, judged }: { label: number; judged: number }) => label - lambda * judged;
  const rectifier = mean(labelled.map(rest));
  const estimate = lambda * predicted + rectifier;
  const parts = cases.map((c) => {
    const own = c.unlabelled.reduce((sum, f) => sum + lambda * (f - predicted), 0) / Math.max(1, unlabelled.length);
    return own + c.labelled.reduce((sum, pair) => sum + (rest(pair) - rectifier), 0) / labelled.length;
  });
  const error = Math.sqrt(parts.reduce((sum, part) => sum + part * part, 0));
  const half = normalQuantile(1 - alpha / 2) * error;
  return { estimate, error, interval: [estimate - half, estimate + half], lambda };
}

function trust(labelled: JudgedCase["labelled"], unlabelled: readonly number[]): number {
  const [n, N] = [labelled.length, unlabelled.length];
  if (N === 0) return 0;
  const judged = [...labelled.map((pair) => pair.judged), ...unlabelled];
  const centre = mean(judged);
  const variance = judged.reduce((sum, f) => sum + (f - centre) ** 2, 0) / (judged.length - 1);
  if (variance === 0) return 0;
  const [y, f] = [mean(labelled.map((pair) => pair.label)), mean(labelled.map((pair) => pair.judged))];
  const covariance = mean(labelled.map((pair) => (pair.label - y) * (pair.judged - f)));
  return Math.min(1, Math.max(0, covariance / ((1 + n / N) * variance)));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function requireFinite(values: readonly number[]): void {
  const bad = values.find((value) => !Number.isFinite(value));
  if (bad !== undefined) throw new RangeError(`PPI: labels and scores must be finite, got ${bad}`);
}
