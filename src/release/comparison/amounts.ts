import { clusteredT } from "../../stats/clustered-t.ts";
import { byGroup, groupSums } from "./groups.ts";
import type { CaseMeans } from "./pair.ts";
import type { ComparedMetric } from "./schema.ts";
import { estimates, type Tested, testMeans } from "./tested.ts";

/** Tests an amount per task (USD, tokens): the paired difference of case means, and their ratio. */
export function testAmount(means: CaseMeans): Tested {
  return { ...testMeans(means), ratio: pairedRatio(means) };
}

/**
 * Ratio of the means candidate / control over the same cases, with its delta-method interval on the log scale:
 * Var(log R) = Var(mean(x_i − R y_i)) / (R ȳ)², CR1 over groups, t with C − 1 df.
 * Source: Cochran (1977), Sampling Techniques, §6.3, with clustered residuals.
 * @returns null where the control's or the candidate's mean is not above 0
 */
function pairedRatio(means: CaseMeans): ComparedMetric["ratio"] {
  const { control, candidate } = estimates(means);
  if (!(control > 0 && candidate > 0)) return null;
  const ratio = candidate / control;
  const residuals = means.control.map((y, i) => (means.candidate[i] as number) - ratio * y);
  const t = clusteredT(groupSums(byGroup(residuals, means.groups)));
  if (t === null) return { estimate: ratio, ci95: null };
  const half = (t.interval[1] - t.estimate) / candidate;
  return { estimate: ratio, ci95: [ratio * Math.exp(-half), ratio * Math.exp(half)] };
}
