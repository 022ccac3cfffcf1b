import { isClustered } from "../comparison/metrics/cluster-effect.ts";
import type { PairedMoments } from "../comparison/metrics/moments.ts";
import {
  caseVariance,
  connorSize,
  millerEffect,
  millerPower,
  millerSize,
  miettinenSize,
  pairedEffect,
  pairedPower,
  unchangedSize,
} from "../stats/planning/paired-planning.ts";
import type { VarianceComponents } from "../stats/samples/variance-components.ts";
import { clusteredTest, unchangedClusters } from "./clustered.ts";
import { LEAST_A_SIDE, type PlannedTest, type Sizes, wholeUp } from "./planned-test.ts";
import { chosenMethod, type PlanRequest, refuse, sidesOf } from "./request.ts";

/**
 * The test of a paired plan, from what stored runs showed. One trial a side: Connor; repeated trials, or a margin: Miller. Where
 * nothing ever varied there is no spread to plan with: then a margin takes what Tango's interval needs without a changed case.
 */
export function pairedTest(request: PlanRequest, moments: PairedMoments): PlannedTest {
  const still = moments.discordance === 0;
  if (still && request.margin !== undefined) return unchangedTest(request, moments);
  const repeated = moments.components !== null && !moments.single && !still;
  const method =
    request.margin !== undefined
      ? chosenMethod(request.method, ["miller"])
      : chosenMethod(request.method, repeated ? ["miller", "connor", "miettinen"] : ["connor", "miettinen", "miller"]);
  const test = method === "miller" ? byVariance(request, moments) : byDiscordance(method, request, moments.discordance);
  if (isClustered(moments)) {
    const spreadAt = (difference: number) => ({ variance: test.variance(difference), trials: test.trials });
    return clusteredTest({ method, sides: sidesOf(request) }, request, moments, spreadAt);
  }
  const sizesOf = (cases: number) => ({
    units: cases,
    control: wholeUp(cases * test.trials.control),
    candidate: wholeUp(cases * test.trials.candidate),
  });
  return {
    method,
    unit: "cases",
    sides: sidesOf(request),
    sizesOf,
    sizesFor: (effect) => atLeast(sizesOf, test.size(effect)),
    power: (effect, { units }) => test.power(effect, units),
    smallest: ({ units }) => test.effect(units),
  };
}

function atLeast(sizesOf: (cases: number) => Sizes, cases: number): Sizes {
  const whole = wholeUp(cases);
  return { ...sizesOf(Math.max(LEAST_A_SIDE, whole)), raised: whole < LEAST_A_SIDE };
}

/** Two-sided, as the interval that `diff` and `gate` judge a margin by. */
function unchangedTest(request: PlanRequest, moments: PairedMoments): PlannedTest {
  if (request.sides === 1)
    refuse("where nothing changed a margin is judged by a two-sided interval: leave --sided out");
  const method = chosenMethod(request.method, ["tango"]);
  if (isClustered(moments)) return unchangedClusters(request, moments);
  const sizesOf = (cases: number) => ({ units: cases, control: cases, candidate: cases });
  const least = (margin: number) => unchangedSize({ difference: margin, alpha: request.alpha });
  return {
    method,
    unit: "cases",
    sides: 2,
    sizesOf,
    sizesFor: (margin) => atLeast(sizesOf, least(margin)),
    power: (margin, { units }) => (units >= wholeUp(least(margin)) ? 1 : 0),
    smallest: () => null,
  };
}

interface CaseTest {
  trials: { control: number; candidate: number };
  size: (difference: number) => number;
  power: (difference: number, cases: number) => number;
  effect: (cases: number) => number | null;
  /** Of one case's difference. */
  variance: (difference: number) => number;
}

function byDiscordance(method: "connor" | "miettinen", request: PlanRequest, seen: number): CaseTest {
  const levels = { alpha: request.alpha, power: request.power, sides: sidesOf(request) };
  // A difference takes at least as many cases that change.
  const plan = (difference: number) => ({ difference, discordance: Math.max(seen, difference), ...levels });
  const size = method === "connor" ? connorSize : miettinenSize;
  return {
    trials: { control: 1, candidate: 1 },
    size: (difference) => size(plan(difference)),
    power: (difference, cases) => pairedPower({ ...plan(difference), cases }, method),
    effect: (cases) => pairedEffect({ ...levels, discordance: seen, cases }, method),
    variance: (difference) => Math.max(seen, difference) - difference ** 2,
  };
}

function byVariance(request: PlanRequest, moments: PairedMoments): CaseTest {
  const variances = variancesOf(request, moments);
  const levels = { alpha: request.alpha, power: request.power, sides: sidesOf(request) };
  return {
    trials: { control: variances.trialsControl, candidate: variances.trialsCandidate },
    size: (difference) => millerSize({ ...variances, difference, ...levels }),
    power: (difference, cases) => millerPower({ ...variances, difference, cases, ...levels }),
    effect: (cases) => {
      const effect = millerEffect({ ...variances, cases, ...levels });
      return effect > 1 ? null : effect;
    },
    variance: () => caseVariance(variances),
  };
}

/** Variance components of two runs; for a margin, one run is enough: a candidate that is as good is expected to change nothing. */
function variancesOf({ margin }: PlanRequest, { components, discordance, cases }: PairedMoments): VarianceComponents {
  const alone = margin === undefined ? null : { omega2: 0, sigma2Control: discordance / 2, sigma2Candidate: discordance / 2, trialsControl: 1, trialsCandidate: 1 }; // prettier-ignore
  const found = components ?? alone;
  if (found === null) {
    const why =
      cases < 2 ? "one shared case has no variance" : "one run does not show how cases differ between versions";
    return refuse(`--method miller: ${why}`, "name two runs of the same cases: --from CONTROL --from CANDIDATE");
  }
  if (found.omega2 + found.sigma2Control + found.sigma2Candidate > 0) return found;
  const never = discordance === 0;
  return refuse(
    never
      ? "--method miller: these runs never differ, so they have no spread to plan with"
      : "--method miller: these runs differ by as much on every case, so they have no spread to plan with",
    never
      ? "leave --method out, or take runs of versions that differ"
      : "--method connor plans from the share of cases that differ",
  );
}

/** Whether more trials a case would save cases: stop raising K when σ²/K < ω²/4 (Miller 2024, §3.2). Null where σ² is unknown. */
export function moreTrials(
  request: PlanRequest,
  moments: PairedMoments,
  effect: number,
): { help: boolean; casesWithTwice: number } | null {
  const { components } = moments;
  if (components === null || moments.single) return null;
  const { omega2, sigma2Control, sigma2Candidate, trialsControl, trialsCandidate } = components;
  const noise = (sigma2Control / trialsControl + sigma2Candidate / trialsCandidate) / 2;
  const twice = { ...components, trialsControl: 2 * trialsControl, trialsCandidate: 2 * trialsCandidate };
  return {
    help: noise >= omega2 / 4,
    casesWithTwice: pairedTest(request, { ...moments, components: twice }).sizesFor(effect).units,
  };
}
