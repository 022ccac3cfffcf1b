import type { PairedMoments } from "../comparison/moments.ts";
import {
  connorSize,
  millerEffect,
  millerPower,
  millerSize,
  miettinenSize,
  pairedEffect,
  pairedPower,
} from "../../stats/paired-planning.ts";
import type { VarianceComponents } from "../../stats/variance-components.ts";
import { type PlannedTest, wholeUp } from "./planned-test.ts";
import { chosenMethod, type PlanRequest, refuse, sidesOf } from "./request.ts";

/** The test of a paired plan, from what stored runs showed. One trial a side: Connor; repeated trials, or a margin: Miller. */
export function pairedTest(request: PlanRequest, moments: PairedMoments): PlannedTest {
  const repeated = moments.components !== null && !moments.single;
  const method =
    request.margin !== undefined
      ? chosenMethod(request.method, ["miller"])
      : chosenMethod(request.method, repeated ? ["miller", "connor", "miettinen"] : ["connor", "miettinen", "miller"]);
  const inflation = moments.designEffect ?? 1;
  const test = method === "miller" ? byVariance(request, moments) : byDiscordance(method, request, moments.discordance);
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
    // A case of its own is not half a case: two are the least that show a difference vary.
    sizesFor: (effect) => sizesOf(Math.max(2, wholeUp(inflation * test.size(effect)))),
    power: (effect, cases) => test.power(effect, cases / inflation),
    smallest: (cases) => test.effect(cases / inflation),
  };
}

interface CaseTest {
  trials: { control: number; candidate: number };
  size: (difference: number) => number;
  power: (difference: number, cases: number) => number;
  effect: (cases: number) => number | null;
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
  return refuse(
    "these runs never differ, so they say nothing about how many cases it takes",
    "take runs with more cases, or of versions that differ",
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
  const size = millerSize({
    ...twice,
    difference: effect,
    alpha: request.alpha,
    power: request.power,
    sides: sidesOf(request),
  });
  return { help: noise >= omega2 / 4, casesWithTwice: Math.max(2, wholeUp((moments.designEffect ?? 1) * size)) };
}
