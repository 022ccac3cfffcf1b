import { printable } from "../../core/printable.ts";
import type { HistoryDocument } from "../../operations/history/schema.ts";
import { oneLine } from "../numbers.ts";
import type { Style } from "../style.ts";
import { columns } from "../table.ts";

type Event = HistoryDocument["events"][number];

/** One line a change, the newest first; under it what is served now. */
export function historyText({ target, env, stable, events }: HistoryDocument, style: Style): string {
  const now = stable === null ? "nothing is served" : `${stable.version} since ${minute(stable.since)} UTC`;
  const head = `${style.bold(target)} in ${env}: ${now}`;
  if (events.length === 0) return head;
  const rows = events.map((event) => [
    minute(event.at),
    painted(event, style),
    event.version ?? "",
    effect(event),
    printable(byText(event)),
    why(event),
  ]);
  const table = columns(["UTC", "what", "version", "effect", "by", "why"], rows, style.dim);
  return `${head}  ${style.dim("(by: not authenticated, unless it says signed)")}\n${table}`;
}

function byText({ actor, via, authenticated }: Event): string {
  const how = [...(via === null ? [] : [via]), ...(authenticated ? ["signed"] : [])];
  return how.length === 0 ? actor : `${actor} (${how.join(", ")})`;
}

function painted({ action }: Event, style: Style): string {
  if (action === "kill" || action.endsWith("rollback")) return style.bad(action);
  return action.endsWith("promote") || action === "revive" ? style.good(action) : action;
}

function effect({ serves, phase, weight, cohort, target }: Event): string {
  if (serves !== null) return `serves ${serves}`;
  if (phase !== null && cohort !== null) return `${phase} cohort ${printable(cohort)}`;
  if (phase !== null)
    return weight === null || weight === 0 ? phase : `${phase} ${Number((weight * 100).toFixed(2))} %`;
  return target === "all" ? "everything" : "";
}

function why({ reason, overridden, hypothesis, rules }: Event): string {
  const claim = hypothesis === null ? "" : ` (hypothesis: ${oneLine(hypothesis, 200)})`;
  const whose =
    rules === null || rules.committed ? "" : ` (by rules of ${printable(rules.file)} that are not committed)`;
  return `${printable(reason)}${claim}${whose}${overridden.length === 0 ? "" : ` (overridden: ${overridden.join(", ")})`}`;
}

function minute(at: string): string {
  return at.slice(0, 16).replace("T", " ");
}
