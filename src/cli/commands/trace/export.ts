import { AgentopsError } from "../../../core/errors.ts";
import { findTrace } from "../../../traces/read/show.ts";
import type { WireSpan } from "../../../traces/wire/span.ts";
import { writeOtlpJson } from "../../../traces/wire/write-otlp-json.ts";
import { chosenFormat, type CommandContext } from "../../context.ts";
import { inTraceStore } from "../../open/traces.ts";

/** Spans as they came, in OTLP's JSON: one request, which any collector takes and `trace import` reads again. */
export async function exportAction(context: CommandContext, args: readonly string[]): Promise<number> {
  if (args.length === 0) throw new AgentopsError("USAGE", "which trace?", { hint: "agentops trace export TRACE… --output spans.json" }); // prettier-ignore
  // OTLP's JSON is JSON: --json asks for nothing else.
  chosenFormat(context.flags, ["otlp", "json"]);
  const spans = await inTraceStore(context, async ({ db }) => {
    // In the order they are named; one that is named twice is one.
    const found = new Map<string, WireSpan[]>();
    for (const id of args) {
      const { row, spans } = await findTrace(db, id);
      found.set(row.id, spans);
    }
    return [...found.values()].flat();
  });
  await context.emit(JSON.stringify(writeOtlpJson(spans)));
  return 0;
}
