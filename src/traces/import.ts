import type { Pieces } from "../core/utf8.ts";
import { readTraceFile } from "./formats/read-file.ts";
import { receive, type ReceiveOptions } from "./receive.ts";
import type { TraceImportDocument } from "./schema.ts";

export interface TraceSource {
  /** As the person named it. */
  name: string;
  open: () => Pieces;
}

export interface ImportOptions extends ReceiveOptions {
  signal: AbortSignal;
  /** Why a span was left out. */
  onRejected: (file: string, why: string) => void;
}

type Imported = TraceImportDocument["files"][number];

/**
 * Reads spans from files and stores them, batch by batch: what was stored before an interrupt stays, and importing again repeats nothing.
 * Throws FILE_INVALID for a file that nobody can read, STORE_FAILED.
 */
export async function importTraces(sources: readonly TraceSource[], options: ImportOptions): Promise<Imported[]> {
  const files: Imported[] = [];
  for (const { name, open } of sources) files.push(await importOne(name, open(), options));
  return files;
}

async function importOne(file: string, pieces: Pieces, options: ImportOptions): Promise<Imported> {
  const { format, batches } = await readTraceFile(pieces, file);
  const done: Imported = { file, format, traces: 0, spans: 0, repeated: 0, rejected: 0, notUnderstood: 0 };
  const traces = new Set<string>();
  for await (const { spans, rejected } of batches) {
    options.signal.throwIfAborted();
    for (const why of rejected) options.onRejected(file, why);
    done.rejected += rejected.length;
    const received = await receive(spans, options);
    done.spans += received.spans;
    done.repeated += received.repeated;
    done.notUnderstood += received.notUnderstood;
    for (const id of received.traces) traces.add(id);
  }
  return { ...done, traces: traces.size };
}
