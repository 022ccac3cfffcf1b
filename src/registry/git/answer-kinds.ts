import type { ErrorCode } from "../../core/errors.ts";

export interface Kind {
  kind: string;
  pattern: RegExp;
  /** `GIT_FAILED` where trying again may help, `CONCURRENT_CHANGE` where another process was at work, else somebody has to change something. */
  code: ErrorCode;
  /** In place of git's own lines, where those say it for other readers. */
  words?: (match: RegExpExecArray) => string;
  hint?: (match: RegExpExecArray) => string;
}

/** A tag in the way of another has to go, whoever made it; looked at first, since somebody may need it. */
export function wayOfName(what: "tag" | "branch", name: string, remote?: string): string {
  const word = shellWord(name);
  if (remote !== undefined) {
    const refs = what === "tag" ? "refs/tags/" : "refs/heads/";
    return `rename or delete it there (git push ${remote} :${refs}${word}), and here: git ${what} -d ${word}`;
  }
  return what === "tag"
    ? `rename or delete it: git tag NEW ${word} && git tag -d ${word}`
    : `rename it: git branch -m ${word} NEW`;
}

/** A word as a shell takes it. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./~-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
