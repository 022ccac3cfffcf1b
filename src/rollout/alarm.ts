import { logMeanExp } from "../stats/distributions/log-mean.ts";
import { type CanaryProcess, logE } from "../stats/sequential/canary-engine.ts";
import { pairedLogE, type PairedProcess } from "../stats/sequential/paired-process.ts";
import type { FloorProcess } from "../stats/sequential/floor-process.ts";
import { besideControl, wealthOf } from "./floor-wealth.ts";
import { type ControlSeen, inForce } from "./floors.ts";
import type { Guardrail, Metric, RolloutPlan } from "./schema.ts";

type Weights = NonNullable<RolloutPlan["alarm"]>;

const SUCCESS_FLOOR = "success.floor";
export const COHORTS_FLOOR = "cohorts.floor";
export const REQUESTS = "success.requests";
export const PAIRED = "success.paired";

/** Shares of the one alarm; what is left is the guardrails'. */
const [FLOORS, RETURNS] = [0.1, 0.1];
/** Of a plan with copies, what pairs have; the others share the rest as they share all without. */
const PAIRS = 0.1;
/** Of the floors' share, what guardrails have together that nothing was known of at the start. */
const LATE = 0.02;

/**
 * The weights of the detectors, which sum to 1 where there is any. A guardrail without observations of the control at the start can hardly
 * say anything, so that its weight would be lost: it keeps a small one, as what is reported later must not be lost either.
 * @param seen metrics with observations of the control before the start; none: nothing is known, so all that are configured
 */
export function weightsOf(
  guardrails: readonly Guardrail[],
  seen: readonly Metric[] = [],
  { shadow = false } = {},
): Weights {
  const weights = unpairedWeights(guardrails, seen);
  if (!shadow || weights.returns === 0) return weights;
  const less = (weight: number) => weight * (1 - PAIRS);
  const rest = Object.entries(weights.guardrails).map(([name, weight]) => [name, less(weight)] as const);
  return {
    floors: less(weights.floors),
    returns: less(weights.returns),
    pairs: PAIRS,
    guardrails: Object.fromEntries(rest),
  };
}

function unpairedWeights(guardrails: readonly Guardrail[], seen: readonly Metric[]): Weights {
  const names = guardrails.filter(rollsBack).map(({ name }) => name);
  const some = names.filter((name) => seen.includes(name));
  const known = some.length > 0 ? some : names;
  const late = names.filter((name) => !known.includes(name));
  const hasFloor = guardrails.some(({ name, floor }) => name === "success" && floor !== null);
  const ofLate = late.length > 0 ? LATE : 0;
  const floors = hasFloor ? FLOORS - ofLate : 0;
  const returns = names.includes("success") ? RETURNS : 0;
  const left = 1 - returns - (hasFloor ? FLOORS : ofLate);
  return {
    floors,
    returns,
    guardrails: {
      ...Object.fromEntries(known.map((name) => [name, shareOf(name, known, left)])),
      ...Object.fromEntries(late.map((name) => [name, ofLate / late.length])),
    },
  };
}

/** Whether its harm undoes a rollout: what only pauses it, or is told, has no share in that. */
export function rollsBack({ onHarm }: Guardrail): boolean {
  return onHarm === undefined;
}

/** Success alone has all of it; else half, and the others share the other half. */
function shareOf(name: Metric, known: readonly Metric[], left: number): number {
  if (!known.includes("success") || known.length === 1) return left / known.length;
  return name === "success" ? left / 2 : left / 2 / (known.length - 1);
}

/** One detector: an e-process against "as good as the control", by ln E, and its share of the alarm. */
export interface Detector {
  name: string;
  weight: number;
  log: number;
}

/** The largest weighted mean of the detectors' e-values at any look, as a logarithm, and which one made most of it. */
export interface Alarm {
  peak: number;
  by: string | null;
}

/** What detectors are made of. */
interface Processes {
  metrics: Partial<Record<Metric, ControlSeen & { harm: CanaryProcess; floor: FloorProcess | null; alone?: FloorProcess }>>;
  cohortFloor?: FloorProcess;
  returns?: { logE: number };
  paired?: { harm: Pick<PairedProcess, "logWealth"> };
} // prettier-ignore

/** Every detector of a plan that has an alarm; one without outcomes yet has E = 1. */
export function detectorsOf(plan: RolloutPlan, { metrics, cohortFloor, returns, paired }: Processes): Detector[] {
  const weights = plan.alarm;
  if (weights === undefined) return [];
  const compared = plan.guardrails.map(({ name }): Detector => {
    const harm = metrics[name]?.harm;
    return { name, weight: weights.guardrails[name] ?? 0, log: harm === undefined ? 0 : comparedLog(name, harm) };
  });
  const success = plan.guardrails.find(({ name }) => name === "success");
  if (success === undefined) return compared;
  const floor = floorShare(plan);
  return [
    ...compared,
    { name: REQUESTS, weight: weights.returns, log: returns?.logE ?? 0 },
    { name: PAIRED, weight: weights.pairs ?? 0, log: paired === undefined ? 0 : pairedLogE(paired.harm) },
    { name: SUCCESS_FLOOR, weight: floor, log: floorLog(success, metrics.success) },
    ...(plan.cohorts === undefined ? [] : [{ name: COHORTS_FLOOR, weight: floor, log: cohortFloor === undefined ? 0 : wealthOf(cohortFloor).log }]),
  ].filter(({ weight }) => weight > 0);
} // prettier-ignore

/** The floor for units that were drawn, and the same for answers to cohorts where the plan has any. */
function floorShare({ alarm, cohorts }: RolloutPlan): number {
  return (alarm?.floors ?? 0) / (cohorts === undefined ? 1 : 2);
}

/** A metric that only the candidate reports compares nothing; safety is the exception (`judge`). */
function comparedLog(name: Metric, harm: CanaryProcess): number {
  const log = logE(harm);
  return name === "safety" || harm.control.n > 0 ? log : Math.min(0, log);
}

/**
 * A floor as written is one process. One that the control caps is two, beside the control and alone, and the mean of e-processes is one,
 * whichever of them outcomes come to.
 */
function floorLog(guardrail: Guardrail, found: Processes["metrics"][Metric]): number {
  if (found?.floor == null) return 0;
  if (guardrail.capped !== true) return wealthOf(found.floor).log;
  const floor = inForce(guardrail, found);
  const beside = floor === null ? null : besideControl(found.floor, found.harm, floor);
  const besideLog = beside === null ? 0 : beside.peak > 0 ? beside.log : Math.min(0, beside.log);
  return logMeanExp([besideLog, found.alone === undefined ? 0 : wealthOf(found.alone).log]);
}

/**
 * The alarm after a look. The weighted mean of e-processes is one, so that P(it ever reaches 1/α) ≤ α for a candidate as good as the
 * control, however many detectors there are and whatever they have to do with each other (Vovk and Wang 2021, Ann. Statist. 49:1736).
 */
export function alarmAfter(before: Alarm | undefined, detectors: readonly Detector[]): Alarm {
  const shares = detectors.map(({ name, weight, log }) => ({ name, log: Math.log(weight) + log }));
  const top = Math.max(0, ...shares.map(({ log }) => log));
  const now = top + Math.log(shares.reduce((sum, { log }) => sum + Math.exp(log - top), 0));
  const { peak, by } = before ?? { peak: 0, by: null };
  if (!(now > peak)) return { peak, by };
  return { peak: now, by: shares.reduce((a, b) => (b.log > a.log ? b : a)).name };
}
