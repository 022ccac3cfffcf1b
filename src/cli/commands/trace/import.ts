import { createReadStream, statSync } from "node:fs";
import { resolve } from "node:path";
import { addAbortSignal } from "node:stream";
import { AgentopsError } from "../../../core/errors.ts";
import { traceImportText } from "../../../report/trace/import-text.ts";
import { importTraces, type TraceSource } from "../../../traces/import.ts";
import { recordOutcomes } from "../../../traces/outcomes.ts";
import type { TraceImportDocument } from "../../../traces/schema.ts";
import type { CommandContext } from "../../context.ts";
import { emitDocument } from "../../document.ts";
import { receivingOf } from "../../open/receiving.ts";
import { withTraces } from "../../open/traces.ts";

/** So many are told one by one; how many there are stands in the document. */
const MOST_TOLD = 10;

export async function importAction(context: CommandContext, args: readonly string[]): Promise<number> {
  if (args.length === 0)
    throw new AgentopsError("USAGE", "which file?", { hint: "agentops trace import FILE…   (- is stdin)" });
  const sources = args.map((file) => sourceOf(context, file));
  const project = await context.project();
  const tell = rejectedNotes(context);
  const done = await withTraces(context, project, async (store): Promise<TraceImportDocument> => {
    const { receive, outcomes } = await receivingOf(context, project, store);
    const files = await importTraces(sources, { ...receive, signal: context.signal, onRejected: tell });
    const recorded = await recordOutcomes(outcomes, { waiting: true });
    return {
      schema: "agentops.trace-import/1",
      store: store.address.shown,
      files,
      outcomes: recorded,
      redacted: receive.keep.counts,
    };
  });
  await emitDocument(context, done, (style) => traceImportText(done, style));
  return done.files.some(({ rejected }) => rejected > 0) ? 3 : 0;
}

function rejectedNotes(context: CommandContext): (file: string, why: string) => void {
  let told = 0;
  return (file, why) => {
    told += 1;
    if (told <= MOST_TOLD) context.note(`warning: ${file}: ${why}`);
    if (told === MOST_TOLD + 1) context.note("warning: and more that are no spans");
  };
}

function sourceOf({ cwd, shell, signal }: CommandContext, file: string): TraceSource {
  if (file === "-") return { name: "stdin", open: () => addAbortSignal(signal, shell.stdin) };
  const path = resolve(cwd, file);
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined || found.isDirectory()) throw new AgentopsError("FILE_NOT_FOUND", `no such file: ${file}`);
  return { name: file, open: () => addAbortSignal(signal, createReadStream(path, { highWaterMark: 1 << 18 })) };
}
