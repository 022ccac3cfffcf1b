import { clopperPearson } from "../../stats/proportions/clopper-pearson.ts";
import { mcnemar, mcnemarTest } from "../../stats/proportions/mcnemar.ts";
import { newcombePaired } from "../../stats/proportions/newcombe-paired.ts";
import { normalQuantile } from "../../stats/distributions/normal.ts";
import type { PairedCounts } from "../../stats/proportions/paired-counts.ts";
import { wilson } from "../../stats/proportions/proportion.ts";
import { tango } from "../../stats/proportions/tango.ts";
import { type Counted, miettinenNurminen, newcombe } from "../../stats/proportions/two-proportions.ts";
import { chosenMethod, refuse } from "../request.ts";
import type { Found, PlanNote } from "../found.ts";
import type { CiReport } from "../schema.ts";

/** What every interval is asked with. */
export interface IntervalRequest {
  alpha: number;
  method: string | undefined;
}

/** Interval of one proportion. Throws USAGE on impossible counts. */
export function proportionInterval(sample: Counted, { alpha, method }: IntervalRequest): Found<CiReport> {
  const chosen = chosenMethod(method, ["wilson", "clopper-pearson"]);
  const { successes, n } = requireCounts(sample);
  const interval =
    chosen === "wilson" ? wilson(successes, n, -normalQuantile(alpha / 2)) : clopperPearson(successes, n, alpha);
  return {
    ...report(alpha),
    kind: "proportion",
    method: chosen,
    estimate: successes / n,
    interval,
    sample: rated(sample),
  };
}

/** Interval of candidate − control, two independent samples. Throws USAGE on impossible counts. */
export function differenceInterval(
  control: Counted,
  candidate: Counted,
  { alpha, method }: IntervalRequest,
): Found<CiReport> {
  const chosen = chosenMethod(method, ["miettinen-nurminen", "newcombe"]);
  const of = chosen === "newcombe" ? newcombe : miettinenNurminen;
  const sides = { control: rated(requireCounts(control)), candidate: rated(requireCounts(candidate)) };
  const estimate = sides.candidate.rate - sides.control.rate;
  return {
    ...report(alpha),
    kind: "difference",
    method: chosen,
    estimate,
    interval: of(control, candidate, alpha),
    ...sides,
  };
}

/** Interval of candidate − control over the same cases, with McNemar's test. Throws USAGE without any pair. */
export function pairedInterval(pairs: PairedCounts, { alpha, method }: IntervalRequest): Found<CiReport> {
  const chosen = chosenMethod(method, ["tango", "newcombe"]);
  const n = pairs.bothPass + pairs.onlyControl + pairs.onlyCandidate + pairs.neither;
  if (n === 0) refuse("--pairs are all 0: there is no case to compare");
  const interval = (chosen === "tango" ? tango : newcombePaired)(pairs, alpha);
  const estimate = (pairs.onlyCandidate - pairs.onlyControl) / n;
  const pValue = mcnemar(pairs.onlyControl, pairs.onlyCandidate);
  const { test } = mcnemarTest(pairs.onlyControl, pairs.onlyCandidate);
  return { ...report(alpha), kind: "paired", method: chosen, estimate, interval, pairs, pValue, test };
}

export function report(alpha: number) {
  return { schema: "agentops.stats/1" as const, action: "ci" as const, confidence: 1 - alpha, notes: [] as PlanNote[] };
}

function rated({ successes, n }: Counted) {
  return { successes, n, rate: successes / n };
}

function requireCounts(sample: Counted): Counted {
  if (sample.n === 0) refuse("0 trials say nothing: there must be at least one");
  if (sample.successes > sample.n)
    refuse(`${sample.successes} successes of ${sample.n} trials: there cannot be more successes than trials`);
  return sample;
}
