import { exactHarmPower, exactNonInferiorityPower } from "../stats/planning/exact-power.ts";
import { nonInferiorityPower, nonInferioritySize } from "../stats/planning/non-inferiority-planning.ts";
import {
  twoProportionEffect,
  twoProportionPower,
  twoProportionSize,
} from "../stats/planning/two-proportion-planning.ts";
import type { Sides } from "../stats/planning/normal-test.ts";
import { LEAST_A_SIDE, type PlannedTest, type Sizes, wholeUp } from "./planned-test.ts";
import { chosenMethod, type PlanRequest, refuse, sidesOf } from "./request.ts";

/** Two arms of independent observations with a known success rate of the control. */
interface Unpaired {
  baseline: number;
  /** Observations of the control for each of the candidate. */
  ratio: number;
  direction: "down" | "up";
}

const APPROXIMATE = ["pooled", "unpooled", "arcsine", "continuity"] as const;
const ENUMERATED = ["exact", "fisher"] as const;
/** Enumeration takes time that grows with the arms; beyond this the approximations are as good. */
const MOST_ENUMERATED = { exact: 1_000_000, fisher: 20_000 };

/** The test of an unpaired plan. @param enumerated whether methods that enumerate outcomes are on offer */
export function unpairedTest(request: PlanRequest, baseline: number, enumerated = false): PlannedTest {
  const arms = { baseline, ratio: ratioOf(request), direction: request.direction };
  if (request.margin !== undefined) return marginTest(request, arms, enumerated);
  const method = chosenMethod(request.method, enumerated ? [...APPROXIMATE, ...ENUMERATED] : APPROXIMATE);
  const levels = { alpha: request.alpha, power: request.power, sides: sidesOf(request) };
  const common = {
    method,
    unit: "observations" as const,
    sides: levels.sides,
    sizesOf: (n: number) => split(n, arms.ratio),
  };
  const rates = (effect: number) => ratesOf(arms, requireEffect(effect, arms));
  if (method === "exact" || method === "fisher") return { ...common, ...enumeration(method, arms, levels) };
  return {
    ...common,
    sizesFor: (effect) => grown(twoProportionSize(method, rates(effect), levels), arms.ratio),
    power: (effect, { control, candidate }) =>
      twoProportionPower(method, { ...rates(effect), ratio: control / candidate }, candidate, levels),
    smallest: ({ control, candidate }, direction) =>
      twoProportionEffect(method, { control: baseline, ratio: control / candidate, n: candidate }, direction, levels),
    ...((method === "pooled" || method === "unpooled") && {
      exactSize: (sizes: Sizes) => trueLevel(method, arms, sizes, levels),
    }),
  };
}

/** Chance that the test finds a difference where both arms have the baseline's rate; both tails of a two-sided one. */
function trueLevel(
  test: "pooled" | "unpooled",
  { baseline, direction }: Unpaired,
  { control, candidate, units }: Sizes,
  { alpha, sides }: { alpha: number; sides: Sides },
): number | null {
  if (units > MOST_ENUMERATED.exact) return null;
  const tails = sides === 2 ? [baseline, 1 - baseline] : [direction === "down" ? baseline : 1 - baseline];
  const tailOf = (rate: number) =>
    exactHarmPower(
      test,
      { control: rate, candidate: rate, controlSize: control, candidateSize: candidate },
      alpha / sides,
    );
  return tails.map(tailOf).reduce((sum, level) => sum + level);
}

/** Exact power of the pooled test, or of Fisher's, in the direction of the effect; a gain is a drop of failures. */
function enumeration(
  method: "exact" | "fisher",
  arms: Unpaired,
  { alpha, sides }: { alpha: number; sides: Sides },
): Pick<PlannedTest, "sizesFor" | "power" | "smallest" | "falseAlarm"> {
  const at = (candidate: number, asked: Sizes) => {
    const turned = (rate: number) => (arms.direction === "down" ? rate : 1 - rate);
    const sizes = requireEnumerable(method, asked);
    const design = { control: turned(arms.baseline), candidate: turned(candidate) };
    const test = method === "exact" ? "pooled" : "fisher";
    return exactHarmPower(
      test,
      { ...design, controlSize: sizes.control, candidateSize: sizes.candidate },
      alpha / sides,
    );
  };
  return {
    sizesFor: notEnumerated,
    smallest: notEnumerated,
    power: (effect, sizes) => at(ratesOf(arms, requireEffect(effect, arms)).candidate, sizes),
    falseAlarm: (_effect, sizes) => at(arms.baseline, sizes),
  };
}

/** Non-inferiority: the candidate is expected to be as good as the control. */
function marginTest(request: PlanRequest, arms: Unpaired, enumerated: boolean): PlannedTest {
  const methods = ["farrington-manning", "unpooled"] as const;
  const method = chosenMethod(request.method, enumerated ? [...methods, "exact"] : methods);
  if (arms.direction === "up") refuse("--margin says how much worse the candidate may be; leave --direction out");
  const sides = sidesOf(request);
  const { baseline, ratio } = arms;
  const plan = (margin: number) => ({
    control: baseline,
    candidate: baseline,
    ratio,
    margin: requireEffect(margin, arms),
  });
  const common = {
    method,
    unit: "observations" as const,
    sides,
    sizesOf: (n: number) => split(n, ratio),
    smallest: notEnumerated,
  };
  if (method !== "exact") {
    return {
      ...common,
      sizesFor: (margin) => grown(nonInferioritySize(method, plan(margin), request), ratio),
      power: (margin, { control, candidate }) =>
        nonInferiorityPower(method, { ...plan(margin), ratio: control / candidate }, candidate, request.alpha),
    };
  }
  const at = (candidate: number, margin: number, sizes: Sizes) => {
    const { control: controlSize, candidate: candidateSize } = requireEnumerable(method, sizes);
    const design = { ...plan(margin), candidate, controlSize, candidateSize };
    return exactNonInferiorityPower("farrington-manning", design, request.alpha);
  };
  return {
    ...common,
    sizesFor: notEnumerated,
    power: (margin, sizes) => at(baseline, margin, sizes),
    falseAlarm: (margin, sizes) => at(baseline - margin, margin, sizes),
  };
}

function ratioOf({ allocation, control, candidate }: PlanRequest): number {
  if (control === undefined && candidate === undefined) return (1 - (allocation ?? 0.5)) / (allocation ?? 0.5);
  if (control === undefined || candidate === undefined)
    refuse("--control and --candidate go together: how many of each arm");
  if (allocation !== undefined)
    refuse("--allocation and --control/--candidate exclude each other: the arms already say the candidate's share");
  return control / candidate;
}

function ratesOf({ baseline, ratio, direction }: Unpaired, effect: number) {
  const candidate = direction === "down" ? baseline - effect : baseline + effect;
  return { control: baseline, candidate: Math.min(1, Math.max(0, candidate)), ratio };
}

function requireEffect(effect: number, { baseline, direction }: Unpaired): number {
  if (direction === "down" && baseline === 0)
    refuse("a control that never succeeds cannot get worse", "look for a gain: --mde 0.05 --direction up");
  if (direction === "down" && effect >= baseline) {
    refuse(`a drop of ${effect} from ${baseline} leaves nothing: it must be less than the baseline`);
  }
  // Rounding may put 0.95 + 0.05 just above 1.
  if (direction === "up" && baseline + effect > 1 + 1e-9) refuse(`a gain of ${effect} from ${baseline} is beyond 1`);
  return effect;
}

function requireEnumerable(method: "exact" | "fisher", sizes: Sizes): Sizes {
  if (sizes.units <= MOST_ENUMERATED[method]) return sizes;
  return refuse(
    `--method ${method} counts outcomes one by one, up to ${MOST_ENUMERATED[method]} observations`,
    "leave --method out",
  );
}

function notEnumerated(): never {
  return refuse("no size can be planned that way");
}

/** Up to whole ones, and to the least in the smaller arm. */
function grown(candidate: number, ratio: number): Sizes {
  const whole = Math.max(wholeUp(candidate), LEAST_A_SIDE, wholeUp(LEAST_A_SIDE / ratio));
  const control = wholeUp(ratio * whole);
  return { candidate: whole, control, units: control + whole, raised: whole > wholeUp(candidate) };
}

function split(n: number, ratio: number): Sizes {
  const candidate = Math.round(n / (1 + ratio));
  if (candidate < 1 || candidate >= n)
    refuse(`${n === 1 ? "1 observation leaves" : `${n} observations leave`} an arm empty at this allocation`);
  return { candidate, control: n - candidate, units: n };
}
