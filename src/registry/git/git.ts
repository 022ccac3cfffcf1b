import { type ChildProcess, execFile, type ExecFileException } from "node:child_process";
import { AgentopsError, messageOf } from "../../core/errors.ts";
import { pause } from "../../core/pause.ts";

/** What a git process left behind; a failed command is a value, so that callers can tell refusals apart. */
export interface GitResult {
  /** 0 when it worked; negative when git could not be started. */
  exitCode: number;
  stdout: string;
  stderr: string;
}

export interface GitOptions {
  /** `key=value` for this call only (`git -c`). */
  config?: string[];
  /** Text for the process's stdin. */
  input?: string;
  /** One letter of stdout for each byte (latin1): for contents whose encoding is still to be judged. */
  bytes?: boolean;
  /** Whoever does not answer by then, nor what it started, is left behind: exit code 128. */
  waitMs?: number;
}

/** Runs git in one folder. Arguments are passed as they are, never through a shell. */
export type Git = (args: string[], options?: GitOptions) => Promise<GitResult>;

/**
 * Variables that would point git at another repository or index than the one around the folder (a hook sets them), programs that would wait for
 * a person, and what gives our paths or a diff's lines another meaning.
 */
const DROPPED =
  /^(?:GIT_(?:DIR|WORK_TREE|INDEX_FILE|PREFIX|NAMESPACE|COMMON_DIR|OBJECT_DIRECTORY|ALTERNATE_OBJECT_DIRECTORIES|EDITOR|SEQUENCE_EDITOR|PAGER|EXTERNAL_DIFF|TEMPLATE_DIR|EXEC_PATH|PROXY_COMMAND|CONFIG|(?:LITERAL|GLOB|NOGLOB|ICASE)_PATHSPECS|DIFF_OPTS)|EDITOR|VISUAL|PAGER|PREFIX)$/i;

const HEARING_MS = 50;

/** A git that runs in `cwd`, an existing folder. Once `signal` is aborted no other one is started; throws its reason. */
export function openGit(cwd: string, env: NodeJS.ProcessEnv, signal?: AbortSignal): Git {
  const own = gitEnvironment(env);
  return async (args, { config = [], input = "", bytes = false, waitMs } = {}) => {
    signal?.throwIfAborted();
    const all = [...config.flatMap((setting) => ["-c", setting]), ...args];
    const ended = new Promise<GitResult & { killed: boolean }>((done) => {
      const encoding = bytes ? ("latin1" as const) : ("utf8" as const);
      const options = { cwd, env: own, maxBuffer: Infinity, windowsHide: true, encoding };
      const child = execFile("git", all, options, (error, stdout, stderr) => {
        clearTimeout(patience);
        done({ exitCode: exitCodeOf(error), stdout, stderr, killed: error?.signal != null });
      });
      const patience =
        waitMs === undefined
          ? undefined
          : setTimeout(() => {
              done(leave(child));
            }, waitMs);
      // A git that ends before it has read everything says so by its exit code.
      child.stdin?.on("error", () => undefined);
      child.stdin?.end(input);
    });
    // An argument that no process can be given.
    const { killed, ...result } = await ended.catch((error: unknown) => {
      throw new AgentopsError("GIT_FAILED", `git could not be run: ${messageOf(error)}`, { cause: error });
    });
    // Ctrl-C ends git as well, and its end may be heard before ours is.
    if (killed && signal?.aborted === false) await pause(HEARING_MS);
    if (result.exitCode !== 0) signal?.throwIfAborted();
    return result;
  };
}

/** Ends a git that hangs, and lets go of what it started and left with our pipes: this process must be able to end. */
function leave(child: ChildProcess): GitResult & { killed: boolean } {
  child.kill("SIGKILL");
  for (const stream of [child.stdin, child.stdout, child.stderr]) stream?.destroy();
  child.unref();
  return { exitCode: 128, stdout: "", stderr: "git did not answer", killed: false };
}

/** Negative where git was not there; 128, as git says itself, where a signal ended it. */
function exitCodeOf(error: ExecFileException | null): number {
  if (error === null) return 0;
  if (typeof error.code === "number") return error.code;
  return error.signal == null ? -1 : 128;
}

function gitEnvironment(env: NodeJS.ProcessEnv): Record<string, string> {
  const kept = Object.entries(env).filter((e): e is [string, string] => e[1] !== undefined && !DROPPED.test(e[0]));
  // English messages, because some refusals can only be told apart by their text; never a prompt for a password.
  return { ...Object.fromEntries(kept), LANGUAGE: "en", GIT_TERMINAL_PROMPT: "0" };
}

/**
 * Whom git would name in a tag or commit, as `Name <mail>`; null where it was not told: what it would guess from the login and the host is nobody's
 * name. @param waitMs for an answer
 */
export async function committerOf(git: Git, waitMs: number): Promise<string | null> {
  const said = await git(["var", "GIT_COMMITTER_IDENT"], { config: ["user.useConfigOnly=true"], waitMs });
  return said.exitCode === 0 ? said.stdout.replace(/>.*$/s, ">").trim() : null;
}

/** The stdout of a command that must work; throws GIT_FAILED with git's own words. */
export async function must(git: Git, args: string[], options?: GitOptions): Promise<string> {
  const result = await git(args, options);
  if (result.exitCode !== 0) throw gitFailed(result, `git ${args[0] ?? ""} failed`);
  return result.stdout;
}

/** GIT_FAILED, or CONCURRENT_CHANGE when another git process held the lock. */
export function gitFailed(result: GitResult, what: string, hint?: string): AgentopsError {
  const said = `${result.stderr}\n${result.stdout}`.trim();
  if (result.exitCode < 0) {
    return new AgentopsError("GIT_FAILED", "git could not be started", { hint: "install git and put it on PATH" });
  }
  if (isLocked(said)) {
    return new AgentopsError("CONCURRENT_CHANGE", `${what}: another git process is at work in this repository`, {
      hint: "run the command again; if no other git runs, remove the stale .lock file git names",
      details: { git: said },
    });
  }
  return new AgentopsError("GIT_FAILED", `${what}: ${firstLine(said)}`, { hint, details: { git: said } });
}

function isLocked(said: string): boolean {
  return /\.lock': File exists|cannot lock ref|Unable to create '.*\.lock'/.test(said);
}

function firstLine(said: string): string {
  const lines = said.split("\n").filter((l) => l.trim() !== "" && !l.startsWith("hint:"));
  const best = lines.find((l) => /^(?:fatal|error): /.test(l)) ?? lines[0] ?? "no output";
  return best.replace(/^(?:fatal|error): /, "");
}
