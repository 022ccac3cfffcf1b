import type { ListedTrace, TracesDocument } from "../../traces/schema.ts";
import { many, oneLine, whole } from "../numbers.ts";
import type { Style } from "../style.ts";
import { columns } from "../table.ts";
import { cost, ending, span } from "./shown.ts";

/** One line a trace, the newest first. */
export function tracesText({ total, traces, looked }: TracesDocument, style: Style): string {
  const read = looked === null ? "" : ` (${many(looked, "trace")} read for the text)`;
  if (traces.length === 0) return `no traces${looked === null ? ": agentops trace import FILE" : read}`;
  const rows = traces.map((trace) => [
    trace.id.slice(0, 12),
    trace.startedAt.slice(0, 19).replace("T", " "),
    `${who(trace)}${trace.version === null ? "" : `@${oneLine(trace.version, 20)}`}`,
    span(trace.durationMs),
    cost(trace),
    `${whole(trace.modelCalls)} + ${whole(trace.toolCalls)}`,
    painted(trace, style),
  ]);
  const table = columns(["trace", "began (UTC)", "who", "took", "cost", "calls + tools", "end"], rows, style.dim);
  return traces.length < total ? `${table}\n${style.dim(`${whole(traces.length)} of ${whole(total)}: --limit ${whole(total).replaceAll(",", "")} shows all`)}` : `${table}${looked === null ? "" : `\n${style.dim(read.trim())}`}`; // prettier-ignore
}

function who({ target, agent, name }: ListedTrace): string {
  return oneLine(target ?? agent ?? name, 40);
}

function painted(trace: ListedTrace, style: Style): string {
  const words = ending(trace);
  const error = trace.errorCategory === null ? "" : `; ${trace.errorCategory}`;
  const all = `${words}${error}`;
  if (trace.outcome.success === false) return style.bad(all);
  return trace.status === "error" ? style.unsure(all) : all;
}
