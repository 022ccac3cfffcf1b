import type { Clock } from "../core/clock.ts";
import { AgentopsError, isStop } from "../core/errors.ts";
import { type Problem, throwOnErrors } from "../core/problems.ts";
import { type Line, linesOf, type Pieces } from "../core/utf8.ts";
import type { StoreAddress } from "../state/address.ts";
import { openStore } from "../state/open.ts";
import type { Store } from "../state/store.ts";
import { watchFile } from "../state/watch-file.ts";
import { storeCodeOf, whyNot } from "../state/why-not.ts";
import type { Effect } from "./corrections.ts";
import { type BadLine, EXPOSURES, type LineKind, OBSERVATIONS } from "./lines.ts";
import { minuteOf } from "./exposure-token.ts";
import { expose } from "./exposures.ts";
import type { Recorder } from "./record.ts";
import type { ExposureLine, ObservedDocument } from "./schema.ts";
import { readWhole, refuseUnknown } from "./strict.ts";
import { type Named, type Unknown, unknownAmong } from "./unknown.ts";

/** One transaction: short enough for other writers to wait, long enough to be fast. */
const CHUNK = 5000;
/** Others write for milliseconds; this long means that somebody holds the lock. */
const WAIT_MS = 30_000;
const SHOWN_PROBLEMS = 20;

export interface LinesRequest {
  /** How messages name the source. */
  name: string;
  /** Its bytes from the beginning. */
  open: () => Pieces;
  /** It can be read twice, so a bad line refuses all of it before anything is written. */
  rereadable: boolean;
  /** Bad lines are counted and left out instead. */
  skipInvalid: boolean;
  /** What is of an unknown target, version or rollout refuses all of it before anything is written. */
  strict: boolean;
  environment: string;
  store: StoreAddress;
  clock: Clock;
  signal: AbortSignal;
  /** Called after each transaction with the lines that were taken so far. */
  onProgress: (done: number) => void;
  /** Called once for each target, version or rollout that the store does not know, when it is first seen. */
  onUnknown: (unknown: Unknown) => void;
  /** Called once with the first id of which two lines say another version or unit. */
  onMoved: (id: string) => void;
}

export interface ImportRequest extends LinesRequest {
  /** What writes them into the open store. */
  recorder: (store: Store) => Pick<Recorder, "record">;
}

/**
 * Records the observations of a source of JSON lines. Throws FILE_INVALID with the place and the key that is wrong, STORE_FAILED; both say
 * how many were recorded before. The signal's reason, once a transaction is through.
 */
export function importObservations({ recorder, ...request }: ImportRequest): Promise<ObservedDocument> {
  return importFrom({ ...request, kind: OBSERVATIONS, writer: (store) => recorder(store).record });
}

/** The same of lines that say who was served. */
export function importServed(request: LinesRequest): Promise<ObservedDocument> {
  return importFrom({ ...request, kind: EXPOSURES, writer: servedWriter });
}

function servedWriter(store: Store): Write<ExposureLine> {
  return async (environment, lines, now) => {
    const latest = now.toISOString();
    // What was not served yet is of a clock that is wrong, as with outcomes.
    const exposures = lines.map(({ servedAt, ...line }) => ({ ...line, minute: Math.min(minuteOf(servedAt), minuteOf(latest)), n: 1 })); // prettier-ignore
    const { exposed, repeated } = await expose(store, environment, { exposures }, now);
    const unknowns = await unknownAmong(store.db, environment, lines);
    return { recorded: exposed, repeated, completed: 0, corrected: 0, moved: [], unknowns };
  };
}

/** Writes one chunk in one transaction. */
type Write<T> = (
  environment: string,
  lines: readonly T[],
  now: Date,
) => Promise<Record<Effect, number> & { unknowns: readonly Unknown[]; moved: readonly string[] }>;

interface Import<T> extends LinesRequest {
  kind: LineKind<T>;
  writer: (store: Store) => Write<T>;
}

async function importFrom<T extends Named>(given: Import<T>): Promise<ObservedDocument> {
  const request = given.strict && !given.rereadable ? await readWhole(given) : given;
  if (request.rereadable && !request.skipInvalid) await refuseBadLines(request);
  const { environment, store } = request;
  const done: ObservedDocument = {
    schema: "agentops.observed/1",
    env: environment,
    store: store.shown,
    recorded: 0,
    repeated: 0,
    completed: 0,
    corrected: 0,
    moved: 0,
    unknown: 0,
    unknownBy: { target: 0, version: 0, rollout: 0 },
    invalid: 0,
  };
  const open = await inWords(request, done, () => openStore(store, { durability: "normal", waitMs: WAIT_MS }));
  try {
    if (request.strict) await refuseUnknown(request.kind, request, open);
    const watched = watchedWriter(request, request.writer(open), done);
    await importLines(request, watched.write, done);
    watched.look();
    return done;
  } finally {
    await open.close();
  }
}

async function refuseBadLines<T>({ name, open, kind }: Import<T>): Promise<void> {
  const problems: Problem[] = [];
  for await (const lines of linesOf(open()))
    for (const line of lines) {
      const parsed = kind.parse(line);
      if ("value" in parsed) continue;
      problems.push(problem(kind, name, line.line, parsed));
      if (problems.length === SHOWN_PROBLEMS) throwOnErrors(problems);
    }
  throwOnErrors(problems);
}

async function importLines<T>(request: Import<T>, write: Write<T>, done: ObservedDocument): Promise<void> {
  let chunk: T[] = [];
  const flush = async () => {
    if (chunk.length === 0) return;
    await record(request, write, chunk, done);
    chunk = [];
    request.onProgress(done.recorded + done.repeated + done.completed + done.corrected + done.invalid);
    request.signal.throwIfAborted();
  };
  const take = async (lines: readonly Line[]) => {
    for (const line of lines) {
      const parsed = request.kind.parse(line);
      if ("value" in parsed) chunk.push(parsed.value);
      else if (request.skipInvalid) done.invalid += 1;
      else {
        await flush();
        throw badLine(request.kind, problem(request.kind, request.name, line.line, parsed), done);
      }
      if (chunk.length >= CHUNK) await flush();
    }
  };
  try {
    for await (const lines of linesOf(request.open())) await take(lines);
    await flush();
  } catch (error) {
    if (!request.signal.aborted) throw error;
    // What was read is recorded: it may come from a pipe, and would never come again.
    if (chunk.length > 0) await record(request, write, chunk, done);
    throw stopped(request, done);
  }
}

/** Looks before each batch that the file at the store's path still is the one that is written: what goes into another is lost. */
function watchedWriter<T>({ store: { file, shown }, kind }: Import<T>, write: Write<T>, done: ObservedDocument) {
  const gone = file === null ? () => null : watchFile(file);
  const look = () => {
    const what = gone();
    if (what === null) return;
    const lost = `the store ${shown} was ${what} while it was written: nothing is stored of the ${done.recorded} recorded`;
    throw new AgentopsError("STORE_FAILED", lost, {
      hint: `run it again: ${kind.once}`,
      details: { ...done, gone: what },
    });
  };
  const watched: Write<T> = (...batch) => {
    look();
    return write(...batch);
  };
  return { write: watched, look };
}

function stopped<T>({ signal, kind }: Import<T>, done: ObservedDocument): unknown {
  const reason: unknown = signal.reason;
  if (!isStop(reason)) return reason;
  return new AgentopsError(reason.code, `${reason.message}; ${before(done)}`, {
    hint: `run it again: ${kind.once}`,
    details: { ...done },
  });
}

async function record<T>(
  request: Import<T>,
  write: Write<T>,
  chunk: readonly T[],
  done: ObservedDocument,
): Promise<void> {
  const { environment, clock, onUnknown, onMoved } = request;
  const its = await inWords(request, done, () => write(environment, chunk, clock.now()));
  for (const effect of ["recorded", "repeated", "completed", "corrected"] as const) done[effect] += its[effect];
  const [first] = its.moved;
  if (first !== undefined && done.moved === 0) onMoved(first);
  done.moved += its.moved.length;
  for (const unknown of its.unknowns) {
    done.unknown += unknown.n;
    done.unknownBy[unknown.of] += unknown.n;
    onUnknown(unknown);
  }
}

function problem({ rule }: Pick<LineKind<unknown>, "rule">, file: string, line: number, bad: BadLine): Problem {
  const { column, message } = bad;
  const hint = "leave bad lines out with --skip-invalid";
  return { severity: "error", rule, file, line, column, message, hint };
}

function badLine({ once }: Pick<LineKind<unknown>, "once">, found: Problem, done: ObservedDocument): AgentopsError {
  const { file, line, column, message } = found;
  return new AgentopsError("FILE_INVALID", `${file}:${line}:${column}: ${message} (${before(done)})`, {
    hint: `correct the line and run it again: ${once}; ${found.hint ?? ""}`,
    details: { problems: [found], ...done },
  });
}

/** What the store says, in words for people; what was recorded before stays. */
async function inWords<T, R>({ kind }: Import<T>, done: ObservedDocument, work: () => Promise<R>): Promise<R> {
  try {
    return await work();
  } catch (error) {
    const isStores = error instanceof AgentopsError && ["STORE_FAILED", "STORE_REFUSED"].includes(error.code);
    if (error instanceof AgentopsError && (!isStores || error.details?.["gone"] !== undefined)) throw error;
    throw new AgentopsError(
      storeCodeOf(error),
      `cannot write ${done.store}: ${whyNot(error, WAIT_MS)} (${before(done)})`,
      {
        hint: `run it again: ${kind.once}`,
        details: { ...done },
        cause: error,
      },
    );
  }
}

function before({ recorded, completed, corrected, repeated }: ObservedDocument): string {
  const counts = { completed, corrected, repeats: repeated };
  const beside = Object.entries(counts).map(([name, count]) => (count > 0 ? `, ${name}: ${count}` : ""));
  return `recorded before it: ${recorded}${beside.join("")}`;
}
