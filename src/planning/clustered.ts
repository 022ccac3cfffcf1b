import {
  casesACluster,
  type CaseSpread,
  clusterEffect,
  type ClusteredMoments,
} from "../comparison/metrics/cluster-effect.ts";
import { normalCdf, normalQuantile } from "../stats/distributions/normal.ts";
import { clustersFor, clusterTest, leastClusters, leastFrom } from "../stats/planning/cluster-power.ts";
import { type Sides, smallestEffect } from "../stats/planning/normal-test.ts";
import { unchangedSize } from "../stats/planning/paired-planning.ts";
import { studentPower } from "../stats/planning/student-power.ts";
import { FEW_GROUPS } from "../stats/samples/sign-flip.ts";
import { type PlannedTest, type Sizes, wholeUp } from "./planned-test.ts";
import type { PlanRequest } from "./request.ts";

/** What one case's difference varies by, for each difference that is planned for. */
export type SpreadAt = (difference: number) => CaseSpread;

/** How exactly the smallest difference is found: a hundredth of a point. */
const NEAR = 1e-4;

type Numbers = Pick<PlannedTest, "power" | "smallest"> & { clustersFor: (effect: number) => number };

/**
 * A paired plan of cases in clusters, by the test that `diff` and `gate` use: sign flips of fewer than ten, t of ten and more. More cases are
 * more clusters, of as many cases as those of these runs: more cases of the same clusters hardly tell more.
 */
export function clusteredTest(
  { method, sides }: { method: string; sides: Sides },
  request: PlanRequest,
  moments: ClusteredMoments,
  spreadAt: SpreadAt,
): PlannedTest {
  const numbers =
    request.margin === undefined
      ? byDifference(request, sides, moments, spreadAt)
      : byMargin(request, sides, moments, spreadAt);
  return { ...described(method, sides, request, moments, spreadAt(0).trials, numbers), ...numbers };
}

/** Where nothing changed: of a margin decides Tango's interval, of clusters. */
export function unchangedClusters(request: PlanRequest, moments: ClusteredMoments): PlannedTest {
  const least = (margin: number) => wholeUp(unchangedSize({ difference: margin, alpha: request.alpha }));
  const numbers: Numbers = {
    clustersFor: least,
    power: (margin, { units }) => (clustersOf(moments, units) >= least(margin) ? 1 : 0),
    smallest: () => null,
  };
  return { ...described("tango", 2, request, moments, { control: 1, candidate: 1 }, numbers), ...numbers };
}

function described(
  method: string,
  sides: Sides,
  { alpha, margin }: PlanRequest,
  moments: ClusteredMoments,
  trials: CaseSpread["trials"],
  { clustersFor: needed }: Numbers,
): Pick<PlannedTest, "method" | "unit" | "sides" | "sizesOf" | "sizesFor" | "clusters"> {
  const sizesOf = (cases: number): Sizes => ({
    units: cases,
    control: wholeUp(cases * trials.control),
    candidate: wholeUp(cases * trials.candidate),
  });
  return {
    method,
    unit: "cases",
    sides,
    sizesOf,
    sizesFor: (effect) => sizesOf(wholeUp(needed(effect) * casesACluster(moments))),
    clusters: ({ units }) => {
      const planned = clustersOf(moments, units);
      const least = margin === undefined ? leastClusters({ alpha, sides }) : 2;
      return { now: moments.clusters, planned, least, test: planned < FEW_GROUPS ? "sign-flip" : "clustered-t" };
    },
  };
}

/** Whole clusters among so many cases. */
function clustersOf(moments: ClusteredMoments, cases: number): number {
  return Math.floor(cases / casesACluster(moments) + 1e-9);
}

function byDifference(request: PlanRequest, sides: Sides, moments: ClusteredMoments, spreadAt: SpreadAt): Numbers {
  const level = { alpha: request.alpha, power: request.power, sides };
  const effectOf = (difference: number) => clusterEffect(moments, spreadAt(difference), difference);
  const tests = new Map<number, (difference: number) => number>();
  const testOf = (clusters: number) => {
    const found = tests.get(clusters) ?? remembered(clusterTest(clusters, level), effectOf);
    tests.set(clusters, found);
    return found;
  };
  return {
    clustersFor: (difference) => clustersFor(effectOf(difference), level),
    power: (difference, { units }) => {
      const clusters = clustersOf(moments, units);
      return clusters < 1 ? 0 : testOf(clusters)(difference);
    },
    smallest: ({ units }) => {
      const clusters = clustersOf(moments, units);
      return clusters < 1 ? null : smallestEffect(testOf(clusters), 1, request.power, NEAR);
    },
  };
}

/** A curve asks for the same clusters again and again. */
function remembered(
  test: ReturnType<typeof clusterTest>,
  effectOf: (difference: number) => ReturnType<typeof clusterEffect>,
): (difference: number) => number {
  const known = new Map<number, number>();
  return (difference) => {
    const found = known.get(difference) ?? test(effectOf(difference));
    known.set(difference, found);
    return found;
  };
}

/**
 * A candidate as good as the control is shown not to be worse where the interval ends within the margin: that of t and, of fewer than ten
 * clusters, not nearer than Tango's for as many of which none changed, z²/(C + z²).
 */
function byMargin(request: PlanRequest, sides: Sides, moments: ClusteredMoments, spreadAt: SpreadAt): Numbers {
  const level = { alpha: request.alpha, sides };
  const power = (margin: number, clusters: number) => {
    if (clusters < 2) return 0;
    const shift = clusterEffect(moments, spreadAt(margin), margin).effect * Math.sqrt(clusters);
    const byT = studentPower(shift, clusters - 1, level);
    if (clusters >= FEW_GROUPS || shift === Infinity) return byT;
    const z2 = normalQuantile(request.alpha / 2) ** 2;
    return Math.min(byT, normalCdf(shift * (1 - z2 / (clusters + z2) / margin)));
  };
  return {
    clustersFor: (margin) => {
      const { effect } = clusterEffect(moments, spreadAt(margin), margin);
      return leastFrom(2, effect, { ...level, power: request.power }, (clusters) => power(margin, clusters));
    },
    power: (margin, { units }) => power(margin, clustersOf(moments, units)),
    smallest: () => null,
  };
}
