import { LEAST_DISCORDANT } from "../../stats/proportions/mcnemar.ts";
import { mcnemarDrop } from "../../stats/planning/mcnemar-power.ts";
import { clustersFor, clusterTest, leastClusters } from "../../stats/planning/cluster-power.ts";
import { smallestEffect } from "../../stats/planning/normal-test.ts";
import {
  caseVariance,
  connorSize,
  millerEffect,
  millerSize,
  unchangedSize,
} from "../../stats/planning/paired-planning.ts";
import { FEW_GROUPS } from "../../stats/samples/sign-flip.ts";
import type { VarianceComponents } from "../../stats/samples/variance-components.ts";
import { casesACluster, type CaseSpread, clusterEffect, type ClusteredMoments, isClustered } from "./cluster-effect.ts";
import type { PairedMoments } from "./moments.ts";
import type { Aim, ComparisonFound, NeedFound } from "../found.ts";

const POWER = 0.8;
const PLAN = { alpha: 0.05, power: POWER, sides: 2 } as const;
/** Fewer cases than this say little about how many change. */
const ROUGH = 20;
/** Fewer cases than this show large differences only, which a reader has to be told. */
export const FEW_CASES = 50;

/**
 * Cases it takes to see a difference, from what these runs show, as `agentops stats sample-size --paired` plans it: the one that was
 * seen, where it is larger than the one asked for, and else that one; the other beside it. Of cases in clusters it is clusters that are
 * counted. Null for one cluster.
 * @param target the difference asked for
 * @param decided these cases showed a difference; where they did not, it takes more of them
 */
export function needOf(moments: PairedMoments, target: number, decided: boolean): ComparisonFound["need"] {
  if (moments.designEffect === null) return null;
  const [now, few] = isClustered(moments) ? [moments.clusters, FEW_GROUPS] : [moments.cases, ROUGH];
  const rough = now < few ? now : null;
  const asked = sized(moments, decided, askedFor(moments, target, rough));
  const seen = seenHere(moments, rough);
  if (seen === null) return { ...asked, other: null };
  const found = sized(moments, decided, seen);
  return seen.why.target > target ? { ...found, other: asked } : { ...asked, other: found };
}

interface Sized {
  /** Cases, if each were independent of the others. */
  size: number;
  /** Of one case's difference; null where none is planned to change, and the size is that of an interval. */
  spread: CaseSpread | null;
  why: Aim;
}

function sized(moments: PairedMoments, decided: boolean, { size, spread, why }: Sized): NeedFound {
  if (!isClustered(moments))
    return { cases: Math.max(decided ? 0 : moments.cases + 1, Math.ceil(size)), clusters: null, why };
  const now = moments.clusters;
  const wanted = spread === null ? Math.ceil(size) : clustersFor(clusterEffect(moments, spread, why.target), PLAN);
  const needed = Math.max(decided ? 0 : now + 1, wanted);
  return {
    cases: Math.ceil(needed * casesACluster(moments)),
    clusters: { now, needed, least: leastClusters(PLAN) },
    why,
  };
}

/**
 * Connor's formula at the share of cases that changed, or Miller's from the variance between and within cases where there are several
 * trials; where nothing changed, the cases that exclude the difference if nothing will.
 */
function askedFor(
  { single, discordance: seen, components, changed }: PairedMoments,
  target: number,
  rough: number | null,
): Sized {
  const why = { of: "asked", target, rough } as const;
  const spread = components === null ? 0 : components.omega2 + components.sigma2Control + components.sigma2Candidate;
  if (changed === 0 && (single ? seen === 0 : spread === 0)) {
    const size = unchangedSize({ difference: target, alpha: PLAN.alpha });
    return { size, spread: null, why: { code: "exclude", ...why } };
  }
  if (single || components === null || spread === 0) {
    // A difference of `target` takes at least as many changed cases.
    const discordance = Math.max(seen, target);
    return { ...byDiscordance(discordance, target), why: { code: "see", ...why, power: POWER, discordance } };
  }
  return { ...byVariance(components, target), why: { code: "see", ...why, power: POWER, discordance: null } };
}

/** The same for what was seen; however clear it is, fewer than six changed cases show nothing. Null where the sides came out alike. */
function seenHere(moments: PairedMoments, rough: number | null): Sized | null {
  const { single, discordance: seen, components, difference, changed, cases } = moments;
  const target = Math.abs(difference ?? 0);
  if (target === 0 || changed === 0) return null;
  const least = (LEAST_DISCORDANT * cases) / changed;
  const why = { code: "see", of: "seen", target, rough, power: POWER } as const;
  if (single || components === null) {
    const discordance = Math.max(seen, target);
    const { size, spread } = byDiscordance(discordance, target);
    return { size: Math.max(least, size), spread, why: { ...why, discordance } };
  }
  const { size, spread } = byVariance(components, target);
  return { size: Math.max(least, size), spread, why: { ...why, discordance: null } };
}

function byDiscordance(discordance: number, difference: number): Pick<Sized, "size" | "spread"> {
  const spread = { variance: discordance - difference ** 2, trials: { control: 1, candidate: 1 } };
  return { size: connorSize({ discordance, difference, ...PLAN }), spread };
}

function byVariance(components: VarianceComponents, difference: number): Pick<Sized, "size" | "spread"> {
  return { size: millerSize({ ...components, difference, ...PLAN }), spread: spreadOf(components) };
}

function spreadOf(components: VarianceComponents): CaseSpread {
  const { trialsControl: control, trialsCandidate: candidate } = components;
  return { variance: caseVariance(components), trials: { control, candidate } };
}

/**
 * The smallest drop that these cases show with 80 % power; null where they show none, or come in one cluster. A drop takes at least as
 * many changed cases as itself, so that runs without a change do not promise more.
 */
export function smallestDrop(moments: PairedMoments): number | null {
  const { cases, designEffect, single, discordance, components } = moments;
  if (designEffect === null) return null;
  if (isClustered(moments)) return clusteredDrop(moments);
  const drop = mcnemarDrop({ cases, discordance: single ? discordance : 0 }, POWER);
  if (drop === null || single || components === null) return drop;
  return Math.min(1, Math.max(drop, millerEffect({ ...components, cases, ...PLAN })));
}

/** To a tenth of a point. */
function clusteredDrop(moments: ClusteredMoments): number | null {
  const { clusters, single, discordance, components } = moments;
  const test = clusterTest(clusters, PLAN);
  const once = { variance: discordance, trials: { control: 1, candidate: 1 } };
  const seen = single || components === null ? once : spreadOf(components);
  const spreadAt = (drop: number) => ({
    ...seen,
    variance: seen === once ? Math.max(discordance, drop) - drop ** 2 : Math.max(seen.variance, drop - drop ** 2),
  });
  return smallestEffect((drop) => test(clusterEffect(moments, spreadAt(drop), drop)), 1, POWER, 1e-3);
}

/** The same for cases that nothing is known of but their number: no run shows less. */
export function smallestDropAtBest(cases: number): number | null {
  return mcnemarDrop({ cases, discordance: 0 }, POWER);
}

/** Clusters that show nothing at all, or too few for a t test, with the smallest drop that they show; null of enough of them. */
export function fewClusters(moments: PairedMoments): { clusters: number; least: number } | null {
  if (!isClustered(moments) || moments.clusters >= FEW_GROUPS) return null;
  return { clusters: moments.clusters, least: leastClusters(PLAN) };
}
