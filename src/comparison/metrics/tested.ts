import { clusteredT } from "../../stats/samples/clustered-t.ts";
import { mcnemarTest } from "../../stats/proportions/mcnemar.ts";
import type { Interval } from "../../stats/proportions/proportion.ts";
import { FEW_GROUPS, signFlip } from "../../stats/samples/sign-flip.ts";
import type { PairedCounts } from "../../stats/proportions/paired-counts.ts";
import { tango } from "../../stats/proportions/tango.ts";
import { byGroup, groupSums } from "./groups.ts";
import type { CaseMeans } from "../pairs/pair.ts";
import type { MetricFound } from "../found.ts";

/** What a test says about a difference candidate − control. */
export type Tested = Pick<
  MetricFound,
  "control" | "candidate" | "difference" | "ci95" | "ratio" | "pValue" | "test" | "remarks"
>;

/** Two-sided level of every verdict. */
export const ALPHA = 0.05;
/** Fewer groups than this never decide anything by sign flips: p is at least 2^(1 − groups). */
export const LEAST_DIFFERING = 6;

/**
 * Tests a share of cases. One trial a case and no clusters: McNemar with Tango's interval. Otherwise trials are pooled per
 * case and cases per cluster, never counted as independent (specification §0, §3).
 */
export function testRate(means: CaseMeans): Tested {
  if (means.single && means.groups === null) return agreeing(testOneTrial(means));
  return testShare(means);
}

/** {@link testMeans} of a measure in [0, 1]: a share of successes, a score. */
export function testShare(means: CaseMeans): Tested {
  const found = testMeans(means, true);
  return { ...found, ci95: found.ci95 && clipped(found.ci95) };
}

function testOneTrial(means: CaseMeans): Tested {
  const counts = majorityCounts(means);
  const discordant = counts.onlyControl + counts.onlyCandidate;
  const { pValue, test, few } = mcnemarTest(counts.onlyControl, counts.onlyCandidate);
  return {
    ...estimates(means),
    ci95: tango(counts),
    ratio: null,
    pValue,
    test,
    remarks: few && discordant > 0 ? [{ code: "few-changed", cases: discordant }] : [],
  };
}

/**
 * Tests the mean over cases of paired differences: CR1 error over groups with t, sign flips where few groups differ.
 * @param share the measure is in [0, 1], so that a case nobody has seen can change by 1 at most
 */
export function testMeans(means: CaseMeans, share = false): Tested {
  const groups = byGroup(differences(means), means.groups);
  const t = clusteredT(groupSums(groups));
  const base = { ...estimates(means), ratio: null };
  const of = means.groups === null ? "cases" : "clusters";
  if (t === null) return { ...base, ci95: null, pValue: null, test: "none", remarks: [{ code: "no-spread", of }] };
  const differing = groups.filter((g) => g.total !== 0).map((g) => g.total);
  if (differing.length >= FEW_GROUPS && t.error > 0)
    return { ...base, ci95: t.interval, pValue: t.pValue, test: "clustered-t", remarks: [] };
  return agreeing({
    ...base,
    ci95: share ? atLeast(t.interval, base.difference, groups.length) : t.interval,
    pValue: differing.length < FEW_GROUPS ? signFlip(differing) : sameSign(differing.length),
    test: "sign-flip",
    remarks:
      differing.length === 0 ? [] : [{ code: "sign-flips", of, differing: differing.length, groups: groups.length }],
  });
}

/** Two-sided sign-flip p of groups that all differ by the same amount. */
function sameSign(groups: number): number {
  return 2 * 0.5 ** groups;
}

/**
 * An interval of a share that is never narrower than Tango's for as many cases of which none changed: where hardly any case
 * differs, their spread says little about the cases nobody has seen.
 */
function atLeast([low, high]: Interval, estimate: number, cases: number): Interval {
  const [, half] = tango({ bothPass: cases, onlyControl: 0, onlyCandidate: 0, neither: 0 });
  return [Math.min(low, estimate - half), Math.max(high, estimate + half)];
}

/** The interval excludes "no difference" exactly when the test does: of the two the test is the exact one. */
function agreeing(tested: Tested): Tested {
  return { ...tested, ci95: agreeingInterval(tested.ci95, tested, 0) };
}

export function agreeingInterval(
  interval: Tested["ci95"],
  { pValue, difference }: Tested,
  none: number,
): Tested["ci95"] {
  if (interval === null || pValue === null) return interval;
  const [low, high] = interval;
  if (pValue >= ALPHA) return [low === null ? null : Math.min(low, none), high === null ? null : Math.max(high, none)];
  return difference > 0
    ? [low === null ? none : Math.max(low, none), high]
    : [low, high === null ? none : Math.min(high, none)];
}

function clipped([low, high]: NonNullable<Tested["ci95"]>): Tested["ci95"] {
  return [low === null ? null : Math.max(-1, low), high === null ? null : Math.min(1, high)];
}

/** Cases by outcome; one with several trials passes when more than half of them succeeded. */
export function majorityCounts({ control, candidate }: CaseMeans): PairedCounts {
  const counts = { bothPass: 0, onlyControl: 0, onlyCandidate: 0, neither: 0 };
  for (const [i, mean] of control.entries()) {
    counts[outcomeOf(mean > 0.5, (candidate[i] as number) > 0.5)] += 1;
  }
  return counts;
}

function outcomeOf(control: boolean, candidate: boolean): keyof PairedCounts {
  if (control) return candidate ? "bothPass" : "onlyControl";
  return candidate ? "onlyCandidate" : "neither";
}

/** Candidate − control of each case; rounding is no difference. */
export function differences({ control, candidate }: CaseMeans): Float64Array {
  return control.map((before, i) => exact((candidate[i] as number) - before, before));
}

/** Both means and their difference; throws on no case, which callers exclude. */
export function estimates(means: CaseMeans): Pick<Tested, "control" | "candidate" | "difference"> {
  const control = meanOf(means.control);
  return { control, candidate: meanOf(means.candidate), difference: exact(meanOf(differences(means)), control) };
}

/** 0 where a difference of numbers of this size is nothing but rounding. */
function exact(difference: number, size: number): number {
  return Math.abs(difference) <= 1e-12 * Math.abs(size) ? 0 : difference;
}

function meanOf(values: Float64Array): number {
  if (values.length === 0) throw new RangeError("no case to compare");
  return values.reduce((total, v) => total + v, 0) / values.length;
}
