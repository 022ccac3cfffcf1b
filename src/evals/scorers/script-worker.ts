import { Worker } from "node:worker_threads";
import { messageOf } from "../../core/errors.ts";

/**
 * Runs a user's scoring module in a thread of its own: one that loops, exits, throws later or never answers is an error
 * of its trials, and the eval goes on. What it prints does not reach our stdout, which belongs to one document.
 */
const SOURCE = `
const { parentPort, workerData } = require("node:worker_threads");
process.stdout.write = process.stderr.write = () => true;
import(workerData).then((module) => {
  if (typeof module.default !== "function") throw new Error("it has no default export that is a function");
  parentPort.on("message", async ({ id, output, context }) => {
    try {
      parentPort.postMessage({ id, value: await module.default(output, context) });
    } catch (error) {
      parentPort.postMessage({ id, error: String(error?.message ?? error) });
    }
  });
  parentPort.postMessage({ ready: true });
}).catch((error) => parentPort.postMessage({ failed: String(error?.message ?? error) }));
`;

type Answer = { ready: true } | { failed: string } | { id: number; value?: unknown; error?: string };

interface Waiting {
  resolve: (value: unknown) => void;
  reject: (error: Error) => void;
}

export interface Script {
  /** What the module's default export returns. Rejects when it throws, exits, or takes longer than `timeoutMs`. */
  call(output: unknown, context: unknown): Promise<unknown>;
}

/** Loads a module in a thread; rejects with the reason when it cannot be loaded. The thread never keeps the process alive. */
export async function openScript(url: string, timeoutMs: number): Promise<Script> {
  let thread: Promise<Thread> | undefined = startThread(url, timeoutMs);
  await thread;
  return {
    call: async (output, context) => {
      thread ??= startThread(url, timeoutMs);
      const running = await thread;
      try {
        return await running.ask(output, context, timeoutMs);
      } finally {
        // A thread that ended is replaced at the next call.
        if (running.ended()) thread = undefined;
      }
    },
  };
}

interface Thread {
  ask(output: unknown, context: unknown, timeoutMs: number): Promise<unknown>;
  ended(): boolean;
}

async function startThread(url: string, timeoutMs: number): Promise<Thread> {
  const worker = new Worker(SOURCE, { eval: true, workerData: url });
  const waiting = new Map<number, Waiting>();
  let last = 0;
  let over = false;
  const end = (error: Error) => {
    over = true;
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
    void worker.terminate();
  };
  const ask = (id: number, post: () => void, limitMs: number) =>
    new Promise<unknown>((resolve, reject) => {
      const timer = setTimeout(() => {
        end(new Error(`no answer within ${limitMs} ms`));
      }, limitMs);
      const settle =
        <T>(done: (value: T) => void) =>
        (value: T) => {
          clearTimeout(timer);
          done(value);
        };
      waiting.set(id, { resolve: settle(resolve), reject: settle(reject) });
      post();
    });
  worker.on("message", (answer: Answer) => {
    settleAnswer(waiting, answer);
  });
  worker.on("error", (error) => {
    end(new Error(messageOf(error)));
  });
  worker.on("exit", (code) => {
    end(new Error(`it ended its thread (exit ${code})`));
  });
  await ask(0, () => undefined, timeoutMs);
  // From here on only a question's own timer keeps the process alive.
  worker.unref();
  return {
    ended: () => over,
    ask: (output, context, limitMs) => {
      if (over) return Promise.reject(new Error("its thread has ended"));
      const id = ++last;
      return ask(
        id,
        () => {
          worker.postMessage({ id, output, context });
        },
        limitMs,
      );
    },
  };
}

/** The first answer, with id 0, says whether the module was loaded. */
function settleAnswer(waiting: Map<number, Waiting>, answer: Answer): void {
  const id = "id" in answer ? answer.id : 0;
  const found = waiting.get(id);
  waiting.delete(id);
  if ("ready" in answer) found?.resolve(undefined);
  else if ("failed" in answer) found?.reject(new Error(answer.failed));
  else if (answer.error !== undefined) found?.reject(new Error(answer.error));
  else found?.resolve(answer.value);
}
