import { type JsonProblem, readJson } from "../../core/json.ts";
import { type Command, type Program, startProgram } from "../../core/program.ts";
import { sizeText } from "../../core/size.ts";
import { TOO_LARGE_HINT } from "../transport/transport-error.ts";
import { CallFailure, excerpt } from "../client/failure.ts";

/** A running agent that answers one request at a time. */
export interface AgentProcess {
  isAlive(): boolean;
  /** Sends one line; resolves with the parsed line that answers it. Kills the process when that fails. */
  ask(id: string, line: string, signal: AbortSignal): Promise<unknown>;
  kill(): Promise<void>;
}

const STDERR_TAIL = 2000;
/** After the exit, how long we wait for the rest of stdout; a grandchild may hold it open for ever. */
const DRAIN_MS = 200;

interface State {
  program: Program;
  /** Of one line. */
  maxAnswer: number;
  pending: { id: string; resolve: (value: unknown) => void; reject: (error: Error) => void } | undefined;
  partial: string;
  stderr: string;
  answered: number;
  /** Whether anything came since the last request. */
  heard: boolean;
  ended: boolean;
}

/** Starts an agent in a process group of its own, so that it can be ended together with its children. */
export async function startAgent(command: Command, maxAnswer: number): Promise<AgentProcess> {
  const program = await startProgram(command);
  const state: State = {
    ...{ program, maxAnswer, pending: undefined, partial: "", stderr: "", answered: 0, heard: false, ended: false },
  };
  listen(state, command.command[0] ?? "");
  return {
    isAlive: () => !state.ended,
    ask: (id, line, signal) => ask(state, id, line, signal),
    kill: () => program.end(),
  };
}

function listen(state: State, name: string): void {
  const { child, stdin, stdout, stderr, notStarted, end } = state.program;
  stdout.setEncoding("utf8").on("data", (chunk: string) => {
    onOutput(state, chunk);
  });
  stderr.setEncoding("utf8").on("data", (chunk: string) => {
    state.stderr = (state.stderr + chunk).slice(-STDERR_TAIL);
  });
  // A write to a process that just died; its exit says more.
  stdin.on("error", () => undefined);
  void notStarted.then((error) => {
    fail(state, cannotStart(name, error));
  });
  child.on("exit", (code, signal) => {
    state.ended = true;
    const gone = () => {
      clearTimeout(timer);
      fail(state, exited(state, code, signal));
    };
    const timer = setTimeout(gone, DRAIN_MS);
    child.on("close", gone);
    void end();
  });
}

function ask(state: State, id: string, line: string, signal: AbortSignal): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const onAbort = () => {
      fail(state, signal.reason instanceof Error ? signal.reason : new Error("aborted"));
    };
    const settle = () => {
      signal.removeEventListener("abort", onAbort);
      state.pending = undefined;
    };
    state.heard = false;
    state.pending = {
      id,
      resolve: (value) => {
        settle();
        resolve(value);
      },
      reject: (error) => {
        settle();
        reject(error);
      },
    };
    signal.addEventListener("abort", onAbort, { once: true });
    // It was while the process was started.
    if (signal.aborted) onAbort();
    state.program.stdin.write(`${line}\n`);
  });
}

function onOutput(state: State, chunk: string): void {
  state.heard = true;
  const lines = (state.partial + chunk).split("\n");
  state.partial = lines.pop() ?? "";
  for (const line of lines) if (line.trim() !== "") onLine(state, line);
  if (state.partial.length > state.maxAnswer) {
    const message = `the agent wrote more than ${sizeText(state.maxAnswer)} without a line break`;
    fail(state, new CallFailure("bad-response", message, { hint: TOO_LARGE_HINT }));
  }
}

function onLine(state: State, line: string): void {
  const { pending } = state;
  if (pending === undefined) return;
  const json = readJson(line);
  if ("problem" in json) {
    fail(state, unreadable(line, json.problem));
    return;
  }
  const { value } = json;
  const id = idOf(value);
  if (id !== undefined && id !== pending.id) {
    fail(
      state,
      new CallFailure("bad-response", `the agent answered id ${JSON.stringify(id)}, asked was "${pending.id}"`),
    );
    return;
  }
  state.answered++;
  pending.resolve(value);
}

function unreadable(line: string, { syntax, message, hint }: JsonProblem): CallFailure {
  if (!syntax) return new CallFailure("bad-response", `the agent's answer: ${message}: ${excerpt(line)}`, { hint });
  return new CallFailure("bad-response", `the agent wrote a line that is not JSON: ${excerpt(line)}`, {
    hint: "stdout is for answers, one JSON object a line; an agent's log belongs on stderr",
  });
}

function idOf(value: unknown): unknown {
  return typeof value === "object" && value !== null && "id" in value ? value.id : undefined;
}

/** Whatever went wrong, the process is in an unknown state: the trial fails and the process goes. */
function fail(state: State, error: Error): void {
  state.ended = true;
  state.pending?.reject(error);
  void state.program.end();
}

function cannotStart(program: string, error: NodeJS.ErrnoException): CallFailure {
  const why = error.code === "ENOENT" ? "no such program" : (error.code ?? error.message);
  return new CallFailure("not-found", `cannot start the agent "${program}": ${why}`, {
    hint: "command: under models: in agentops.config.yaml is run in the project's folder, with PATH of this shell",
  });
}

function exited(state: State, code: number | null, signal: NodeJS.Signals | null): CallFailure {
  const how = signal === null ? `exited with code ${code ?? "unknown"}` : `was ended by ${signal}`;
  const tail = excerpt(state.stderr.slice(-600), 600);
  // It left between two requests (a one-shot program): this one was never read, so a fresh process may have it.
  const unread = code === 0 && state.answered > 0 && !state.heard;
  return new CallFailure("server", `agent process ${how}${tail === "" ? "" : `: ${tail}`}`, {
    retry: unread ? "connect" : "no",
  });
}
