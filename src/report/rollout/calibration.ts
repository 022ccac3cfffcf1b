import { printable } from "../../core/printable.ts";
import { plural, share } from "../../core/words.ts";
import type { CanaryCalibration } from "../../operations/calibration/schema.ts";
import { many, percentInterval, trimmed, whole } from "../numbers.ts";
import { roughSpan } from "../spans.ts";
import type { Style } from "../style.ts";
import { columns } from "../table.ts";
import { wrapped } from "../wrap.ts";
import { shareText } from "./words.ts";

const HOUR = 3_600_000;
/** Of the requests; from there on one unit moves the share of requests. */
const HEAVY = 0.05;

/** What rollouts of a version against itself came to, on what is stored of it. */
export function calibrationText(found: CanaryCalibration, style: Style, width: number): string {
  const { target, env, version } = found;
  const head = `${style.bold(printable(target))} ${version} in ${env}, against itself on its stored traffic`;
  const lines = [
    head,
    `read      ${readText(found)}`,
    `plan      ${planText(found)}`,
    ...(found.runs === 0 ? [] : [...runLines(found, style), "", ...stepLines(found, style)]),
    "",
    ...lastLines(found, style),
  ];
  return lines.map((line) => wrapped(line, width)).join("\n");
}

function readText({ read, since }: CanaryCalibration): string {
  const { requests, units, hours, perHour, withoutUnit, topUnit, isCut } = read;
  if (requests === 0) return `nothing was observed of it since ${minute(since)}`;
  const rate = perHour === null ? "" : `, ${rateText(perHour)} an hour`;
  return [
    `${many(requests, "request")} of ${many(units, "unit")} in ${roughSpan(hours * HOUR)}${rate}`,
    `${share(withoutUnit)} without a unit${withoutUnit > 0 ? " (each counts as never seen again)" : ""}`,
    ...(topUnit >= HEAVY ? [`one unit makes ${share(topUnit)} of the requests`] : []),
    ...(isCut ? ["the newest of more: an agent this busy is read for less time"] : []),
  ].join("; ");
}

function planText({ plan }: CanaryCalibration): string {
  const { steps, leftOut, stepMs, stepObservations, trafficMs, settleMs } = plan;
  const least = `${stepObservations} units and ${roughSpan(stepMs)} a step`;
  return [
    steps.map(shareText).join(", "),
    least,
    trafficMs === null ? "100 % at once (--fast)" : `100 % after ${roughSpan(trafficMs)} of traffic`,
    ...(settleMs > 0 ? [`a unit counts after ${roughSpan(settleMs)}`] : []),
    ...(leftOut.length > 0 ? [`${leftOut.map(shareText).join(", ")} left out, as canary start would`] : []),
  ].join("; ");
}

function runLines(found: CanaryCalibration, style: Style): string[] {
  const { runs, falseAlarms, hours, flips, seen, seed } = found;
  const { runs: alarms, rate, ci95, alpha, by } = falseAlarms;
  const causes = by.map(({ name, runs: n }) => `${name} ${n}`).join(", ");
  return [
    `runs      ${whole(runs)}, each divides the same traffic anew (seed ${seed}); it is served once: what needs more stays open`,
    "",
    `alarms    ${alarms} of ${whole(runs)} rolled back or invalid: ${share(rate ?? 0)} ${percentInterval(roundedOut(ci95))}; promised: at most ${share(alpha)}`,
    ...(causes === "" ? [] : [`          by ${causes}`]),
    `ended     ${endedText(found)}`,
    ...(hours === null ? [] : [`promoted  after ${roughSpan(hours.median * HOUR)} (nine of ten within ${roughSpan(hours.p90 * HOUR)})`]),
    ...unprovenLines(found),
    `flips     ${flips === 0 ? "no unit" : style.bad(many(flips, "unit"))} got both versions at one step`,
    ...seenLines(seen, style),
  ];
} // prettier-ignore

const ENDS = [
  ["promoted", "promoted"],
  ["rolled-back", "rolled back"],
  ["invalid", "invalid"],
  ["idle", "taken back as nothing came"],
  ["paused", "paused by harm that only pauses"],
  ["inconclusive", "inconclusive at the deadline"],
  ["open", "still open where the traffic ends"],
] as const;

function endedText({ ended }: CanaryCalibration): string {
  return ENDS.flatMap(([key, words]) => (ended[key] === 0 ? [] : [`${whole(ended[key])} ${words}`])).join(", ");
}

function unprovenLines({ unproven }: CanaryCalibration): string[] {
  return unproven.map(({ name, promoted, open }, i) => {
    const where = [
      ...(promoted > 0 ? [`let pass in ${whole(promoted)} that were promoted`] : []),
      ...(open > 0 ? [`not shown in ${whole(open)} that did not end`] : []),
    ];
    return `${i === 0 ? "unproven" : "        "}  ${name}: ${where.join(", ")}`;
  });
}

/** What real rollouts did to their units. */
function seenLines({ rollouts, units, both, back }: CanaryCalibration["seen"], style: Style): string[] {
  if (rollouts === 0) return [];
  const of = `${plural(rollouts, "real rollout")} since then: ${many(units, "unit")}, ${whole(both)} with both versions`;
  const after = `${whole(back)} with the control after the candidate`;
  const why = back > 0 ? ": a caller that does not keep to resolve, or asks by other names" : "";
  return [`seen      ${of}, ${back > 0 ? style.unsure(after) : after}${why}`];
}

function stepLines({ steps }: CanaryCalibration, style: Style): string[] {
  const head = ["weight", "got it of the units", "of the requests", "units a run", "requests", "runs"];
  const rows = steps.map(({ weight, units, requests, perRun, runs }) => [
    ...[shareText(weight), spreadText(units), spreadText(requests)],
    ...[whole(Math.round(perRun.units)), whole(Math.round(perRun.requests)), whole(runs)],
  ]);
  return columns(head, rows, (text) => style.dim(text)).split("\n");
}

/** "4.9 % [3.8, 6.1]": the mean, and the least and the most of all runs. */
function spreadText({ mean, least, most }: CanaryCalibration["steps"][number]["units"]): string {
  const digits = (value: number) => trimmed(value * 100, 1);
  return `${digits(mean)} % [${digits(least)}, ${digits(most)}]`;
}

function lastLines({ verdict, need, falseAlarms, runs, read }: CanaryCalibration, style: Style): string[] {
  if (verdict === "exceeded")
    return [
      `${style.bad("warning")}: more false alarms than chance explains. Units that depend on each other, or settings that no control of yours meets (a floor, critical breaches), do that: look at what raised them.`,
    ];
  if (verdict === "compatible")
    return [`false alarms are ${style.good("compatible")} with the ${share(falseAlarms.alpha)} that is promised`];
  const few = runs === 0 ? "too little traffic: nothing was replayed" : `too little traffic: most runs stay open after ${roughSpan(read.hours * HOUR)}`;
  return [
    `${style.unsure(few)}. This plan takes at least ${roughSpan((need?.hours ?? 0) * HOUR)} and ${many(need?.units ?? 0, "unit")}: a longer --since, --fast or larger --steps, or come back later`,
  ];
} // prettier-ignore

/** Outwards to a tenth of a percent. */
function roundedOut([low, high]: readonly [number, number]): [number, number] {
  return [Math.floor(low * 1000) / 1000, Math.ceil(high * 1000) / 1000];
}

function rateText(perHour: number): string {
  return perHour < 10 ? String(Number(perHour.toPrecision(2))) : whole(Math.round(perHour));
}

function minute(at: string): string {
  return `${at.slice(0, 16).replace("T", " ")} UTC`;
}
