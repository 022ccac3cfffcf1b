import { printable } from "../../core/printable.ts";
import { plural } from "../../core/words.ts";
import type { CheckState, DoctorDocument } from "../../upkeep/doctor/schema.ts";
import type { Style } from "../style.ts";
import { wrapped } from "../wrap.ts";

type Check = DoctorDocument["checks"][number];

const STATE = "problem".length + 2;
const NAME = "providers".length + 2;

/**
 * A line a check for a terminal of `width` columns, and under it the way out.
 * @param here the command's folder with its separator, which a person need not read in front of each path; null where it is none
 */
export function doctorText({ checks }: DoctorDocument, style: Style, width: number, here: string | null): string {
  // With the blank before it: it may be the end of another path.
  const short = (text: string) => printable(here === null ? text : ` ${text}`.replaceAll(` ${here}`, " ").slice(1));
  return [...checks.flatMap((check) => linesOf(check, style, width, short)), summary(checks, style)].join("\n");
}

function linesOf({ name, state, found, hint }: Check, style: Style, width: number, short: (text: string) => string) {
  const [first = "", ...more] = wrapped(short(found), width - STATE - NAME).split("\n");
  const indent = " ".repeat(STATE);
  return [
    `${paintState(state, style)}${" ".repeat(STATE - state.length)}${name.padEnd(NAME)}${first}`,
    ...more.map((line) => `${indent}${" ".repeat(NAME)}${line.trimStart()}`),
    // Each command on a line of its own, which a shell takes as they stand.
    ...commandsOf(hint).map((line) => wrapped(`${indent}${short(line)}`, width)),
  ];
}

function commandsOf(hint: string | null): string[] {
  return hint === null ? [] : hint.split(/(?<=&&) /);
}

function paintState(state: CheckState, style: Style): string {
  return { ok: style.good, warning: style.unsure, problem: style.bad }[state](state);
}

function summary(checks: readonly Check[], style: Style): string {
  const count = (state: CheckState) => checks.filter((check) => check.state === state).length;
  const [problems, warnings] = [count("problem"), count("warning")];
  const told = warnings === 0 ? "" : `, ${plural(warnings, "warning")}`;
  return problems === 0 ? style.good(`no problem${told}`) : style.bad(`${plural(problems, "problem")}${told}`);
}
