import { createReadStream, statSync } from "node:fs";
import { resolve } from "node:path";
import { addAbortSignal, type Readable } from "node:stream";
import { AgentopsError } from "../../../core/errors.ts";
import type { Pieces } from "../../../core/utf8.ts";
import { importObservations, importServed } from "../../../observations/import.ts";
import { type Unknown, unknownWords } from "../../../observations/unknown.ts";
import { whole } from "../../../report/numbers.ts";
import { observedText } from "../../../report/observed/text.ts";
import type { CommandContext } from "../../context.ts";
import { emitDocument } from "../../document.ts";
import { turningRecorderOf } from "../../open/recorder.ts";
import { oneEnvironment } from "../../open/switchboard.ts";

const PROGRESS_EVERY_MS = 2000;

export async function run(
  context: CommandContext,
  [file]: unknown[],
  options: Record<string, unknown>,
): Promise<number> {
  const { environment, store } = await oneEnvironment(context);
  const isServed = options["served"] === true;
  const request = {
    ...sourceOf(context, file as string | undefined),
    ...{ environment, store, clock: context.clock, signal: context.signal },
    skipInvalid: options["skipInvalid"] === true,
    strict: options["strict"] === true,
    onProgress: progressNotes(context),
    onUnknown: unknownNotes(context, environment),
    onMoved: (id: string) => {
      context.note(`warning: ${JSON.stringify(id)}: lines of this id say different versions or units: what was known later stands (give each answer an id of its own)`); // prettier-ignore
    },
  };
  const done = await (isServed
    ? importServed(request)
    : importObservations({ ...request, recorder: (open) => turningRecorderOf(context, open, store.markers) }));
  await emitDocument(context, done, () => observedText(done, isServed ? "exposure" : "observation"));
  return done.unknown > 0 ? 3 : 0;
}

function sourceOf(context: CommandContext, file: string | undefined) {
  const { cwd, shell, signal } = context;
  if (file === undefined || file === "-") {
    if (shell.stdin.isTTY === true)
      context.note("reading observations from the terminal, one JSON object a line; Ctrl-D ends");
    return { name: "stdin", open: () => bytesOf(shell.stdin, signal), rereadable: false };
  }
  const path = resolve(cwd, file);
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined || found.isDirectory()) throw new AgentopsError("FILE_NOT_FOUND", `no such file: ${file}`);
  // A pipe can be read once.
  return {
    name: file,
    open: () => bytesOf(createReadStream(path, { highWaterMark: 1 << 18 }), signal),
    rereadable: found.isFile(),
  };
}

/** Ends with the signal also while nothing comes. */
function bytesOf(stream: Readable, signal: AbortSignal): Pieces {
  return addAbortSignal(signal, stream);
}

/** So many are told one by one; how many there are of which kind stands in the document. */
const MOST_TOLD = 10;

/** Once for each, when it is first seen: whoever reports a name that nobody serves should not learn it from an empty chart. */
function unknownNotes(context: CommandContext, environment: string): (unknown: Unknown) => void {
  const told = new Set<string>();
  return (unknown) => {
    const key = `${unknown.of} ${unknown.target} ${unknown.name}`;
    if (told.has(key) || told.size > MOST_TOLD) return;
    told.add(key);
    if (told.size > MOST_TOLD) {
      context.note("warning: and more that are unknown");
      return;
    }
    const { message, hint } = unknownWords(unknown, environment);
    context.note(`warning: ${message}: kept, counted apart, and in no rollout (${hint})`);
  };
}

function progressNotes(context: CommandContext): (done: number) => void {
  const { clock } = context;
  let last = clock.monotonicMs();
  return (done) => {
    const now = clock.monotonicMs();
    if (now - last < PROGRESS_EVERY_MS) return;
    last = now;
    context.note(`${whole(done)} lines`);
  };
}
