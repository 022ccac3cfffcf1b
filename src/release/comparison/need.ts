import { connorSize, millerSize } from "../../stats/paired-planning.ts";
import type { PairedMoments } from "./moments.ts";
import type { Comparison } from "./schema.ts";
import { points, share } from "./words.ts";

const POWER = 0.8;
const PLAN = { alpha: 0.05, power: POWER, sides: 2 } as const;

/**
 * Cases it takes to see a difference of `target`, from what these runs show, as `agentops stats sample-size --paired` plans it:
 * Connor's formula at the share of cases that changed, or Miller's from the variance between and within cases where there are
 * several trials. Null where the runs never differ.
 */
export function needOf(
  { single, discordance: seen, components, designEffect }: PairedMoments,
  target: number,
): Comparison["need"] {
  const why = `to see a difference of ${points(target)} with ${POWER * 100} % power`;
  const cases = (size: number) => Math.ceil((designEffect ?? 1) * size);
  if (single) {
    // A difference of `target` takes at least as many changed cases.
    const discordance = Math.max(seen, target);
    const size = connorSize({ discordance, difference: target, ...PLAN });
    return { cases: cases(size), why: `${why} at ${share(discordance)} of cases changing` };
  }
  if (components === null || components.omega2 + components.sigma2Control + components.sigma2Candidate === 0)
    return null;
  const size = millerSize({ ...components, difference: target, ...PLAN });
  return { cases: cases(size), why: `${why} at this spread between cases and trials` };
}
