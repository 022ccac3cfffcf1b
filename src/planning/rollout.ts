import { harmSettings, nonInferioritySettings } from "../stats/sequential/canary-engine.ts";
import { arrivalsUntil, type Stretch } from "../stats/planning/canary-planning.ts";
import { fewerSteps, knownBy, openEnded, pastDeadline, type Question, shownInTime } from "./by-deadline.ts";
import type { Known } from "./known.ts";
import { baselineOf } from "./plan.ts";
import { wholeUp } from "./planned-test.ts";
import { refuse } from "./request.ts";
import type { Found, PlanNote } from "./found.ts";
import type { RolloutForecast } from "./schema.ts";

/** What somebody asks of a rollout's plan. Shares are in 0–1. */
export interface RolloutRequest {
  baseline: number | undefined;
  mde: number;
  margin: number;
  alpha: number;
  guardrails: number;
  /** Of the alarm, what the success rate has beside so many guardrails; in (0, 1]. */
  alarmShare: number;
  /** Weights in rising order. */
  steps: readonly number[];
  /** Arrivals of both arms an hour. */
  perHour: number;
  stepHours: number;
  stepObservations: number;
  /** Hours of traffic before everybody gets it. */
  trafficHours: number;
  /** A unit counts so many hours after it was served. */
  settleHours: number;
  /** When it is paused as inconclusive. */
  deadlineHours: number;
}

/**
 * How long a rollout takes for a harmful and for a harmless candidate. A step is left after its least time and observations unless
 * harm was shown; the evidence counts on through the steps; the last step below 1 lasts until the candidate is shown not to be worse.
 * Throws USAGE on a plan that cannot be.
 */
export function planRollout(request: RolloutRequest, known: Known | null): Found<RolloutForecast> {
  const { mde, margin, alpha, guardrails, perHour, stepHours, stepObservations, trafficHours, settleHours, deadlineHours } = request; // prettier-ignore
  const baseline = baselineOf(request.baseline, known, "agentops stats plan --baseline 0.95 --per-hour 200");
  if (mde >= baseline) refuse(`a drop of ${mde} from ${baseline} leaves nothing: it must be less than the baseline`);
  const ramp = rampOf(request);
  const harmful = {
    settings: harmSettings(mde, baseline),
    candidate: baseline - mde,
    alpha: alpha * request.alarmShare,
  };
  const harmless = { settings: nonInferioritySettings(margin, baseline), candidate: baseline, alpha };
  const plan: Found<RolloutForecast> = {
    schema: "agentops.stats/1",
    action: "plan",
    method: "aipw-betting",
    baseline,
    mde,
    margin,
    alpha,
    guardrails,
    harmThreshold: 1 / alpha / request.alarmShare,
    safeThreshold: 1 / alpha,
    perHour,
    stepHours,
    stepObservations,
    trafficHours,
    settleHours,
    deadlineHours,
    byDeadline: shownInTime(harmful, ramp, baseline, request),
    steps: request.steps.map((weight, step) => stepOf(weight, ramp[step], { request, baseline, harmful, harmless })),
    harmful: { outcome: "rolled-back", ...decided(harmful, ramp, 0, baseline, request) },
    harmless: {
      outcome: "promoted",
      ...decided(harmless, ramp, Math.max(arrivalsOf(ramp), trafficHours * perHour), baseline, request),
    },
    evidence: known?.evidence ?? null,
    notes: [],
  };
  const fewer = fewerSteps([harmful, harmless], ramp, baseline, request);
  return { ...plan, notes: [...(known?.notes ?? []), ...pastDeadline(plan, fewer), ...rolloutNotes(plan)] };
}

/** Each step below 1, with the arrivals it takes while nothing is decided. */
function rampOf({ steps, perHour, stepHours, stepObservations, settleHours }: RolloutRequest): Stretch[] {
  if (steps.some((weight, i) => i > 0 && weight <= (steps[i - 1] as number)))
    refuse(`--steps must rise, got ${steps.join(",")}`);
  const split = steps.filter((weight) => weight < 1);
  if (split.length === 0)
    refuse("at a weight of 1 there is no control to compare with: --steps needs one below 1", "--steps 0.05,0.5,1");
  const settling = settleHours * perHour;
  // Until its own units settle, those of the step before do.
  return split.map((weight) => ({
    weight,
    arrivals: settling + Math.max(stepHours * perHour, stepObservations / weight),
  }));
}

function stepOf(
  weight: number,
  stretch: Stretch | undefined,
  { request, baseline, ...of }: { request: RolloutRequest; baseline: number; harmful: Question; harmless: Question },
): RolloutForecast["steps"][number] {
  const { perHour, settleHours } = request;
  const candidatePerHour = perHour * weight;
  if (stretch === undefined) return { weight, candidatePerHour, least: null, alone: null };
  const alone = (question: Question) => {
    const open = [{ weight, arrivals: Infinity }];
    return duration(weight, expected(question, open, baseline) + settleHours * perHour, perHour);
  };
  return {
    weight,
    candidatePerHour,
    least: duration(weight, stretch.arrivals, perHour),
    alone: { harmful: alone(of.harmful), harmless: alone(of.harmless) },
  };
}

/** @param least arrivals before which there is no such decision, whatever the evidence */
function decided(
  question: Question,
  ramp: readonly Stretch[],
  least: number,
  baseline: number,
  { perHour, stepHours, settleHours }: RolloutRequest,
) {
  const open = openEnded(ramp);
  const mean = expected(question, open, baseline);
  const late = mean + Math.hypot(knownBy(question, ramp, baseline) - mean, P90 * waitSpread(ramp, mean, { perHour, stepHours, settleHours })); // prettier-ignore
  // Arrivals decide once they have settled.
  const at = (arrivals: number) =>
    momentAt(open, Math.max(least, countable(arrivals) + settleHours * perHour), perHour);
  return { successRate: question.candidate, expected: at(mean), p90: at(late) };
}

/** Standard normal quantile of nine in ten. */
const P90 = 1.2815515655446004;

/**
 * How much the arrivals vary, as one standard deviation, in which the steps before a moment get the units they wait for: those of n units at a
 * weight w are n/w on average, with a variance of n(1 − w)/w² (negative binomial). Steps that wait for time do not.
 */
function waitSpread(
  ramp: readonly Stretch[],
  arrivals: number,
  { perHour, stepHours, settleHours }: Pick<RolloutRequest, "perHour" | "stepHours" | "settleHours">,
): number {
  let [left, variance] = [arrivals, 0];
  // The last one lasts until something is decided.
  for (const { weight, arrivals: long } of ramp.slice(0, -1)) {
    if (left < long) break;
    left -= long;
    const waited = long - settleHours * perHour;
    if (waited > stepHours * perHour * (1 + 1e-9)) variance += (waited * (1 - weight)) / weight;
  }
  return Math.sqrt(variance);
}

function expected({ settings, candidate, alpha }: Question, stretches: readonly Stretch[], baseline: number): number {
  const { lower, upper } = arrivalsUntil(settings, { control: baseline, candidate }, stretches, alpha, {
    learns: true,
  });
  return countable((lower + upper) / 2);
}

function countable(arrivals: number): number {
  if (arrivals <= 1e15) return arrivals;
  return refuse("such a difference takes more observations than can be counted");
}

/** Where a rollout is after that many arrivals. */
function momentAt(ramp: readonly Stretch[], arrivals: number, perHour: number): RolloutForecast["harmful"]["expected"] {
  let [left, candidate] = [arrivals, 0];
  for (const [step, { weight, arrivals: long }] of ramp.entries()) {
    candidate += weight * Math.min(left, long);
    if (left <= long) return { ...counted(candidate, arrivals, perHour), step, weight };
    left -= long;
  }
  throw new RangeError(`a rollout of ${arrivals} arrivals ends before its decision`);
}

function arrivalsOf(ramp: readonly Stretch[]): number {
  return ramp.reduce((sum, { arrivals }) => sum + arrivals, 0);
}

function duration(weight: number, arrivals: number, perHour: number) {
  return counted(weight * arrivals, arrivals, perHour);
}

function counted(candidate: number, arrivals: number, perHour: number) {
  return { candidate: wholeUp(candidate), arrivals: wholeUp(arrivals), hours: arrivals / perHour };
}

/** What a reader of the forecast must know before believing it. */
function rolloutNotes(forecast: Found<RolloutForecast>): PlanNote[] {
  const { mde, margin, guardrails } = forecast;
  return [
    ...thinSteps(forecast),
    ...(mde > margin ? [] : [{ code: "within-margin", mde, margin } as const]),
    ...(guardrails === 1 ? [] : [{ code: "one-of-guardrails", guardrails } as const]),
  ];
}

/** Steps that wait for observations, not for time. */
function thinSteps({
  steps,
  stepHours,
  settleHours,
  stepObservations,
  perHour,
  mde,
}: Found<RolloutForecast>): PlanNote[] {
  return steps.flatMap(({ weight, candidatePerHour, least, alone }): PlanNote[] => {
    if (least === null || alone === null || least.hours <= (stepHours + settleHours) * (1 + 1e-9)) return [];
    const waits = { observations: stepObservations, hours: least.hours, aloneHours: alone.harmful.hours };
    return [{ code: "thin-step", weight, perHour, candidatePerHour, mde, ...waits }];
  });
}
