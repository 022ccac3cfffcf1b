import { plural } from "../../core/words.ts";
import type { KillDocument } from "../../kill/schema.ts";
import { oneLine } from "../numbers.ts";
import type { Style } from "../style.ts";

type Target = KillDocument["targets"][number];
type Held = Target["heldBy"][number];

/** What happened to each target, what still stops it, and which path did not take part; `store` as the person knows it. */
export function killText(done: KillDocument, style: Style, store: string): string {
  const lines = done.targets.flatMap((target) => (done.action === "kill" ? killed : revived)(target, done, style));
  return [...lines, ...pathLines(done, style), ...recoveredLine(done), style.dim(`store  ${store}`)].join("\n");
}

function killed({ target, changed, kill }: Target, { environment }: KillDocument, style: Style): string[] {
  const what = `${nameOf(target)} in ${environmentName(environment)}`;
  const why = kill === null ? "" : `by ${by(kill)}`;
  return [changed ? `${style.bad("killed")} ${what}, ${why}` : `${what} was ${style.bad("killed")} already, ${why}`];
}

function revived({ target, changed, heldBy }: Target, { environment }: KillDocument, style: Style): string[] {
  const what = `${nameOf(target)} in ${environmentName(environment)}`;
  return [
    changed ? `${style.good("revived")} ${what}` : `${what} was not killed`,
    ...heldBy.map((kill) => {
      const command = `agentops revive ${argumentOf(kill.target)} --env ${environmentArgument(kill.environment)} --reason TEXT`;
      return `  ${style.bad("still killed")}: ${nameOf(kill.target)} in ${environmentName(kill.environment)}, by ${by(kill)}\n    ${command}`;
    }),
  ];
}

function pathLines({ paths }: KillDocument, style: Style): string[] {
  return [
    ...(paths.marker.took
      ? []
      : [`${style.unsure("marker not made")}: ${paths.marker.problem ?? ""}; the store has it`]),
    ...(paths.store.took
      ? []
      : [
          `${style.unsure("not in the store")}: ${paths.store.problem ?? ""}`,
          "  the marker beside it does the same; the next agentops kill, revive or status that reaches the store records it",
        ]),
  ];
}

function recoveredLine({ recovered }: KillDocument): string[] {
  return recovered === 0 ? [] : [`recorded ${plural(recovered, "kill")} that only a marker knew`];
}

/** Who, since when and why. */
export function by({ actor, at, reason }: Held): string {
  return `${line(actor)} since ${line(at.slice(0, 16).replace("T", " "))} UTC: ${line(reason)}`;
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
