import { connorSize, millerSize, unchangedSize } from "../../stats/planning/paired-planning.ts";
import type { PairedMoments } from "./moments.ts";
import type { Aim, ComparisonFound } from "../found.ts";

const POWER = 0.8;
const PLAN = { alpha: 0.05, power: POWER, sides: 2 } as const;
/** Fewer cases than this say little about how many change. */
const ROUGH = 20;

/**
 * Cases it takes to see a difference of `target`, from what these runs show, as `agentops stats sample-size --paired` plans it:
 * Connor's formula at the share of cases that changed, or Miller's from the variance between and within cases where there are
 * several trials; where nothing changed, the cases that exclude the difference if nothing will. Null for one cluster.
 */
export function needOf(moments: PairedMoments, target: number): ComparisonFound["need"] {
  if (moments.designEffect === null) return null;
  const { size, why } = sizeFor(moments, target, moments.cases < ROUGH ? moments.cases : null);
  return { cases: Math.ceil(moments.designEffect * size), why };
}

function sizeFor(
  { single, discordance: seen, components }: PairedMoments,
  target: number,
  rough: number | null,
): { size: number; why: Aim } {
  const spread = components === null ? 0 : components.omega2 + components.sigma2Control + components.sigma2Candidate;
  if (single ? seen === 0 : spread === 0) {
    const size = unchangedSize({ difference: target, alpha: PLAN.alpha });
    return { size, why: { code: "exclude", target, rough } };
  }
  const why = { code: "see", target, rough, power: POWER } as const;
  if (single || components === null) {
    // A difference of `target` takes at least as many changed cases.
    const discordance = Math.max(seen, target);
    const size = connorSize({ discordance, difference: target, ...PLAN });
    return { size, why: { ...why, discordance } };
  }
  const size = millerSize({ ...components, difference: target, ...PLAN });
  return { size, why: { ...why, discordance: null } };
}
