import { connorSize, millerSize, unchangedSize } from "../../stats/planning/paired-planning.ts";
import type { PairedMoments } from "./moments.ts";
import type { Comparison } from "../schema.ts";
import { points, share } from "../../core/words.ts";

const POWER = 0.8;
const PLAN = { alpha: 0.05, power: POWER, sides: 2 } as const;
/** Fewer cases than this say little about how many change. */
const ROUGH = 20;

/**
 * Cases it takes to see a difference of `target`, from what these runs show, as `agentops stats sample-size --paired` plans it:
 * Connor's formula at the share of cases that changed, or Miller's from the variance between and within cases where there are
 * several trials; where nothing changed, the cases that exclude the difference if nothing will. Null for one cluster.
 */
export function needOf(moments: PairedMoments, target: number): Comparison["need"] {
  if (moments.designEffect === null) return null;
  const { size, why } = sizeFor(moments, target);
  const rough = moments.cases < ROUGH ? ` (a rough guess from ${moments.cases})` : "";
  return { cases: Math.ceil(moments.designEffect * size), why: `${why}${rough}` };
}

function sizeFor(
  { single, discordance: seen, components }: PairedMoments,
  target: number,
): { size: number; why: string } {
  const spread = components === null ? 0 : components.omega2 + components.sigma2Control + components.sigma2Candidate;
  if (single ? seen === 0 : spread === 0) {
    const size = unchangedSize({ difference: target, alpha: PLAN.alpha });
    return { size, why: `to exclude a difference of ${points(target)} if no case changes` };
  }
  const why = `to see a difference of ${points(target)} with ${POWER * 100} % power`;
  if (single || components === null) {
    // A difference of `target` takes at least as many changed cases.
    const discordance = Math.max(seen, target);
    const size = connorSize({ discordance, difference: target, ...PLAN });
    return { size, why: `${why} at ${share(discordance)} of cases changing` };
  }
  const size = millerSize({ ...components, difference: target, ...PLAN });
  return { size, why: `${why} at this spread between cases and trials` };
}
