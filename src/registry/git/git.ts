import { type ChildProcess, execFile, type ExecFileException } from "node:child_process";
import { AgentopsError, messageOf } from "../../core/errors.ts";
import { pause } from "../../core/pause.ts";
import { readAnswer } from "./answer.ts";

/** What a git process left behind; a failed command is a value, so that callers can tell refusals apart. */
export interface GitResult {
  /** 0 when it worked; negative when git could not be started. */
  exitCode: number;
  stdout: string;
  stderr: string;
  /** `push`, of what was asked: some run hooks, whose words are anybody's. */
  command?: string | undefined;
  /** No hook of it is on this machine. */
  hookless?: boolean;
}

export interface GitOptions {
  /** `key=value` for this call only (`git -c`). */
  config?: string[];
  /** Text or bytes for the process's stdin. */
  input?: string | Uint8Array;
  /** One letter of stdout for each byte (latin1): for contents whose encoding is still to be judged. */
  bytes?: boolean;
  /** Whoever does not answer by then, nor what it started, is left behind: exit code 128. */
  waitMs?: number;
}

/** Runs git in one folder. Arguments are passed as they are, never through a shell. */
export type Git = (args: string[], options?: GitOptions) => Promise<GitResult>;

/**
 * Variables that would point git at another repository or index than the one around the folder (a hook sets them), that change what a
 * path, a diff or an object is, and programs that would wait for a person.
 */
const DROPPED =
  /^(?:GIT_(?:DIR|WORK_TREE|INDEX_FILE|PREFIX|NAMESPACE|COMMON_DIR|OBJECT_DIRECTORY|ALTERNATE_OBJECT_DIRECTORIES|EDITOR|SEQUENCE_EDITOR|PAGER|EXTERNAL_DIFF|TEMPLATE_DIR|EXEC_PATH|PROXY_COMMAND|CONFIG|(?:LITERAL|GLOB|NOGLOB|ICASE)_PATHSPECS|DIFF_OPTS|REPLACE_REF_BASE|GRAFT_FILE|SHALLOW_FILE|IMPLICIT_WORK_TREE|DEFAULT_HASH|DEFAULT_REF_FORMAT|ATTR_SOURCE|INTERNAL_\w+)|EDITOR|VISUAL|PAGER|PREFIX)$/i;

/** Set for every git we start, and so for its hooks: the number of the process that waits for them. */
export const WAITING = "AGENTOPS_WAITING";

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
      throw new AgentopsError("GIT_REFUSED", `git could not be run: ${messageOf(error)}`, { cause: error });
    });
    // Ctrl-C ends git as well, and its end may be heard before ours is.
    if (killed && signal?.aborted === false) await pause(HEARING_MS);
    if (result.exitCode !== 0) signal?.throwIfAborted();
    return { ...result, command: args.find((arg) => /^[a-z]/.test(arg)) };
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
  // What only reads takes no lock that another git, or the user's next command, would stumble over.
  const quiet = { LANGUAGE: "en", GIT_TERMINAL_PROMPT: "0", GIT_OPTIONAL_LOCKS: "0" };
  return { ...Object.fromEntries(kept), ...quiet, [WAITING]: String(process.pid) };
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

/**
 * What git refused, as an error: its code says whether trying again may help ({@link readAnswer}), and `hint` stands where git's words name no way
 * out. `details.git` has all that was said.
 */
export function gitFailed(result: GitResult, what: string, hint?: string): AgentopsError {
  const { kind, code, words, hint: known, said } = readAnswer(result);
  if (kind === "no git") return new AgentopsError(code, words[0] ?? what, { hint: known });
  return new AgentopsError(code, `${what}: ${words.join("\n  ")}`, { hint: known ?? hint, details: { git: said } });
}
