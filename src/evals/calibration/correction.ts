import { ppiMean } from "../../stats/judges/ppi.ts";
import { roganGladen, type Share } from "../../stats/judges/rogan-gladen.ts";
import { type ClusterTally, worthOf } from "../../stats/samples/cluster-tally.ts";
import type { LabelledRun } from "./evidence.ts";
import type { CalibrationFound } from "./found.ts";
import type { Rate } from "./schema.ts";

type Corrected = NonNullable<CalibrationFound["successRate"]["corrected"]>;

/** The rates people would have given the calibrated run, from the judge's. Null without labels of both kinds. */
export function correctedRates(
  evidence: LabelledRun,
  sensitivity: Rate | null,
  specificity: Rate | null,
): Corrected | null {
  const ppi = ppiMean(evidence.groups);
  if (ppi === null || sensitivity === null || specificity === null) return null;
  return {
    roganGladen: correctRate(evidence.passes, sensitivity, specificity),
    ppi: { estimate: unit(ppi.estimate), ci95: [unit(ppi.interval[0]), unit(ppi.interval[1])], lambda: ppi.lambda },
    preferred: "ppi",
  };
}

/**
 * The rate people would give any run of a judge whose error rates are known, at the sample sizes all three are worth. Null
 * where nothing was scored, or where the judge is too close to chance for its rate to say anything.
 */
export function correctRate(
  passes: ClusterTally,
  sensitivity: Rate,
  specificity: Rate,
): { estimate: number; ci95: [number, number] } | null {
  const apparent = worthOf(passes);
  if (!(apparent.n > 0)) return null;
  const found = roganGladen(apparent, shareOf(sensitivity), shareOf(specificity));
  return found === null ? null : { estimate: found.estimate, ci95: found.interval };
}

function shareOf({ estimate, effectiveN }: Rate): Share {
  return { hits: estimate * effectiveN, n: effectiveN };
}

function unit(value: number): number {
  return Math.min(1, Math.max(0, value));
}
