import type { ChildProcess } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";

const MAX_STDOUT = 1_000_000;
const GRACE_MS = 2000;
const POLL_MS = 20;
const GROUPS = process.platform !== "win32";

export interface Command {
  command: readonly string[];
  cwd: string;
  env: NodeJS.ProcessEnv;
}

/** A user's program, started in a process group of its own: what it starts can be ended with it. */
export interface Program {
  child: ChildProcess;
  stdin: Writable;
  stdout: Readable;
  stderr: Readable;
  /** Why it could not be started; never settles when it was. */
  notStarted: Promise<NodeJS.ErrnoException>;
  /** Ends it and everything it started: SIGTERM to the group, SIGKILL to what is left after two seconds. */
  end: () => Promise<void>;
}

/** Groups that must not outlive this process, however it ends (short of SIGKILL, when they see their stdin close). */
const alive = new Set<ChildProcess>();
let hooked = false;

/** The only place that starts a user's program. Never throws: what cannot be started is `notStarted`. */
export async function startProgram({ command, cwd, env }: Command): Promise<Program> {
  const [program = "", ...args] = command;
  const { execa } = await import("execa");
  // execa 9 ends the direct child alone, so ending, time-outs and cleaning up are ours; nothing is kept of what streams by.
  const ours = { cleanup: false, buffer: false, reject: false, extendEnv: false } as const;
  const child = execa(program, args, { ...ours, cwd, env, detached: GROUPS, stdin: "pipe" });
  alive.add(child);
  if (!hooked) {
    hooked = true;
    process.on("exit", () => {
      for (const one of alive) signalTo(one, "SIGKILL");
    });
  }
  const notStarted = new Promise<NodeJS.ErrnoException>((resolve) => {
    void child.then(({ failed, cause }) => {
      if (!failed || child.pid !== undefined) return;
      alive.delete(child);
      resolve(cause instanceof Error ? cause : new Error(`cannot start ${program}`));
    });
  });
  // Once: the number of a group that is gone may become another's.
  let ended: Promise<void> | undefined;
  const { stdin, stdout, stderr } = child;
  return { child, stdin, stdout, stderr, notStarted, end: () => (ended ??= endGroup(child)) };
}

async function endGroup(child: ChildProcess): Promise<void> {
  if (signalTo(child, "SIGTERM")) {
    for (let waited = 0; waited < GRACE_MS && signalTo(child, 0); waited += POLL_MS) await sleep(POLL_MS);
    signalTo(child, "SIGKILL");
  }
  alive.delete(child);
}

/** False when nobody is left to get it. */
function signalTo(child: ChildProcess, name: NodeJS.Signals | 0): boolean {
  if (child.pid === undefined) return false;
  try {
    return GROUPS ? process.kill(-child.pid, name) : child.kill(name);
  } catch {
    return false;
  }
}

export interface ProgramCall extends Command {
  stdin: string;
  timeoutMs: number;
  signal: AbortSignal;
}

/**
 * Runs a program once and gives its stdout. Throws an Error on a non-zero exit (with the end of stderr), a signal, more
 * than 1 MB of output, the timeout or an abort; in every case the program and its children are ended.
 */
export async function runProgram(call: ProgramCall): Promise<string> {
  call.signal.throwIfAborted();
  const [name = ""] = call.command;
  const program = await startProgram(call);
  const watch = new AbortController();
  try {
    return await Promise.race([answer(program, name, call.stdin), interruption(call, name, watch.signal)]);
  } finally {
    watch.abort();
    void program.end();
  }
}

function answer(
  { child, stdin: input, stdout, stderr, notStarted, end }: Program,
  name: string,
  stdin: string,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const out = collect(stdout, MAX_STDOUT, () => {
      reject(new Error(`${name} wrote more than ${MAX_STDOUT} characters`));
    });
    const err = collect(stderr, Infinity);
    void notStarted.then(reject);
    // A child left behind would hold the pipes open and so keep "close" from coming.
    child.once("exit", () => void end());
    child.once("close", (code, signal) => {
      if (code === 0) resolve(out());
      else reject(new Error(`${name} ended with ${signal ?? `exit ${code ?? -1}`}: ${err().trim().slice(-200)}`));
    });
    // A program that does not read its input closes the pipe; its answer still counts.
    input.on("error", () => undefined);
    input.end(stdin);
  });
}

/** Rejects at the timeout or when it is aborted; lets go of both when `done`. */
function interruption({ timeoutMs, signal }: ProgramCall, name: string, done: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const timer = setTimeout(() => {
      reject(new Error(`${name} took longer than ${timeoutMs} ms`));
    }, timeoutMs);
    const abort = () => {
      reject(new Error(`${name} was interrupted`));
    };
    signal.addEventListener("abort", abort, { once: true, signal: done });
    // It was while the program was started.
    if (signal.aborted) abort();
    done.addEventListener("abort", () => {
      clearTimeout(timer);
    });
  });
}

/** Gathers a stream's text: all of it up to a limit, or only its end without one. */
function collect(stream: Readable, limit: number, full?: () => void): () => string {
  let text = "";
  stream.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
    if (limit === Infinity) text = text.slice(-2000);
    if (text.length > limit) full?.();
  });
  return () => text;
}
