import { clusteredT } from "../../stats/clustered-t.ts";
import { mcnemar } from "../../stats/mcnemar.ts";
import type { Interval } from "../../stats/proportion.ts";
import { signFlip } from "../../stats/sign-flip.ts";
import type { PairedCounts } from "../../stats/paired-counts.ts";
import { tango } from "../../stats/tango.ts";
import { byGroup, groupSums } from "./groups.ts";
import type { CaseMeans } from "./pair.ts";
import type { ComparedMetric } from "./schema.ts";

/** What a test says about a difference candidate − control. */
export type Tested = Pick<
  ComparedMetric,
  "control" | "candidate" | "difference" | "ci95" | "ratio" | "pValue" | "test" | "remarks"
>;

/** Fewer groups than this that differ at all are judged by permutation: t would trust a spread it has hardly seen. */
const FEW = 10;
/** With fewer discordant cases than this no result of the exact test is below 5 %. */
const LEAST_DISCORDANT = 6;

/**
 * Tests a share of cases. One trial a case and no clusters: McNemar with Tango's interval. Otherwise trials are pooled per
 * case and cases per cluster, never counted as independent (specification §0, §3).
 */
export function testRate(means: CaseMeans): Tested {
  const counts = majorityCounts(means);
  if (means.single && means.groups === null) return testOneTrial(means, counts);
  return testMeans(means, tango(counts));
}

function testOneTrial(means: CaseMeans, counts: PairedCounts): Tested {
  const discordant = counts.onlyControl + counts.onlyCandidate;
  const p = mcnemar(counts.onlyControl, counts.onlyCandidate);
  const few = discordant < LEAST_DISCORDANT;
  return {
    ...estimates(means),
    ci95: tango(counts),
    ratio: null,
    pValue: few ? p.exact : p.midP,
    test: few ? "mcnemar-exact" : "mcnemar-midp",
    remarks:
      few && discordant > 0
        ? [`${discordant} cases changed: with fewer than ${LEAST_DISCORDANT} nothing can be significant`]
        : [],
  };
}

/**
 * Tests the mean over cases of paired differences: CR1 error over groups with t, sign flips where few groups differ.
 * @param least interval that is never narrowed: what the number of cases allows to say where hardly any case differs
 */
export function testMeans(means: CaseMeans, least?: Interval): Tested {
  const groups = byGroup(differences(means), means.groups);
  const t = clusteredT(groupSums(groups));
  const base = { ...estimates(means), ratio: null };
  if (t === null) {
    return {
      ...base,
      ci95: null,
      pValue: null,
      test: "none",
      remarks: ["one group of cases has no spread to judge by"],
    };
  }
  const differing = groups.filter((g) => g.total !== 0).map((g) => g.total);
  if (differing.length >= FEW && t.error > 0)
    return { ...base, ci95: t.interval, pValue: t.pValue, test: "clustered-t", remarks: [] };
  return {
    ...base,
    ci95: least === undefined ? t.interval : hull(t.interval, least),
    pValue: differing.length < FEW ? signFlip(differing) : sameSign(differing.length),
    test: "sign-flip",
    remarks: differing.length === 0 ? [] : [whyFlips(differing.length, groups.length)],
  };
}

function whyFlips(differing: number, groups: number): string {
  if (differing < FEW) return `${differing} of ${groups} independent cases differ: judged by exact sign flips`;
  return `all ${differing} that differ do so by the same amount: judged by exact sign flips`;
}

/** Two-sided sign-flip p of groups that all differ by the same amount. */
function sameSign(groups: number): number {
  return 2 * 0.5 ** groups;
}

function hull(a: Interval, b: Interval): Interval {
  return [Math.min(a[0], b[0]), Math.max(a[1], b[1])];
}

/** Cases by outcome; one with several trials passes when more than half of them succeeded. */
export function majorityCounts({ control, candidate }: CaseMeans): PairedCounts {
  const counts = { bothPass: 0, onlyControl: 0, onlyCandidate: 0, neither: 0 };
  for (const [i, mean] of control.entries()) {
    const before = mean > 0.5;
    const after = (candidate[i] as number) > 0.5;
    counts[before ? (after ? "bothPass" : "onlyControl") : after ? "onlyCandidate" : "neither"] += 1;
  }
  return counts;
}

/** Candidate − control of each case. */
export function differences({ control, candidate }: CaseMeans): Float64Array {
  return control.map((before, i) => (candidate[i] as number) - before);
}

/** Both means and their difference; throws on no case, which callers exclude. */
export function estimates(means: CaseMeans): Pick<Tested, "control" | "candidate" | "difference"> {
  const control = meanOf(means.control);
  const candidate = meanOf(means.candidate);
  return { control, candidate, difference: candidate - control };
}

function meanOf(values: Float64Array): number {
  if (values.length === 0) throw new RangeError("no case to compare");
  return values.reduce((total, v) => total + v, 0) / values.length;
}
