import { binomialCdf } from "../distributions/binomial.ts";
import { normalCdf, normalQuantile } from "../distributions/normal.ts";
import { studentQuantile } from "../distributions/student.ts";
import { FEW_GROUPS } from "../samples/sign-flip.ts";
import type { Sides } from "./normal-test.ts";
import { studentPower } from "./student-power.ts";

/** What a test is asked to keep to. */
export interface Level {
  alpha: number;
  sides: Sides;
}

/** What clusters may show, in standard deviations of one cluster's mean difference. */
export interface ClusterEffect {
  /** The difference, ≥ 0. */
  effect: number;
  /** Between the values that a cluster's mean can have; 0 for a measure without steps. */
  step: number;
  /** Where clusters differ in size; absent where they are alike. */
  unequal?: UnequalClusters;
}

/** Clusters of different sizes: the larger one tells more, and less than it would if its cases were independent. */
export interface UnequalClusters {
  /** Cases of each cluster known, ascending; clusters that are planned take theirs from all along the list. */
  sizes: readonly number[];
  /** Of two cases' differences in one cluster, in [0, 1]. */
  correlation: number;
}

type PlannedClusters = ClusterEffect & { clusters: number };

/** Of the same quasi-random points each time: of six clusters the power is within 0.01 of Φ(effect)⁶, which it is (cluster-power.test.ts). */
const DRAWS = 4096;
/** From so many clusters on their sizes make no difference to t. */
const MANY_SIZES = 30;
/** Below this chance that fewer than ten clusters differ, the t test is all there is. */
const RARE = 0.002;

/**
 * The fewest clusters that can show anything: the smallest p of C sign flips is s/2^C, of clusters that all have one sign, and it must be
 * below α. 6 at a two-sided 5 %. Source: Fisher (1935), The Design of Experiments, §21.
 * @throws RangeError unless 0 < α < 1
 */
export function leastClusters({ alpha, sides }: Level): number {
  if (!(alpha > 0 && alpha < 1)) throw new RangeError(`alpha must be in (0, 1), got ${alpha}`);
  let clusters = 1;
  while (mostBelow(clusters, { alpha, sides }) < 1) clusters += 1;
  return clusters;
}

/**
 * Chance that the test of a clustered comparison calls the effect one, towards the effect: sign flips where fewer than ten clusters differ
 * at all, else t with C − 1 degrees of freedom. Cluster means are taken as normal, and on their steps: a mean of exactly 0 counts
 * for nothing, which costs most where all clusters have to agree. With t alone it is the noncentral t; else the share of fixed
 * quasi-random draws on which the test itself decides so.
 * Source: patterns as in sign-flip.ts; points of Richtmyer (1951), √ of primes: Niederreiter (1992), Random Number Generation, §3.
 * @returns in [0, 1]; 0 with fewer clusters than can show anything
 * @throws RangeError on a number of clusters, an effect or a level that cannot be
 */
export function clusterPower({ clusters, ...plan }: PlannedClusters, level: Level): number {
  return clusterTest(clusters, level)(plan);
}

/** {@link clusterPower} of so many clusters, for many effects: the draws are made once. */
export function clusterTest(clusters: number, level: Level): (plan: ClusterEffect) => number {
  if (!(Number.isInteger(clusters) && clusters >= 1))
    throw new RangeError(`cluster power: need clusters >= 1, got ${clusters}`);
  if (clusters < leastClusters(level)) return () => 0;
  let simulation: ReturnType<typeof simulated> | undefined;
  return ({ effect, step, unequal }) => {
    if (!(effect >= 0 && step >= 0)) throw new RangeError(`cluster power: effect ${effect}, step ${step}`);
    if (effect === Infinity) return 1;
    const isEven = unequal === undefined || clusters >= MANY_SIZES;
    if (isEven && clusters >= FEW_GROUPS && chanceOfFew(clusters, effect, step) < RARE)
      return studentPower(effect * Math.sqrt(clusters), clusters - 1, level);
    simulation ??= simulated(clusters, level);
    return simulation({ effect, step, ...(unequal && { unequal }) });
  };
}

/** Chance that fewer than ten of the clusters differ from 0. */
function chanceOfFew(clusters: number, effect: number, step: number): number {
  const still = normalCdf(step / 2 - effect) - normalCdf(-step / 2 - effect);
  return still === 0 ? 0 : binomialCdf(FEW_GROUPS - 1, clusters, 1 - still);
}

/**
 * The fewest clusters that show the effect with the stated power.
 * @returns Infinity without an effect
 */
export function clustersFor(plan: ClusterEffect, level: Level & { power: number }): number {
  if (plan.effect === 0) return Infinity;
  return leastFrom(leastClusters(level), plan.effect, level, (clusters) => clusterPower({ clusters, ...plan }, level));
}

/** Of so many clusters t is normal. */
const MANY = 100_000;

/** The first number with that power from `least` on, and from what a normal test with a known spread needs: no test needs fewer. */
export function leastFrom(
  least: number,
  effect: number,
  { alpha, sides, power }: Level & { power: number },
  powerAt: (clusters: number) => number,
): number {
  const normal = ((normalQuantile(power) - normalQuantile(alpha / sides)) / effect) ** 2;
  if (normal > MANY) return Math.ceil(normal);
  let clusters = Math.max(least, Math.floor(normal));
  while (powerAt(clusters) < power) clusters += 1;
  return clusters;
}

function simulated(clusters: number, level: Level): (plan: ClusterEffect) => number {
  const critical = clusters < FEW_GROUPS ? Infinity : studentQuantile(1 - level.alpha / level.sides, clusters - 1);
  const most = Array.from({ length: FEW_GROUPS }, (_, differing) => mostBelow(differing, level));
  const points = normalPoints(clusters);
  return ({ effect, step, unequal }) => {
    const { sizes, variances } = shapeOf(clusters, unequal);
    // Steps add step²/12 to a variance (Sheppard 1898).
    const sds = variances.map((variance) => Math.sqrt(Math.max(0, variance - (step * step) / 12)));
    const totals = new Float64Array(clusters);
    let found = 0;
    for (let draw = 0; draw < DRAWS; draw++) {
      for (let c = 0; c < clusters; c++) {
        const total = effect * (sizes[c] as number) + (sds[c] as number) * (points[draw * clusters + c] as number);
        totals[c] = step === 0 ? total : Math.round(total / step);
      }
      if (isSeen(totals, sizes, critical, most)) found += 1;
    }
    return found / DRAWS;
  };
}

/**
 * Sizes of so many clusters and variances of their totals, both 1 on average: a total of n cases has n(1 − ρ) + n²ρ of a case's variance.
 * Source: Kish (1965), Survey Sampling, §5.4.
 */
function shapeOf(clusters: number, unequal?: UnequalClusters): { sizes: Float64Array; variances: Float64Array } {
  const even = new Float64Array(clusters).fill(1);
  if (unequal === undefined) return { sizes: even, variances: even };
  const { sizes, correlation } = unequal;
  const cases = even.map((_, c) => sizes[Math.floor(((c + 0.5) / clusters) * sizes.length)] as number);
  return {
    sizes: aroundOne(cases),
    variances: aroundOne(cases.map((n) => n * (1 - correlation) + n * n * correlation)),
  };
}

function aroundOne(values: Float64Array): Float64Array {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.map((value) => value / mean);
}

/** As `testMeans` of comparison/metrics/tested.ts decides: of totals, each of so many cases beside the average. */
function isSeen(totals: Float64Array, sizes: Float64Array, critical: number, most: readonly number[]): boolean {
  const differing = totals.filter((total) => total !== 0).sort();
  if (differing.length < FEW_GROUPS) {
    const allowed = most[differing.length] as number;
    return allowed >= 1 && setsBelow(differing, 0, 0, allowed) < allowed;
  }
  const [n, all] = [totals.length, totals.reduce((sum, total) => sum + total, 0)];
  const squares = totals.reduce((sum, total, c) => sum + (total - ((sizes[c] as number) * all) / n) ** 2, 0);
  return all > critical * Math.sqrt((squares * n) / (n - 1));
}

/**
 * Non-empty sets of ascending values, from the `from`th on and added to `sum`, whose sum is 0 or less; stops at `enough`. To flip a
 * set F of clusters takes 2 Σ_F off the sum of all, so that a pattern is as extreme as what was seen where Σ_F ≤ 0, or where that holds
 * of the rest: p = s · (1 + sets)/2^C.
 */
function setsBelow(values: Float64Array, from: number, sum: number, enough: number): number {
  let count = 0;
  for (let i = from; i < values.length && count < enough; i++) {
    const longer = sum + (values[i] as number);
    // What follows is no smaller.
    if (longer > 0 && (values[i] as number) >= 0) break;
    if (longer <= 0) count += 1;
    if (count < enough) count += setsBelow(values, i + 1, longer, enough - count);
  }
  return count;
}

/** So many sets, the empty one among them, may have a sum of 0 or less: s · sets / 2^C < α. */
function mostBelow(clusters: number, { alpha, sides }: Level): number {
  return Math.ceil((alpha * 2 ** clusters) / sides) - 1;
}

/** DRAWS rows of as many standard normal values as there are clusters. */
function normalPoints(clusters: number): Float64Array {
  const roots = primes(clusters).map(Math.sqrt);
  return Float64Array.from({ length: DRAWS * clusters }, (_, i) => {
    const root = roots[i % clusters] as number;
    return normalQuantile(((Math.floor(i / clusters) + 0.5) * root) % 1);
  });
}

function primes(count: number): number[] {
  const found: number[] = [];
  for (let n = 2; found.length < count; n++) if (found.every((p) => n % p !== 0)) found.push(n);
  return found;
}
