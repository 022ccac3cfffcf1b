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
    parentPort.postMessage({ id, started: true });
    try {
      parentPort.postMessage({ id, value: await module.default(output, context) });
    } catch (error) {
      parentPort.postMessage({ id, error: String(error?.message ?? error) });
    }
  });
  parentPort.postMessage({ ready: true });
}).catch((error) => parentPort.postMessage({ failed: String(error?.message ?? error) }));
`;

type Answer = { ready: true } | { failed: string } | { id: number; started?: true; value?: unknown; error?: string };

interface Question {
  resolve: (value: unknown) => void;
  reject: (error: Error) => void;
  /** Runs from the moment the module began with it: waiting behind a slow one is no fault of its own. */
  timer?: NodeJS.Timeout;
}

export interface Script {
  /** What the module's default export returns. Rejects when it throws, exits, or takes longer than `timeoutMs`. */
  call(output: unknown, context: unknown): Promise<unknown>;
  /** Ends the thread, whatever it is doing: one that loops would keep the process alive until its time limit. */
  stop(): void;
}

/** A question the thread never began with, because it ended over another one. */
const UNTOUCHED = new Error("the scorer's thread ended before it came to this");
/** Starting a thread and loading a module takes its time on a busy machine, which says nothing about the module. */
const LOAD_MS = 10_000;
/** A module whose thread keeps ending by itself must not be asked for ever. */
const ATTEMPTS = 50;

/** Loads a module in a thread; rejects with the reason when it cannot be loaded. An idle thread keeps no process alive. */
export async function openScript(url: string, timeoutMs: number): Promise<Script> {
  let current = startThread(url, timeoutMs);
  let stopped = false;
  await current;
  const replace = () => {
    current = startThread(url, timeoutMs);
    // Whoever asks next awaits it; until then nobody may, and an unheard rejection would end the process.
    current.catch(ignored);
  };
  const call = async (output: unknown, context: unknown, attempt = 1): Promise<unknown> => {
    const used = current;
    try {
      return await (await used).ask(output, context);
    } catch (error) {
      if (stopped) throw error;
      // Whoever notices first replaces a thread that has ended.
      if (current === used && (await hasEnded(used)) && current === used) replace();
      if (error === UNTOUCHED && attempt < ATTEMPTS) return call(output, context, attempt + 1);
      throw error;
    }
  };
  const stop = () => {
    stopped = true;
    void current.then((thread) => {
      thread.end();
    }, ignored);
  };
  return { call: (output, context) => call(output, context), stop };
}

function ignored(): void {
  // Whoever asks hears of it.
}

/** A thread that could not be started has ended. */
function hasEnded(thread: Promise<Thread>): Promise<boolean> {
  return thread.then(
    (t) => t.ended(),
    () => true,
  );
}

interface Thread {
  ask(output: unknown, context: unknown): Promise<unknown>;
  end(): void;
  ended(): boolean;
}

async function startThread(url: string, timeoutMs: number): Promise<Thread> {
  const worker = new Worker(SOURCE, { eval: true, workerData: url });
  const open = new Map<number, Question>();
  let last = 0;
  let over = false;
  const end = (error: Error) => {
    over = true;
    for (const question of open.values())
      settle(question, () => {
        question.reject(question.timer ? error : UNTOUCHED);
      });
    open.clear();
    void worker.terminate();
  };
  const begin = (question: Question | undefined, limitMs = timeoutMs) => {
    if (question === undefined) return;
    question.timer = setTimeout(end, limitMs, new Error(`no answer within ${limitMs} ms`));
  };
  const ask = (id: number) => {
    worker.ref();
    return new Promise<unknown>((resolve, reject) => open.set(id, { resolve, reject })).finally(() => {
      if (open.size === 0) worker.unref();
    });
  };
  worker.on("message", (answer: Answer) => {
    if ("started" in answer) begin(open.get(answer.id));
    else settleAnswer(open, answer);
  });
  worker.on("error", (error) => {
    end(new Error(messageOf(error)));
  });
  worker.on("exit", (code) => {
    end(new Error(`it ended its thread (exit ${code})`));
  });
  const loaded = ask(0);
  begin(open.get(0), Math.max(timeoutMs, LOAD_MS));
  await loaded;
  return {
    end: () => {
      end(new Error("stopped"));
    },
    ended: () => over,
    ask: (output, context) => {
      if (over) return Promise.reject(UNTOUCHED);
      const id = ++last;
      const answer = ask(id);
      worker.postMessage({ id, output, context });
      return answer;
    },
  };
}

/** The first answer, with id 0, says whether the module was loaded. */
function settleAnswer(open: Map<number, Question>, answer: Answer): void {
  const id = "id" in answer ? answer.id : 0;
  const question = open.get(id);
  open.delete(id);
  if (question === undefined) return;
  settle(question, () => {
    if ("failed" in answer) question.reject(new Error(answer.failed));
    else if ("error" in answer) question.reject(new Error(answer.error));
    else question.resolve("value" in answer ? answer.value : undefined);
  });
}

function settle(question: Question, done: () => void): void {
  clearTimeout(question.timer);
  done();
}
