import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from "node:worker_threads";
import { AgentopsError, messageOf } from "../core/errors.ts";
import {
  type Answer,
  type End,
  ENDED,
  type Expose,
  EXPOSED,
  type Exposed,
  type Look,
  READ,
  type Reading,
  type ThreadData,
  type Write,
  type Written,
  WRITTEN,
} from "./thread/protocol.ts";

/** A process's thread that owns the store, as the main thread sees it: nothing here waits longer than it is told. */
export interface StoreThread {
  /** Hands a batch over; the next one after {@link onWritten} was called for it. */
  write(batch: Write): void;
  /** Hands counts of answers over; the next ones after `onExposed` was called for them. */
  expose(batch: Expose): void;
  /** Handles what was answered, without waiting. */
  receive(): void;
  /** Asks the store anew, and sleeps up to some ms for what it says. */
  look(ms: number): void;
  /** The same, sleeping up to some ms until there is an answer of that kind. False when none came. */
  wait(kind: "written" | "exposed" | "reading" | "ended", ms: number): boolean;
  /** Starts it where it was not: from then on this process shows itself. */
  start: () => void;
  /** Waits up to some ms until the process is known to have ended. */
  end(ms: number): void;
  close(): void;
}

export interface ThreadOptions extends Omit<ThreadData, "counters"> {
  onWritten: (written: Written) => void;
  onExposed: (exposed: Exposed) => void;
  onReading: (reading: Reading) => void;
}

interface Running {
  /** Null where no thread may be started, and its work is done here, while the event loop is free. */
  worker: Worker | null;
  port: MessagePort;
  counts: Int32Array;
  /** Batches handed over: of outcomes, and of what was served. */
  sent: number;
  exposing: number;
  /** Answers that were handled. */
  handled: { written: number; exposed: number; reading: number; ended: number };
}

const COUNTERS = { written: WRITTEN, exposed: EXPOSED, reading: READ, ended: ENDED };

/** What ends a thread may end the next one too, and each question would start another. */
const RESTART_MS = 1000;

/** Started at once where it reads, else with the first batch; started anew when it ended by an error. It keeps no process alive. */
export function storeThread(options: ThreadOptions): StoreThread {
  let running: Running | undefined;
  let closed = false;
  let endedAt = -Infinity;

  const start = (): Running =>
    listenedTo(startWorker(options), options, (made, error) => {
      running = undefined;
      endedAt = performance.now();
      if (!closed) answerFor(made, messageOf(error), options);
    });
  const startAnew = () => {
    if (!closed && performance.now() - endedAt > RESTART_MS) running ??= start();
  };
  const receive = () => {
    if (options.reads) startAnew();
    if (running !== undefined) handleAll(running, options);
  };
  if (options.reads) running = start();
  const handOver = (batch: Write | Expose, counter: "sent" | "exposing") => {
    running ??= start();
    running[counter] += 1;
    running.port.postMessage(batch);
    // A thread is waited for at the exit; what is done here needs the event loop until it is done.
    if (running.worker === null) running.port.ref();
  };
  return {
    write(batch) {
      handOver(batch, "sent");
    },
    expose(batch) {
      handOver(batch, "exposing");
    },
    receive,
    look(ms) {
      receive();
      running?.port.postMessage({ type: "look" } satisfies Look);
      this.wait("reading", ms);
    },
    wait(kind, ms) {
      if (running === undefined) return false;
      const { counts, handled } = running;
      const [counter, before] = [COUNTERS[kind], handled[kind]];
      if (running.worker !== null && handled[kind] === Atomics.load(counts, counter))
        Atomics.wait(counts, counter, before, ms);
      receive();
      return handled[kind] > before;
    },
    start: startAnew,
    end(ms) {
      if (closed || running === undefined) return;
      running.port.postMessage({ type: "end" } satisfies End);
      this.wait("ended", ms);
    },
    close() {
      closed = true;
      running?.port.close();
      void running?.worker?.terminate();
      running = undefined;
    },
  };
}

/** Handles what it answers while the event loop is free, and its end by an error. It keeps no process alive. */
function listenedTo(made: Running, options: ThreadOptions, onEnd: (made: Running, error: unknown) => void): Running {
  made.port.on("message", (answer: Answer) => {
    handle(made, answer, options);
  });
  made.port.unref();
  made.worker?.once("error", (error) => {
    onEnd(made, error);
  });
  return made;
}

function handle(running: Running, answer: Answer, { onWritten, onExposed, onReading }: ThreadOptions): void {
  running.handled[answer.type] += 1;
  const { handled, sent, exposing } = running;
  if (running.worker === null && handled.written >= sent && handled.exposed >= exposing) running.port.unref();
  if (answer.type === "written") onWritten(answer);
  else if (answer.type === "exposed") onExposed(answer);
  else if (answer.type === "reading") onReading(answer);
}

function handleAll(running: Running, options: ThreadOptions): void {
  for (let next = receiveMessageOnPort(running.port); next !== undefined; next = receiveMessageOnPort(running.port))
    handle(running, next.message as Answer, options);
}

/** Says for a thread that ended what it can no longer say: whoever handed a batch over waits for its answer. */
function answerFor(ended: Running, why: string, options: ThreadOptions): void {
  handleAll(ended, options);
  ended.port.close();
  const problem = `the thread of the store ended: ${why}`;
  while (ended.handled.written < ended.sent)
    handle(ended, { type: "written", recorded: 0, refused: 0, problem: { why: problem, locked: false } }, options);
  while (ended.handled.exposed < ended.exposing) handle(ended, { type: "exposed", refused: false, problem }, options);
  if (options.reads) handle(ended, { type: "reading", rows: null, problem }, options);
}

/**
 * Where threads cannot be started (node's permissions, a limit of the system) a file is written by the same code here. Throws STORE_FAILED
 * where it is a server: nobody could wait for it.
 */
function startWorker({ id, address, environment, reads, lastGood }: ThreadOptions): Running {
  const { port1: port, port2 } = new MessageChannel();
  const counters = new SharedArrayBuffer(16);
  const data: ThreadData = { id, address, environment, reads, lastGood, counters };
  const counts = new Int32Array(counters);
  const made = { port, counts, sent: 0, exposing: 0, handled: { written: 0, exposed: 0, reading: 0, ended: 0 } };
  try {
    // Not the options of a process that was given its program as a text.
    const worker = new Worker(ENTRY, { workerData: { ...data, port: port2 }, transferList: [port2], execArgv: [] });
    worker.unref();
    return { ...made, worker };
  } catch (error) {
    if (reads)
      throw new AgentopsError("STORE_FAILED", `the thread of the store cannot be started: ${messageOf(error)}`, {
        hint: "a store on a server needs one: node --allow-worker",
        cause: error,
      });
    void import("./thread/serve.ts").then(({ serveStore }) => {
      serveStore(data, port2);
      port2.unref();
    });
    return { ...made, worker: null };
  }
}

/** A worker's file is JavaScript: beside the bundle of the SDK, or, from the sources, where the last build has put it. */
const ENTRY = entry();

function entry(): string {
  const here = fileURLToPath(import.meta.url);
  return here.endsWith(".ts")
    ? join(dirname(here), "..", "..", "dist", "sdk", "thread.js")
    : join(dirname(here), "..", "sdk", "thread.js");
}
