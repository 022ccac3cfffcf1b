import { createReadStream, statSync } from "node:fs";
import { resolve } from "node:path";
import { addAbortSignal } from "node:stream";
import { AgentopsError } from "../../../core/errors.ts";
import { traceImportText } from "../../../report/trace/import-text.ts";
import { importTraces, type TraceSource } from "../../../traces/import.ts";
import type { TraceImportDocument } from "../../../traces/schema.ts";
import type { CommandContext } from "../../context.ts";
import { emitDocument } from "../../document.ts";
import { receiveOptions } from "../../open/receive-options.ts";
import { withTraces } from "./in-store.ts";

/** So many are told one by one; how many there are stands in the document. */
const MOST_TOLD = 10;

export async function importAction(context: CommandContext, args: readonly string[]): Promise<number> {
  if (args.length === 0) throw new AgentopsError("USAGE", "which file?", { hint: "agentops trace import FILE…   (- is stdin)" });
  const sources = args.map((file) => sourceOf(context, file));
  const project = await context.project();
  let told = 0;
  const done = await withTraces(context, project, async (store): Promise<TraceImportDocument> => {
    const files = await importTraces(sources, {
      ...(await receiveOptions(context, project, store)),
      signal: context.signal,
      onRejected: (file, why) => {
        told += 1;
        if (told <= MOST_TOLD) context.note(`warning: ${file}: ${why}`);
        if (told === MOST_TOLD + 1) context.note("warning: and more that are no spans");
      },
    });
    return { schema: "agentops.trace-import/1", store: store.address.shown, files };
  });
  await emitDocument(context, done, (style) => traceImportText(done, style));
  return done.files.some(({ rejected }) => rejected > 0) ? 3 : 0;
}

function sourceOf({ cwd, shell, signal }: CommandContext, file: string): TraceSource {
  if (file === "-") return { name: "stdin", open: () => addAbortSignal(signal, shell.stdin) };
  const path = resolve(cwd, file);
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined || found.isDirectory()) throw new AgentopsError("FILE_NOT_FOUND", `no such file: ${file}`);
  return { name: file, open: () => addAbortSignal(signal, createReadStream(path, { highWaterMark: 1 << 18 })) };
}
