import { lasting, plural } from "../../core/words.ts";
import { printable } from "../../core/printable.ts";
import type { ServedTarget, StatusDocument } from "../../status/schema.ts";
import { by, environmentName, nameOf, whyCommand } from "../kill/text.ts";
import { many, oneLine, trimmed, whole } from "../numbers.ts";
import { cohortLines } from "../rollout/cohorts.ts";
import { arrivalWord, eOf, paintPhase, stepText } from "../rollout/words.ts";
import { momentText, sinceText, spanText } from "../spans.ts";
import type { Style } from "../style.ts";

type Environment = StatusDocument["environments"][number];

/** One screen for someone who was woken up. */
export function statusText(found: StatusDocument, style: Style, store: string): string {
  const { environments, problems, at } = found;
  return [
    ...environments.flatMap((environment) => [
      style.bold(environmentName(environment.environment)),
      ...(environment.killed.length === 0
        ? [`  ${style.good("nothing is killed")}`]
        : environment.killed.flatMap((kill) => killLines(kill, style))),
      ...frozenLine(environment, at, style),
      ...environment.targets.flatMap((target) =>
        targetLines(target, { now: at, certain: problems.length === 0 }, style),
      ),
      ...processLines(environment, at, style),
      ...badLines(environment, at, style),
    ]),
    ...(environments.length === 0 ? [style.good("nothing is killed")] : []),
    ...problems.map((problem) => `${style.unsure("not certain")}: ${problem}`),
    style.dim(`store  ${store}`),
  ].join("\n");
}

function frozenLine({ frozen }: Environment, now: string, style: Style): string[] {
  if (frozen === null) return [];
  const { until, actor, reason } = frozen;
  return [
    `  ${style.unsure("frozen")} until ${momentText(until, now)} UTC, by ${oneLine(actor, 40)}: ${oneLine(reason, 80)}`,
  ];
}

function killLines(kill: Environment["killed"][number], style: Style): string[] {
  const only = kill.via.includes("store") ? "" : style.dim("  (marker only)");
  const why = kill.reason === null ? [`    why? ${whyCommand(kill.target, kill.environment)}`] : [];
  return [`  ${style.bad("killed")} ${nameOf(kill.target)}, by ${by(kill)}${only}`, ...why];
}

/** `certain`: what is served could be read. A target that is only observed is a name mistyped by whoever reports, or released elsewhere. */
function targetLines(found: ServedTarget, { now, certain }: { now: string; certain: boolean }, style: Style) {
  const { target, stable, rollout, lastHour, lastDay, wrong } = found;
  const served =
    stable === null
      ? style.unsure(certain ? "never released here, only observed" : "what it serves is not known")
      : `serves ${style.bold(stable.version)} ${style.dim(`${sinceText(stable.since, now)}, by ${oneLine(stable.actor, 40)}`)}`;
  return [
    `  ${printable(target)}  ${served}`,
    ...wrong.map((text) => `    ${style.bad(printable(text))}`),
    ...(rollout === null ? [] : rolloutLines(rollout, now, style)),
    ...(lastDay.n + lastDay.exposed === 0
      ? []
      : [
          `    since ${momentText(lastHour.from, now)}: ${countsText(lastHour, style)}`,
          `    24 h: ${countsText(lastDay, style)}`,
        ]),
  ];
}

function rolloutLines(rollout: NonNullable<ServedTarget["rollout"]>, now: string, style: Style): string[] {
  const phase = rollout.phase as Parameters<typeof paintPhase>[0];
  const { control, candidate, since, look, unseen } = rollout;
  const facts = [paintPhase(phase, style), stepText({ ...rollout, phase }), style.dim(sinceText(since, now))];
  const looked = look === null ? "no look yet" : `${look.verdict} at the look ${ago(look.at, now)}`;
  const came = unseen === 0 ? "" : `; ${many(unseen, arrivalWord(rollout))} came since`;
  return [
    `    ${control} → ${candidate}  ${facts.filter((fact) => fact !== null).join("  ")}`,
    ...rollout.guardrails.map((result) => `      ${guardrailText(result, style)}`),
    ...cohortLines(rollout.cohorts, style).map((line) => `      ${line}`),
    ...unknownLine(rollout).map((text) => `      ${style.unsure(text)}`),
    style.dim(`      ${looked}${rollout.lacksOutcomes ? "; it waits for outcomes that are missing" : ""}${came}`),
  ];
}

/** Beside `42 answers, 0 % ok`, where successes take hours and failures are known at once. */
function unknownLine({ unknown, settleMs }: NonNullable<ServedTarget["rollout"]>): string[] {
  const counts = settleMs === 0 ? "" : `a unit counts ${lasting(settleMs)} after it was served`;
  if (unknown === null || unknown.control.unknown + unknown.candidate.unknown === 0)
    return counts === "" ? [] : [`${counts}; the sums below have what is known by now`];
  const arm = (name: string, of: typeof unknown.control) =>
    `${whole(of.unknown)} of the ${name}'s ${whole(of.exposed)} units`;
  const all = `outcome not known of ${arm("candidate", unknown.candidate)} and ${arm("control", unknown.control)}: in no number here`;
  return [counts === "" ? all : `${all}; ${counts}`];
}

/** Each arm apart: a candidate of 1 % changes no sum. */
function guardrailText(result: NonNullable<ServedTarget["rollout"]>["guardrails"][number], style: Style): string {
  const { name, control, candidate, harmE, harmThreshold, safeE, safeThreshold, verdict } = result;
  const arms = [...(control === null ? [] : [`control ${armText(control)}`]), `candidate ${armText(candidate)}`];
  const safe = safeE === null || safeThreshold === null ? "" : `, safe ${eOf(safeE, safeThreshold)}`;
  const paint = verdict === "harm" ? style.bad : verdict === "safe" ? style.good : (text: string) => text;
  return `${name}  ${arms.join(", ")}: ${paint(verdict)} (harm ${eOf(harmE, harmThreshold)}${safe})`;
}

function armText({ n, rate }: { n: number; rate: number | null }): string {
  if (rate === null) return n === 0 ? "—" : many(n, "unit");
  return `${trimmed(rate * 100, 1)} % of ${whole(n)}`;
}

type Served = Pick<ServedTarget["lastHour"], "n" | "succeeded" | "unsafe" | "exposed">;

function countsText({ versions, ...all }: ServedTarget["lastHour"], style: Style): string {
  if (all.n === 0 && all.exposed === 0) return "no answers";
  if (versions.length === 1) return answersText(all, style);
  const shown = versions.slice(0, MOST_VERSIONS).map((one) => `${one.version} ${answersText(one, style)}`);
  const left = versions.length - shown.length;
  return [...shown, ...(left > 0 ? [`${left} versions more`] : [])].join("; ");
}

const MOST_VERSIONS = 4;

/** So large a part may lack an outcome before it is said: what was served just now does. */
const MOST_UNKNOWN = 0.05;

/** From so many on that are unknown, the known ones say when outcomes come, not how good they are: then they have no share. */
const MOST_SHARED = 0.5;

/** A share of what is known early is not that of all: successes may take hours, or failures. */
function answersText({ n, succeeded, unsafe, exposed }: Served, style: Style): string {
  const bad = unsafe === 0 ? "" : `, ${style.bad(`${unsafe} unsafe`)}`;
  const rate = n === 0 ? "" : `, ${trimmed((succeeded / n) * 100, 1)} %`;
  if (exposed - n <= MOST_UNKNOWN * exposed) return `${many(n, "answer")}${rate} ok${bad}`;
  const known = style.unsure(`${whole(n)} of ${many(exposed, "outcome")} known`);
  if (n === 0) return `${known}${bad}`;
  if (exposed - n <= MOST_SHARED * exposed) return `${known}${rate} of these ok${bad}`;
  return `${known}: ${whole(succeeded)} ok, ${whole(n - succeeded)} not${bad}`;
}

const MOST_PROCESSES = 6;

/** What needs a look comes first. */
function processLines({ processes }: Environment, now: string, style: Style): string[] {
  if (processes.length === 0) return [];
  const of = (state: Environment["processes"][number]["state"]) => processes.filter((one) => one.state === state);
  const [silent, ended, behind, current] = [of("silent"), of("ended"), of("behind"), of("current")];
  const sum = [
    `${plural(behind.length + current.length, "process", "processes")} of agents`,
    ...(behind.length > 0 ? [style.unsure(`${behind.length} behind the last change`)] : []),
    ...(silent.length > 0 ? [style.unsure(`${silent.length} silent`)] : []),
    ...(ended.length > 0 ? [style.unsure(`${ended.length} ended without saying so`)] : []),
  ];
  const shown = [...silent, ...ended, ...behind, ...current].slice(0, MOST_PROCESSES).map((one) => {
    const { host, pid, state, seenAt, serves } = one;
    const since = state === "silent" || state === "ended" ? ` since ${momentText(seenAt, now)}` : "";
    const what = state === "current" ? state : style.unsure(`${state}${since}`);
    return `    ${oneLine(`${pid} on ${host}`, 40)}  ${what}${serves.length === 0 ? "" : `  ${oneLine(serves.join(", "), 60)}`}`;
  });
  const more = processes.length - shown.length;
  return [`  ${sum.join(", ")}`, ...shown, ...(more > 0 ? [style.dim(`    and ${more} more`)] : [])];
}

function badLines({ bad }: Environment, now: string, style: Style): string[] {
  const lines = bad.map(({ at, target, version, what, why }) => {
    return `    ${momentText(at, now)}  ${style.bad(what)}  ${oneLine(`${target} ${version}: ${why}`, 60)}`;
  });
  return lines.length === 0 ? [] : [style.dim("  last bad things (24 h, UTC)"), ...lines];
}

function ago(at: string, now: string): string {
  return `${spanText(Date.parse(now) - Date.parse(at))} ago`;
}
