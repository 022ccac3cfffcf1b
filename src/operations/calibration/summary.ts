import type { Past } from "../../observations/past.ts";
import type { Replayed, RunEnd, Share } from "../../observations/replayed.ts";
import { leastMsToAll, stepMsOf } from "../../rollout/earliest.ts";
import { forecastOf } from "../../rollout/forecast.ts";
import { settleMsOf } from "../../rollout/late.ts";
import { type Reach, reachOf } from "../../rollout/reach.ts";
import type { RolloutPlan } from "../../rollout/schema.ts";
import { clopperPearson } from "../../stats/proportions/clopper-pearson.ts";
import { quantile } from "../../stats/samples/quantile.ts";
import type { CanaryCalibration } from "./schema.ts";

const HOUR = 3_600_000;
/** Of the runs, so many must have come to an end before their alarms say anything of a rollout. */
const LEAST_ENDED = 0.5;

type Found = Pick<
  CanaryCalibration,
  "verdict" | "runs" | "falseAlarms" | "ended" | "hours" | "steps" | "flips" | "unproven" | "need"
>;

/** What the runs come to. @param reach who came; null of less than two moments */
export function summaryOf(runs: readonly Replayed[], plan: RolloutPlan, reach: Reach | null): Found {
  const ended = endsOf(runs);
  const falseAlarms = alarmsOf(runs, plan);
  const isDecided = runs.length > 0 && ended.open < (1 - LEAST_ENDED) * runs.length;
  const isExceeded = falseAlarms.ci95[0] > plan.alpha;
  const promoted = runs.filter(({ end }) => end === "promoted").map(({ hours }) => hours).sort((a, b) => a - b);
  return {
    verdict: isExceeded ? "exceeded" : isDecided ? "compatible" : "too-little",
    runs: runs.length,
    falseAlarms,
    ended,
    hours: promoted.length === 0 ? null : { median: quantile(promoted, 0.5), p90: quantile(promoted, 0.9) },
    steps: stepsOf(runs, plan),
    flips: runs.reduce((sum, { flips }) => sum + flips, 0),
    unproven: unprovenIn(runs),
    need: isDecided ? null : needOf(plan, reach),
  };
} // prettier-ignore

function endsOf(runs: readonly Replayed[]): CanaryCalibration["ended"] {
  const of = (end: RunEnd) => runs.filter((run) => run.end === end).length;
  return {
    ...{ promoted: of("promoted"), "rolled-back": of("rolled-back"), invalid: of("invalid"), idle: of("idle") },
    ...{ paused: of("paused"), inconclusive: of("inconclusive"), open: of("open") },
  };
}

function alarmsOf(runs: readonly Replayed[], { alpha }: RolloutPlan): CanaryCalibration["falseAlarms"] {
  const alarms = runs.filter(({ end }) => end === "rolled-back" || end === "invalid");
  const names = [...new Set(alarms.map(({ by }) => by ?? "unknown"))];
  const by = names.map((name) => ({ name, runs: alarms.filter((run) => (run.by ?? "unknown") === name).length }));
  return {
    ...{ runs: alarms.length, rate: runs.length === 0 ? null : alarms.length / runs.length },
    ...{ ci95: clopperPearson(alarms.length, runs.length), alpha },
    by: by.sort((a, b) => b.runs - a.runs || (a.name < b.name ? -1 : 1)),
  };
}

function stepsOf(runs: readonly Replayed[], { steps }: RolloutPlan): CanaryCalibration["steps"] {
  return steps.flatMap((weight) => {
    const found = runs.flatMap((run) => run.steps.filter((step) => step.weight === weight));
    if (found.length === 0) return [];
    const [units, requests] = [found.map((step) => step.units), found.map((step) => step.requests)];
    const perRun = { units: meanOf(units.map(({ all }) => all)), requests: meanOf(requests.map(({ all }) => all)) };
    return [{ weight, runs: found.length, units: spreadOf(units), requests: spreadOf(requests), perRun }];
  });
}

function spreadOf(shares: readonly Share[]): CanaryCalibration["steps"][number]["units"] {
  const parts = shares.map(({ all, candidate }) => candidate / all);
  const [least, most] = parts.reduce(([low, high], part) => [Math.min(low, part), Math.max(high, part)], [1, 0]);
  return { mean: meanOf(parts), least, most };
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function unprovenIn(runs: readonly Replayed[]): CanaryCalibration["unproven"] {
  const names = [...new Set(runs.flatMap(({ unproven }) => unproven))].sort();
  return names.map((name) => {
    const its = runs.filter(({ unproven }) => unproven.includes(name));
    const promoted = its.filter(({ end }) => end === "promoted").length;
    return { name, promoted, open: its.length - promoted };
  });
}

/** The plan's own least, or where those who come are mostly new, what nine of ten take by the forecast of `canary start`. */
function needOf(plan: RolloutPlan, reach: Reach | null): NonNullable<CanaryCalibration["need"]> {
  const least = (leastMsToAll(plan) + stepMsOf(plan)) / HOUR;
  const forecast = reach === null ? null : forecastOf({ ...plan, reach });
  const below = plan.steps.filter((weight) => weight < 1);
  const ofSteps = below.map((weight, i) => Math.ceil(plan.stepObservations / (weight - (below[i - 1] ?? 0))));
  const units = Math.max(0, ...ofSteps);
  if (forecast === null) return { hours: least, units };
  const { hours, arrivals } = forecast.harmless.p90;
  return { hours: Math.max(least, hours), units: Math.max(units, Math.ceil(arrivals)) };
}

/** What was read, for a reader. */
export function readOf(past: Past, isCut: boolean): CanaryCalibration["read"] {
  const { requests, known, from, to } = past;
  const hours = from === null || to === null ? 0 : (Date.parse(to) - Date.parse(from)) / HOUR;
  const perUnit = new Map<number, number>();
  for (const { unit } of requests) perUnit.set(unit, (perUnit.get(unit) ?? 0) + 1);
  const most = [...perUnit.values()].reduce((a, b) => Math.max(a, b), 0);
  const ofAll = (n: number) => (requests.length === 0 ? 0 : n / requests.length);
  return {
    ...{ requests: requests.length, units: known, withoutUnit: ofAll(past.units.length - known), topUnit: ofAll(most) },
    ...{ from, to, hours, perHour: hours > 0 ? requests.length / hours : null, isCut },
  };
}

/** Who came. */
export function reachIn(past: Past, perHour: number | null): Reach | null {
  const served = past.requests.map(({ observation: { servedAt, unit } }) => ({ at: servedAt, unit: unit ?? null }));
  served.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
  return perHour === null ? null : reachOf(served, perHour);
}

/** A plan as the document has it. */
export function plannedOf(plan: RolloutPlan): CanaryCalibration["plan"] {
  const { steps, leftOut = [], stepMs, stepObservations, trafficMs = null, deadlineMs, guardrails } = plan;
  const names = guardrails.map(({ name }) => name);
  return { steps, leftOut, stepMs, stepObservations, trafficMs, deadlineMs, settleMs: settleMsOf(plan), guardrails: names }; // prettier-ignore
}
