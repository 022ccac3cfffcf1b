import type { StatusDocument } from "../release/kill/schema.ts";
import { by, nameOf, place } from "./kill-text.ts";
import type { Style } from "./style.ts";

/** One screen for someone who was woken up. */
export function statusText({ environments, problems }: StatusDocument, style: Style, store: string): string {
  return [
    ...environments.flatMap(({ environment, killed }) => [
      style.bold(place(environment)),
      ...(killed.length === 0 ? [`  ${style.good("nothing is killed")}`] : killed.map((kill) => line(kill, style))),
    ]),
    ...(environments.length === 0 ? [style.good("nothing is killed")] : []),
    ...problems.map((problem) => `${style.unsure("not certain")}: ${problem}`),
    style.dim(`store  ${store}`),
  ].join("\n");
}

function line(kill: StatusDocument["environments"][number]["killed"][number], style: Style): string {
  const only = kill.via.includes("store") ? "" : style.dim("  (marker only)");
  return `  ${style.bad("killed")} ${nameOf(kill.target)}, by ${by(kill)}${only}`;
}
