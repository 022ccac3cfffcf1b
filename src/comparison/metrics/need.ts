import { LEAST_DISCORDANT } from "../../stats/proportions/mcnemar.ts";
import { mcnemarDrop } from "../../stats/planning/mcnemar-power.ts";
import { connorSize, millerEffect, millerSize, unchangedSize } from "../../stats/planning/paired-planning.ts";
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
 * seen, where it is larger than the one asked for, and else that one; the other beside it. Null for one cluster.
 * @param target the difference asked for
 * @param decided these cases showed a difference; where they did not, it takes more of them
 */
export function needOf(moments: PairedMoments, target: number, decided: boolean): ComparisonFound["need"] {
  const { designEffect, cases } = moments;
  const least = decided ? 0 : cases + 1;
  if (designEffect === null) return null;
  const rough = cases < ROUGH ? cases : null;
  const asked = sized(least, designEffect, askedFor(moments, target, rough));
  const seen = seenHere(moments, rough);
  if (seen === null) return { ...asked, other: null };
  const found = sized(least, designEffect, seen);
  return seen.why.target > target ? { ...found, other: asked } : { ...asked, other: found };
}

interface Sized {
  size: number;
  why: Aim;
}

function sized(least: number, designEffect: number, { size, why }: Sized): NeedFound {
  return { cases: Math.max(least, Math.ceil(designEffect * size)), why };
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
    return { size, why: { code: "exclude", ...why } };
  }
  if (single || components === null || spread === 0) {
    // A difference of `target` takes at least as many changed cases.
    const discordance = Math.max(seen, target);
    const size = connorSize({ discordance, difference: target, ...PLAN });
    return { size, why: { code: "see", ...why, power: POWER, discordance } };
  }
  const size = millerSize({ ...components, difference: target, ...PLAN });
  return { size, why: { code: "see", ...why, power: POWER, discordance: null } };
}

/** The same for what was seen; however clear it is, fewer than six changed cases show nothing. Null where the sides came out alike. */
function seenHere(moments: PairedMoments, rough: number | null): Sized | null {
  const { single, discordance, components, difference, changed, cases } = moments;
  const target = Math.abs(difference ?? 0);
  if (target === 0 || changed === 0) return null;
  const least = (LEAST_DISCORDANT * cases) / changed;
  const why = { code: "see", of: "seen", target, rough, power: POWER } as const;
  if (single || components === null) {
    const size = connorSize({ discordance: Math.max(discordance, target), difference: target, ...PLAN });
    return { size: Math.max(least, size), why: { ...why, discordance } };
  }
  const size = millerSize({ ...components, difference: target, ...PLAN });
  return { size: Math.max(least, size), why: { ...why, discordance: null } };
}

/**
 * The smallest drop that these cases show with 80 % power; null where they show none, or come in one cluster. A drop takes at least as
 * many changed cases as itself, so that runs without a change do not promise more.
 */
export function smallestDrop({ cases, designEffect, single, discordance, components }: PairedMoments): number | null {
  if (designEffect === null) return null;
  const independent = Math.floor(cases / designEffect);
  const drop = mcnemarDrop({ cases: independent, discordance: single ? discordance : 0 }, POWER);
  if (drop === null || single || components === null) return drop;
  return Math.min(1, Math.max(drop, millerEffect({ ...components, cases: independent, ...PLAN })));
}

/** The same for cases that nothing is known of but their number: no run shows less. */
export function smallestDropAtBest(cases: number): number | null {
  return mcnemarDrop({ cases, discordance: 0 }, POWER);
}
