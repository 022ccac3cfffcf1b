import type { RunColumns } from "../pairs/run-columns.ts";
import { addRatio, emptyRatio, ratioOfSums } from "../../stats/samples/ratio.ts";
import { ratioSwap, type Spent } from "../../stats/samples/ratio-swap.ts";
import { studentQuantile } from "../../stats/distributions/student.ts";
import { byGroup } from "./groups.ts";
import type { CaseMeans, Pairs } from "../pairs/pair.ts";
import type { MetricFound } from "../found.ts";
import { agreeingInterval, ALPHA, LEAST_DIFFERING, type Tested, testMeans } from "./tested.ts";

/** Tests an amount per task (USD, tokens): the paired difference of case means, and their ratio. */
export function testAmount(means: CaseMeans): Tested {
  const found = testMeans(means);
  const ratio = pairedRatio(means);
  return { ...found, ratio: ratio && { ...ratio, ci95: agreeingInterval(ratio.ci95, found, 1) } };
}

/**
 * Ratio of the means candidate / control over the same cases: the delta method over groups on the log scale, with t instead
 * of z since the groups may be few. Null where the control's or the candidate's sum is not above 0, or one group is left.
 */
function pairedRatio({ control, candidate, groups }: CaseMeans): MetricFound["ratio"] {
  const sums = emptyRatio();
  const before = byGroup(control, groups);
  for (const [i, { total }] of byGroup(candidate, groups).entries()) addRatio(sums, total, before[i]?.total ?? 0);
  const found = ratioOfSums(sums);
  if (found === null || found.estimate === 0) return null;
  const factor = Math.exp((studentQuantile(0.975, sums.clusters - 1) * found.error) / found.estimate);
  return { estimate: found.estimate, ci95: [found.estimate / factor, found.estimate * factor] };
}

/**
 * Tests what a success costs, Σ cost / Σ successes, as a ratio of the arms' ratios, by swapping the sides of whole groups: costs have
 * heavy tails, whose variance so few cases do not show. Null where a price is unknown, or an arm has no success: what a success costs is
 * undefined then.
 */
export function testCostPerSuccess(pairs: Pairs, control: RunColumns, candidate: RunColumns): Tested | null {
  const [before, after] = [spent(control, pairs.control, pairs), spent(candidate, pairs.candidate, pairs)];
  const found = before && after && ratioSwap(before, after, ALPHA);
  if (before === null || after === null || found === null) return null;
  const [a, b] = [perSuccess(before), perSuccess(after)];
  const of = pairs.groups === null ? "cases" : "clusters";
  const few = found.differing < LEAST_DIFFERING && found.differing > 0;
  const tested: Tested = {
    control: a,
    candidate: b,
    difference: b - a,
    ci95: null,
    ratio: null,
    pValue: found.pValue,
    test: "ratio-swap",
    remarks: few ? [{ code: "few-differing", of, differing: found.differing }] : [],
  };
  return { ...tested, ratio: { estimate: found.estimate, ci95: agreeingInterval(found.interval, tested, 1) } };
}

/** What each group cost and how often it succeeded; null where a price is unknown. */
function spent({ cost, success }: RunColumns, rows: Int32Array, { groups }: Pairs): Spent[] | null {
  if (rows.some((row) => cost.n[row] !== success.n[row])) return null;
  const of = (total: Float64Array) => byGroup(Float64Array.from(rows, (row) => total[row] as number), groups); // prettier-ignore
  const successes = of(success.total);
  return of(cost.total).map(({ total }, i) => ({ cost: total, success: successes[i]?.total ?? 0 }));
}

function perSuccess(arm: readonly Spent[]): number {
  const sum = (of: (group: Spent) => number) => arm.reduce((total, group) => total + of(group), 0);
  return sum(({ cost }) => cost) / sum(({ success }) => success);
}
