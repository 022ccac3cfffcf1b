import type { TrafficFound } from "../../status/traffic.ts";
import { oneLine, whole } from "../numbers.ts";
import type { Style } from "../style.ts";
import { columns } from "../table.ts";

/** What is registered against what was seen. */
export function trafficText({ since, traffic }: TrafficFound, style: Style): string {
  if (traffic.length === 0) return "no artifacts, and no traffic";
  const paint = { active: style.good, unseen: style.unsure, unregistered: style.bad };
  const rows = traffic.map(({ name, state, traces, outcomes, lastAt }) => [
    oneLine(name, 60),
    paint[state](state),
    whole(traces),
    whole(outcomes),
    lastAt === null ? "-" : lastAt.slice(0, 16).replace("T", " "),
  ]);
  return `${columns(["name", "state", "traces", "outcomes", "last (UTC)"], rows, style.dim)}\n${style.dim(`since ${since.slice(0, 10)}`)}`;
}
