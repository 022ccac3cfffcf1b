import { connorSize, millerSize } from "../../stats/paired-planning.ts";
import { clusteredError } from "../../stats/clustered.ts";
import { byGroup, groupSums } from "./groups.ts";
import type { CaseMeans } from "./pair.ts";
import type { Comparison } from "./schema.ts";
import { points, share } from "./words.ts";
import { differences, majorityCounts } from "./tested.ts";

const POWER = 0.8;
const PLAN = { alpha: 0.05, power: POWER, sides: 2 } as const;

/**
 * Cases it takes to see a difference of `target`, from what these runs show: Connor's formula at the share of cases that
 * changed, or the spread of the case differences where trials or clusters make the cases unequal witnesses.
 */
export function needOf(means: CaseMeans, target: number): Comparison["need"] {
  if (means.single && means.groups === null) {
    const { onlyControl, onlyCandidate } = majorityCounts(means);
    const seen = (onlyControl + onlyCandidate) / means.control.length;
    // A difference of `target` takes at least as many changed cases.
    const discordance = Math.max(seen, target);
    const cases = Math.ceil(connorSize({ discordance, difference: target, ...PLAN }));
    return {
      cases,
      why: `to see a difference of ${points(target)} with ${POWER * 100} % power at ${share(discordance)} of cases changing`,
    };
  }
  const omega2 = spread(means);
  if (omega2 === null || omega2 === 0) return null;
  const size = millerSize({
    omega2,
    sigma2Control: 0,
    sigma2Candidate: 0,
    trialsControl: 1,
    trialsCandidate: 1,
    difference: target,
    ...PLAN,
  });
  return {
    cases: Math.ceil(size),
    why: `to see a difference of ${points(target)} with ${POWER * 100} % power at this spread between cases and trials`,
  };
}

/** n·SE²: the variance of one case's difference with everything that correlates cases in it. */
function spread(means: CaseMeans): number | null {
  const error = clusteredError(groupSums(byGroup(differences(means), means.groups)));
  return error === null ? null : error * error * means.control.length;
}
