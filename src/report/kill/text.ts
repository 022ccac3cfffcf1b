import { plural } from "../../core/words.ts";
import type { KillDocument } from "../../kill/schema.ts";
import { reasonText } from "../../kill/latch.ts";
import { oneLine } from "../numbers.ts";
import type { Style } from "../style.ts";

type Target = KillDocument["targets"][number];
type Held = Target["heldBy"][number];

/** Where kills are kept, as the person knows it. */
export interface Kept {
  store: string;
  /** A server has agents on other machines, which do not read the markers here. */
  server: boolean;
  markers: string | null;
}

/** What happened to each target, what still stops it, and which path did not take part. */
export function killText(done: KillDocument, style: Style, kept: Kept): string {
  const lines = done.targets.flatMap((target) =>
    (done.action === "kill" ? killed : revived)(target, done, style, kept),
  );
  const all = [
    ...uncheckedLine(done, style),
    ...lines,
    ...pathLines(done, style, kept),
    ...recoveredLine(done),
    ...readerLines(done, style),
    ...arrivalLines(done, style),
  ];
  return [...all, style.dim(`store  ${kept.store}`)].join("\n");
}

function killed({ target, changed, kill }: Target, done: KillDocument, style: Style, { server }: Kept): string[] {
  const where = server && !done.paths.store.took ? " on this machine only" : "";
  const what = `${nameOf(target)} in ${environmentName(done.environment)}${where}`;
  const why = kill === null ? "" : `by ${by(kill)}`;
  const first = changed
    ? `${style.bad("killed")} ${what}, ${why}`
    : `${what} was ${style.bad("killed")} already, ${why}`;
  return kill?.reason === null ? [first, `  why? ${whyCommand(target, done.environment)}`] : [first];
}

function revived({ target, changed, heldBy }: Target, { environment }: KillDocument, style: Style): string[] {
  const what = `${nameOf(target)} in ${environmentName(environment)}`;
  return [
    changed ? `${style.good("revived")} ${what}` : `${what} was not killed`,
    ...heldBy.map((kill) => {
      const command = `agentops revive ${argumentOf(kill.target)} --env ${environmentArgument(kill.environment)}`;
      return `  ${style.bad("still killed")}: ${nameOf(kill.target)} in ${environmentName(kill.environment)}, by ${by(kill)}\n    ${command}`;
    }),
  ];
}

/** First, since a mistyped name looks the same otherwise. */
function uncheckedLine({ unchecked, targets }: KillDocument, style: Style): string[] {
  if (unchecked.length === 0) return [];
  const names = targets.filter(({ known }) => known === null).map(({ target }) => nameOf(target));
  const whether = names.length === 0 ? "a word here is a name" : `${names.join(", ")} is the right name`;
  return [`${style.unsure("not checked")}: whether ${whether}; not read: ${unchecked.map(line).join(", ")}`];
}

function pathLines({ paths }: KillDocument, style: Style, { server, markers }: Kept): string[] {
  const meanwhile = server
    ? [
        `  agents that do not read ${markers ?? ""} go on: run it again when the server answers, or where they run`,
        "  the next agentops kill, revive or status that reaches the server records it",
      ]
    : [
        "  the marker beside it does the same; the next agentops kill, revive or status that reaches the store records it",
      ];
  return [
    ...(paths.marker.took
      ? []
      : [`${style.unsure("marker not made")}: ${paths.marker.problem ?? ""}; the store has it`]),
    ...(paths.store.took ? [] : [`${style.unsure("not in the store")}: ${paths.store.problem ?? ""}`, ...meanwhile]),
  ];
}

function recoveredLine({ recovered }: KillDocument): string[] {
  return recovered === 0 ? [] : [`recorded ${plural(recovered, "kill")} that only a marker knew`];
}

/** Killing a prompt stops who asks for the prompt, not the agents whose versions have it inside. */
function readerLines({ readers = [] }: KillDocument, style: Style): string[] {
  if (readers.length === 0) return [];
  const go = readers.length === 1 ? "reads it and goes on" : "read it and go on";
  return [
    `${style.unsure(`${readers.map(line).join(", ")} ${go}`)}: --with-readers kills ${readers.length === 1 ? "it" : "them"} too`,
  ];
}

/** Did it arrive? */
function arrivalLines({ arrival }: KillDocument, style: Style): string[] {
  if (arrival === undefined) return [];
  const { processes, saw, withinMs, missing, ended, silent, problem } = arrival;
  if (problem !== null) return [`${style.unsure("not known who saw it")}: the store cannot be asked: ${problem}`];
  const quiet = silent.length === 0 ? "" : `; ${silent.length} silent: ${silent.slice(0, MOST_PROCESSES).map((one) => `${processText(one)} since ${line(one.seenAt.slice(11, 16))} UTC`).join(", ")}${silent.length > MOST_PROCESSES ? ", …" : ""}`; // prettier-ignore
  const gone = ended.length === 0 ? "" : `; ${ended.length} ended without saying so`;
  if (processes === 0 && ended.length > 0) return [`no process is left${gone}${quiet}`];
  if (processes === 0) return [`no process of an agent has shown itself in the last minute${quiet}`];
  const text = `${saw} of ${plural(processes, "process", "processes")} saw it in ${Math.round(withinMs)} ms${gone}${quiet}`;
  if (missing.length === 0) return [style.good(text)];
  return [style.bad(text), ...missing.map((one) => `  ${style.bad("did not see it")}: ${processText(one)}`)];
}

const MOST_PROCESSES = 5;

function processText({ host, pid }: { host: string; pid: number }): string {
  return `process ${pid} on ${line(host)}`;
}

/** What gives a reason afterwards. */
export function whyCommand(target: string, environment: string): string {
  return `agentops kill ${argumentOf(target)} --env ${environmentArgument(environment)} -m TEXT`;
}

/** Who, since when and why. */
export function by(kill: Held): string {
  const { actor, at } = kill;
  return `${line(actor)} since ${line(at.slice(0, 16).replace("T", " "))} UTC: ${line(reasonText(kill))}`;
}

export function nameOf(target: string): string {
  return target === "all" ? "everything" : line(target);
}

export function environmentName(environment: string): string {
  return environment === "*" ? "every environment" : line(environment);
}

function argumentOf(target: string): string {
  return target === "all" ? "--all" : line(target);
}

function environmentArgument(environment: string): string {
  return environment === "*" ? "'*'" : line(environment);
}

/** One that goes over a line could look like another line of the screen: "nothing is killed". */
function line(text: string): string {
  return oneLine(text, Infinity);
}
