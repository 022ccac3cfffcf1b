import { clusteredT } from "../samples/clustered-t.ts";
import { addCluster, clusteredError, emptyClusters } from "../samples/clustered.ts";
import { mannWhitney } from "../samples/mann-whitney.ts";
import { normalQuantile } from "../distributions/normal.ts";
import { quantileDifference } from "../samples/quantile-difference.ts";
import { addRatio, emptyRatio, ratioOfRatios, ratioOfSums, type RatioSums } from "../samples/ratio.ts";
import { studentQuantile } from "../distributions/student.ts";
import { addCase, components, emptyComponents } from "../samples/variance-components.ts";
import { welch } from "../samples/welch.ts";
import type { GoldenFile, Seen } from "./golden.testing.ts";

/** Means, quantiles and ratios: of cases with several trials, and of two arms. */
export const CONTINUOUS: readonly GoldenFile[] = [
  { file: "c_clustered_se", cases: 17, tolerance: 1e-9, compare: clusters },
  { file: "c_paired_multitrial", cases: 12, tolerance: 1e-9, compare: trials },
  { file: "d_p95_difference", cases: 12, tolerance: 1e-9, compare: quantiles },
  { file: "d_ratio_delta", cases: 11, tolerance: 1e-9, compare: ratios },
  { file: "d_welch_mannwhitney", cases: 12, tolerance: 1e-9, compare: twoSamples },
];

type Case = Parameters<GoldenFile["compare"]>[0];

function interval({ close }: Seen, what: string, got: readonly (number | null)[], want: readonly number[]): void {
  close(`${what} low`, got[0] ?? Number.NaN, want[0] as number);
  close(`${what} high`, got[1] ?? Number.NaN, want[1] as number);
}

function clusters(c: Case, seen: Seen): void {
  const sums = emptyClusters();
  for (const id of new Set(c.cluster)) {
    const scores: number[] = c.scores.filter((_: number, i: number) => c.cluster[i] === id);
    const total = scores.reduce((a, b) => a + b, 0);
    addCluster(sums, scores.length, total);
  }
  const found = clusteredT(sums);
  if (c.C < 2 || found === null) {
    seen.same("one cluster", [clusteredError(sums), found], [null, null]);
    return;
  }
  seen.close("CR1", found.error, c.se_statsmodels_cluster_with_correction);
  seen.close("t quantile", studentQuantile(0.975, found.df), c.t_crit_df_C_minus_1);
  interval(seen, "interval", found.interval, c.ci95_t);
}

/** The golden file's difference is A − B: B is the control. */
function trials(c: Case, seen: Seen): void {
  const differences = emptyClusters();
  const sums = emptyComponents();
  for (const i of c.passes_A.keys()) {
    const [a, b] = [c.passes_A[i], c.passes_B[i]];
    addCase(sums, { n: c.K_B, s: b }, { n: c.K_A, s: a });
    addCluster(differences, 1, a / c.K_A - b / c.K_B);
  }
  const found = clusteredT(differences);
  seen.close("difference", found?.estimate ?? Number.NaN, c.diff);
  seen.close("SE", found?.error ?? Number.NaN, c.se_paired);
  seen.close("t", (found?.estimate ?? Number.NaN) / (found?.error ?? Number.NaN), c.t);
  seen.same("df", found?.df, c.df);
  seen.close("p", found?.pValue ?? Number.NaN, c.p_two_sided);
  if (c.sigma2_A === undefined) return;
  const parts = components(sums);
  seen.close("sigma2 A", parts?.sigma2Candidate ?? Number.NaN, c.sigma2_A);
  seen.close("sigma2 B", parts?.sigma2Control ?? Number.NaN, c.sigma2_B);
  seen.close("omega2", parts?.omega2 ?? Number.NaN, Math.max(0, c.omega2));
}

/** Two of the cases name a random generator's seed instead of their values. */
function quantiles(c: Case, seen: Seen): void {
  if (!c.x_control) return;
  const sorted = (values: number[]) => Float64Array.from(values).sort();
  const [control, candidate] = [sorted(c.x_control), sorted(c.x_canary)];
  const found = quantileDifference(control, candidate, c.q);
  seen.close("control", found.control, c.p95_control);
  seen.close("candidate", found.candidate, c.p95_canary);
  interval(seen, "difference", found.difference.interval, c.diff_ci95_exact_percentile_bootstrap);
  interval(seen, "ratio", found.ratio?.interval ?? [], c.ratio_ci95_exact_percentile_bootstrap);
  const narrow = quantileDifference(control, candidate, c.q, { alpha: 0.1 });
  interval(seen, "ratio 90 %", narrow.ratio?.interval ?? [], c.ratio_ci90);
}

/** From the values where the file has them, else from its moments. */
function ratios(c: Case, seen: Seen): void {
  const sums = c.cost ? summed(c) : fromMoments(c);
  const found = ratioOfSums(sums);
  if (found === null) {
    seen.same("defined", null, c.cost_per_success);
    return;
  }
  seen.close("ratio", found.estimate, c.cost_per_success);
  seen.close("error", found.error, c.delta_se);
  const half = normalQuantile(0.975) * found.error;
  interval(seen, "delta", [found.estimate - half, found.estimate + half], c.delta_ci95);
  interval(seen, "log delta", found.interval, c.log_delta_ci95);
  // Against itself: the difference of the logs is 0 and its variance twice that of one.
  const twice = ratioOfRatios(sums, sums);
  seen.close("two arms", twice?.error ?? Number.NaN, (Math.SQRT2 * c.delta_se) / c.cost_per_success);
}

function summed(c: Case): RatioSums {
  const sums = emptyRatio();
  for (const i of c.cost.keys()) addRatio(sums, c.cost[i], c.success[i]);
  return sums;
}

function fromMoments(c: Case): RatioSums {
  const square = (a: number, b: number, covariance: number) => (c.n - 1) * covariance + c.n * a * b;
  return {
    clusters: c.n,
    cost: c.n * c.mean_cost,
    success: c.n * c.success_rate,
    costSquares: square(c.mean_cost, c.mean_cost, c.var_cost),
    products: square(c.mean_cost, c.success_rate, c.cov),
    successSquares: square(c.success_rate, c.success_rate, c.var_success),
  };
}

/** R's columns where the file has them (first two cases), else SciPy's. */
function twoSamples(c: Case, seen: Seen): void {
  const mean = welch(c.x1, c.x2);
  seen.close("t", mean?.statistic ?? Number.NaN, c.scipy.t);
  seen.close("df", mean?.df ?? Number.NaN, c.scipy.df);
  seen.close("p", mean?.pValue ?? Number.NaN, c.scipy.p);
  interval(seen, "interval", mean?.interval ?? [], c.scipy.ci);
  if (c.scipy.ci90) interval(seen, "interval 90 %", welch(c.x1, c.x2, 0.1)?.interval ?? [], c.scipy.ci90);
  const ranks = mannWhitney(c.x1, c.x2);
  seen.close("U", ranks.u, c.scipy.U);
  // SciPy's exact p knows no ties: those are checked by enumeration in two-samples.test.ts.
  if (!ranks.exact) seen.close("Mann-Whitney p", ranks.pValue, c.scipy.p_asymptotic_cc);
  else if (!ranks.tied) seen.close("Mann-Whitney exact p", ranks.pValue, c.scipy.p_exact);
  if (c["cles_P(x2>x1)+.5ties"]) seen.close("superiority", ranks.superiority, c["cles_P(x2>x1)+.5ties"]);
  if (c.hl_exact) seen.close("shift", ranks.shift, c.hl_exact);
  if (c.hl_ci_exact) interval(seen, "shift", ranks.interval, c.hl_ci_exact);
}
