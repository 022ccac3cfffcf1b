import type { RunColumns } from "../pairs/run-columns.ts";
import { addPair, addRatio, emptyPairs, emptyRatio, ratioOfRatios, ratioOfSums } from "../../stats/samples/ratio.ts";
import { studentQuantile, studentSurvival } from "../../stats/distributions/student.ts";
import { byGroup } from "./groups.ts";
import type { CaseMeans, Pairs } from "../pairs/pair.ts";
import type { MetricFound } from "../found.ts";
import { agreeingInterval, type Tested, testMeans } from "./tested.ts";

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
 * Tests what a success costs, Σ cost / Σ successes, as a ratio of the arms' ratios paired by group. Null where a price is
 * unknown, or an arm has no success: what a success costs is undefined then.
 */
export function testCostPerSuccess(pairs: Pairs, control: RunColumns, candidate: RunColumns): Tested | null {
  const columns = [control, candidate].map((arm, side) => {
    const rows = side === 0 ? pairs.control : pairs.candidate;
    const known = rows.every((row) => arm.cost.n[row] === arm.success.n[row]);
    const of = (total: Float64Array) =>
      byGroup(
        Float64Array.from(rows, (row) => total[row] as number),
        pairs.groups,
      );
    return known ? { cost: of(arm.cost.total), success: of(arm.success.total) } : null;
  });
  const [before, after] = columns;
  if (!before || !after) return null;
  const arms = [emptyRatio(), emptyRatio()] as const;
  const shared = emptyPairs();
  for (const [i, cost] of before.cost.entries()) {
    const one: [number, number] = [cost.total, before.success[i]?.total ?? 0];
    const other: [number, number] = [after.cost[i]?.total ?? 0, after.success[i]?.total ?? 0];
    addRatio(arms[0], ...one);
    addRatio(arms[1], ...other);
    addPair(shared, one, other);
  }
  const found = ratioOfRatios(...arms, { pairs: shared });
  if (found === null) return null;
  const [a, b] = arms.map((sums) => sums.cost / sums.success) as [number, number];
  const df = before.cost.length - 1;
  const factor = Math.exp(studentQuantile(0.975, df) * found.error);
  const log = Math.abs(Math.log(found.estimate));
  return {
    control: a,
    candidate: b,
    difference: b - a,
    ci95: null,
    ratio: { estimate: found.estimate, ci95: [found.estimate / factor, found.estimate * factor] },
    // t and not z, as for the cost per task: the groups may be few.
    pValue: found.error === 0 ? Number(log < 1e-12) : Math.min(1, 2 * studentSurvival(log / found.error, df)),
    test: "ratio-delta",
    remarks: [],
  };
}
