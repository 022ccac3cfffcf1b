import type { ErrorCode } from "../../core/errors.ts";
import { HERE, HOOKS } from "./answer-here.ts";
import type { Kind } from "./answer-kinds.ts";
import { ELSE, THERE } from "./answer-there.ts";
import { withoutSecretsOf, wordsOf } from "./answer-words.ts";

/** What git said when it refused, read by what it is about: its last line is rarely the reason, and one pattern stands for several. */
export interface Answer {
  kind: string;
  code: ErrorCode;
  /** What a person needs to know, a few lines, never empty. */
  words: string[];
  /** The way out, where git's words tell which it is. */
  hint?: string;
  /** All that was said, without what nobody may see. */
  said: string;
}

interface Said {
  exitCode: number;
  stdout: string;
  stderr: string;
  command?: string | undefined;
  /** There is no hook of it on this machine: then none said anything. */
  hookless?: boolean;
}

/** What git refuses, and why; the first that fits. */
const KINDS: readonly Kind[] = [...THERE, ...HERE, ...ELSE];

/** A push that git ends without a word of why: what is there takes none. */
const NO_PUSH: Kind = {
  kind: "no push",
  pattern: /^error: failed to push some refs to (.*)/m,
  code: "GIT_REFUSED",
  words: (m) => `this remote cannot be pushed to (failed to push some refs to ${m[1] ?? ""})`,
  hint: () => "git remote -v shows what it is: a bundle or a plain web server can only be read",
};

/** Reads what a git process said that did not work. */
export function readAnswer(result: Said): Answer {
  const said = withoutSecretsOf(`${result.stderr}\n${result.stdout}`.trim());
  if (result.exitCode < 0) {
    const hint = "install git and put it on PATH";
    return { kind: "no git", code: "GIT_REFUSED", words: ["git could not be started"], hint, said };
  }
  const kinds = kindsFor(result);
  for (const { kind, pattern, code, words, hint } of kinds) {
    const match = pattern.exec(said);
    if (match === null) continue;
    const own = words === undefined ? wordsOf(said) : [words(match)];
    const some = own.length > 0 ? own : ["a hook refused it, and said nothing"];
    return { kind, code, words: some, said, ...(hint !== undefined && { hint: hint(match) }) };
  }
  const words = wordsOf(said);
  // A shell's word for a program that is not there, or that it may not run.
  if (words.length === 0 && (result.exitCode === 126 || result.exitCode === 127))
    return { kind: "no git", code: "GIT_REFUSED", words: [`git could not be started (it ended with ${result.exitCode})`], hint: "install git and put it on PATH", said }; // prettier-ignore
  return { kind: "other", code: "GIT_FAILED", words: words.length > 0 ? words : [`git said nothing (it ended with ${result.exitCode})`], said }; // prettier-ignore
}

function kindsFor(result: Said): readonly Kind[] {
  if (result.hookless === true) return mayBeHooks(result) ? [...KINDS, NO_PUSH] : KINDS;
  if (isHooks(result)) return HOOKS;
  return mayBeHooks(result) ? [...KINDS, ...HOOKS] : KINDS;
}

/**
 * Whether a hook refused: what it printed is anybody's words, in which "timed out" or "permission denied" is none of git's. A commit ends with 1
 * then and mostly with 128 where the reason is git's own; a push says nothing of any ref, and git's own end is fatal.
 */
function isHooks(result: Said): boolean {
  if (result.command === "commit")
    return result.exitCode === 1 && !/^error: (?:pathspec |Error building trees)/m.test(result.stderr);
  return mayBeHooks(result) && !/^fatal: /m.test(result.stderr);
}

function mayBeHooks({ command, exitCode, stdout, stderr }: Said): boolean {
  return command === "push" && exitCode === 1 && !stdout.includes("\t") && /^error: failed to push/m.test(stderr);
}

/** One refusal of `git push --porcelain`. */
export interface RefusedRef {
  /** `refs/tags/prompts/p/v1`. */
  ref: string;
  /** What stands in parentheses. */
  reason: string;
  /** The other side decided it, and not this git by what it was told. */
  byRemote: boolean;
}

/** The refs that were refused for a reason of their own; the others of an atomic push were not. */
export function refusedRefs(stdout: string): RefusedRef[] {
  const rows = [...stdout.matchAll(/^!\t[^\t\n]*?:([^\t\n]+)\t\[(remote )?(?:rejected|failure)\](?: \((.*)\))?$/gm)];
  const all = rows.map(([, ref = "", remote, reason = ""]) => ({ ref, reason, byRemote: remote !== undefined }));
  const own = all.filter(({ reason }) => !/^atomic|^transaction failed/.test(reason));
  return own.length > 0 ? own : all;
}
