import { spawn, type ChildProcess, type ChildProcessWithoutNullStreams } from "node:child_process";
import type { Readable } from "node:stream";
import { clip } from "../wording.ts";

const MAX_STDOUT = 1_000_000;

export interface ProgramCall {
  command: readonly string[];
  cwd: string;
  env: NodeJS.ProcessEnv;
  stdin: string;
  timeoutMs: number;
  signal: AbortSignal;
}

/**
 * Runs a program once and gives its stdout. Throws an Error on a non-zero exit (with the end of stderr), a signal, more
 * than 1 MB of output, the timeout or an abort; in every case the program and its children are gone afterwards.
 */
export async function runProgram(call: ProgramCall): Promise<string> {
  call.signal.throwIfAborted();
  const [program = "", ...args] = call.command;
  // A process group of its own, so that children of the program can be ended with it.
  const child = spawn(program, args, { cwd: call.cwd, env: call.env, detached: true, stdio: "pipe" });
  const watch = new AbortController();
  try {
    return await Promise.race([answer(child, program, call.stdin), interruption(call, program, watch.signal)]);
  } finally {
    watch.abort();
    if (child.exitCode === null && child.signalCode === null) killGroup(child);
  }
}

function answer(child: ChildProcessWithoutNullStreams, program: string, stdin: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const out = collect(child.stdout, MAX_STDOUT, () => {
      reject(new Error(`${program} wrote more than ${MAX_STDOUT} characters`));
    });
    const err = collect(child.stderr, Infinity);
    child.once("error", reject);
    // A child left behind would hold the pipes open and so keep "close" from coming.
    child.once("exit", () => {
      killGroup(child);
    });
    child.once("close", (code, signal) => {
      if (code === 0) resolve(out());
      else reject(new Error(`${program} ended with ${signal ?? `exit ${code ?? -1}`}: ${err().trim().slice(-200)}`));
    });
    // A program that does not read its input closes the pipe; its answer still counts.
    child.stdin.on("error", () => undefined);
    child.stdin.end(stdin);
  });
}

/** Rejects at the timeout or when the trial is aborted; lets go of both when `done`. */
function interruption({ timeoutMs, signal }: ProgramCall, program: string, done: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const timer = setTimeout(() => {
      reject(new Error(`${program} took longer than ${timeoutMs} ms`));
    }, timeoutMs);
    const abort = () => {
      reject(new Error(`${program} was interrupted`));
    };
    signal.addEventListener("abort", abort, { once: true, signal: done });
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

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    child.kill("SIGKILL");
  }
}

/** The answer of a program: JSON on stdout. */
export function parseAnswer(stdout: string, program: string): unknown {
  try {
    return JSON.parse(stdout);
  } catch {
    throw new Error(`${program} answered ${JSON.stringify(clip(stdout.trim(), 200))}, which is not JSON`);
  }
}
