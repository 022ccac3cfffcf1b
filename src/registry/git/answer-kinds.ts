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

const IDENTITY_HINT = 'git config user.name "Your Name" && git config user.email you@example.com';
const SIGN_HINT =
  "git config gpg.format ssh; git config user.signingkey ~/.ssh/id_ed25519.pub (commit.gpgSign and tag.gpgSign false: unsigned)";

/** Of a hook here, whose words are its own. */
export const HOOKS: readonly Kind[] = [
  {
    kind: "git-lfs",
    pattern: /configured for Git LFS but 'git-lfs' was not found|git-lfs(?::| was)? not found/,
    code: "GIT_REFUSED",
    hint: () => "install git-lfs, or remove the hook that calls it",
  },
  {
    kind: "hook",
    pattern: /(?:)/,
    code: "GIT_REFUSED",
    hint: () => "a hook on this machine decides it (.git/hooks, core.hooksPath); --json has all that it said",
  },
];

/** On this machine; the first that fits. git's texts are those of LANGUAGE=en, which openGit sets. */
const HERE: readonly Kind[] = [
  {
    kind: "owner",
    pattern: /detected dubious ownership in repository at '([^']+)'|unsafe repository \('([^']+)' is owned/,
    code: "GIT_REFUSED",
    words: (m) => `${m[1] ?? m[2] ?? ""} belongs to another user, and git reads it only when told to`,
    hint: (m) => `git config --global --add safe.directory ${shellWord(m[1] ?? m[2] ?? "")}`,
  },
  {
    kind: "identity",
    pattern: /tell me who you are|empty ident|no (?:name|email) was given|auto-detect/,
    code: "GIT_REFUSED",
    hint: () => IDENTITY_HINT,
  },
  {
    kind: "lock",
    pattern: /Unable to create '(.+\.lock)': File exists|could not lock config file (.+): File exists/,
    code: "CONCURRENT_CHANGE",
    words: (m) => `another git process is at work in this repository (${m[1] ?? `${m[2] ?? ""}.lock`} is there)`,
    hint: (m) => `run the command again; if no other git runs, remove ${m[1] ?? `${m[2] ?? ""}.lock`}`,
  },
  {
    kind: "name in the way",
    pattern: /'refs\/(tags|heads)\/([^']+)' exists; cannot create '([^']+)'/,
    code: "GIT_REFUSED",
    words: (m) => {
      const what = m[1] === "tags" ? "tag" : "branch";
      return `the ${what} ${m[2] ?? ""} is in the way of ${(m[3] ?? "").replace(/^refs\/(?:tags|heads)\//, "")}`;
    },
    hint: (m) => wayOfName(m[1] === "tags" ? "tag" : "branch", m[2] ?? ""),
  },
  {
    kind: "file in the way",
    pattern: /there is a non-empty directory '([^']+)' blocking reference|Unable to create '([^']+)': Not a directory/,
    code: "GIT_REFUSED",
    hint: () => "something there is no ref of git's: move it away",
  },
  {
    kind: "moved on",
    pattern: /cannot lock ref '[^']*': (?:is at|reference (?:already exists|is missing))|reference already exists|cannot lock references/, // prettier-ignore
    code: "CONCURRENT_CHANGE",
    words: () => "another git process changed the same branch or tag at this moment",
    hint: () => "run the command again",
  },
  {
    kind: "disk full",
    pattern: /No space left on device|Disk quota exceeded/,
    code: "GIT_FAILED",
    hint: () => "make room, then run the command again",
  },
  {
    kind: "submodule",
    pattern: /contain changes that can\s+not be found on any remote:\s+(\S.*(?:\n[ \t]+\S.*)*)/,
    code: "GIT_REFUSED",
    words: (m) => `commits of a submodule are on no remote: ${(m[1] ?? "").split(/\s*\n\s*/).join(", ")}`,
    hint: () => "push the submodule first (push.recurseSubmodules=check asks for it)",
  },
  {
    kind: "submodule",
    pattern: /process for submodule '(.+)' failed/,
    code: "GIT_REFUSED",
    words: (m) => `git pushed the submodule ${m[1] ?? ""} first, and failed (push.recurseSubmodules=on-demand)`,
    hint: (m) => `push the submodule ${m[1] ?? ""} by hand, then publish again`,
  },
  {
    kind: "git-lfs",
    pattern: /git: 'lfs' is not a git command|git-lfs filter-process: (?:line \d+: )?.*not found/,
    code: "GIT_REFUSED",
    hint: () => "install git-lfs, or remove the filter that calls it",
  },
  {
    kind: "ignored",
    pattern: /paths are ignored by one of your \.gitignore files:\s*\n(.+)/,
    code: "GIT_REFUSED",
    words: (m) => `${m[1] ?? ""} is ignored by git`,
    hint: (m) => `git check-ignore -v ${shellWord(m[1] ?? "")} names the .gitignore and the line`,
  },
  {
    kind: "hook",
    pattern:
      /ref updates aborted by hook|in '(?:preparing|prepared)' phase, update aborted by the reference-transaction hook/,
    code: "GIT_REFUSED",
  },
  {
    kind: "signing",
    pattern: /failed to sign|unable to sign|No secret key|user\.signing[Kk]ey|[Cc]ouldn't load public key|Load key|failed to write commit object/, // prettier-ignore
    code: "GIT_REFUSED",
    hint: () => SIGN_HINT,
  },
  {
    kind: "no work tree",
    pattern: /must be run in a work tree/,
    code: "GIT_REFUSED",
    words: () => "a bare repository, or the inside of a .git folder, has no files of its own",
    hint: () => "run it in a clone, or in a git worktree",
  },
  {
    kind: "settings",
    pattern: /bad (?:numeric |boolean )?config/,
    code: "GIT_REFUSED",
    hint: () => "mend that line; git config --edit opens the repository's own file, with --global yours",
  },
  {
    kind: "newer repository",
    pattern: /[Ee]xpected git repo version|unknown repository extension/,
    code: "GIT_REFUSED",
    hint: () => "a newer git made this repository: update git",
  },
  {
    kind: "no gitdir",
    pattern: /invalid gitfile format/,
    code: "GIT_REFUSED",
    hint: () => "a .git file has one line, gitdir: PATH; move it away, or clone again",
  },
  {
    kind: "damaged",
    pattern: /corrupt|index file smaller than expected|bad signature 0x|object file \S+ is empty|bad (?:object|tree)|missing object|unable to read tree/, // prettier-ignore
    code: "GIT_FAILED",
    hint: () => "git fsck says what is damaged",
  },
];

/** Of a remote, and of the way to it; before {@link HERE}, whose words a remote may have too. */
const THERE: readonly Kind[] = [
  {
    // Whatever keeps the remote from answering, the objects of a partial clone are there as soon as it does.
    kind: "partial clone",
    pattern: /promisor remote/,
    code: "GIT_FAILED",
    hint: () => "this clone has not all objects, and the remote that has them does not answer: git fetch",
  },
  {
    kind: "not let in",
    pattern: /returned error: 40[13]|Authentication failed|could not read (?:Username|Password)|Permission denied \(|Host key verification failed|access denied|Access denied|denied to |not granted|service not enabled|certificate (?:problem|verification)|remote: error: insufficient permission/, // prettier-ignore
    code: "GIT_REFUSED",
    hint: () =>
      "the remote does not let these credentials in: who runs this must be allowed to read it and to push tags",
  },
  {
    // A folder that is not mounted, a daemon that does not serve it yet.
    kind: "remote away",
    pattern: /does not appear to be a git repository/,
    code: "GIT_FAILED",
    hint: () => "git remote -v shows where it was looked for; try again when it is there",
  },
  {
    kind: "no such remote",
    pattern: /returned error: 404|[Rr]epository (?:'[^']*' )?not found|could not be found or you don't have permission/, // prettier-ignore
    code: "GIT_REFUSED",
    hint: () => "git remote -v shows where it was looked for; a host may also say so to whom it does not let in",
  },
  {
    kind: "too large",
    pattern: /pack exceeds maximum allowed size|returned error: 413|exceeds GitHub's file size limit/,
    code: "GIT_REFUSED",
  },
  {
    kind: "refused objects",
    pattern: /fsck error in pack|remote: error: object [0-9a-f]+:/,
    code: "GIT_REFUSED",
    hint: () =>
      "the remote checks objects (receive.fsckObjects), and one of the history's is not well formed: git fsck",
  },
  {
    kind: "shallow",
    pattern: /shallow update not allowed/,
    code: "GIT_REFUSED",
    hint: () => "git fetch --unshallow",
  },
  {
    kind: "push settings",
    pattern: /--mirror can't be combined with refspecs|does not support --signed/,
    code: "GIT_REFUSED",
    hint: (m) => m[0].startsWith("--m") ? "git config --unset remote.NAME.mirror: versions are pushed by name" : "git config push.gpgSign if-asked", // prettier-ignore
  },
  {
    kind: "not atomic",
    pattern: /does not support --atomic/,
    code: "GIT_REFUSED",
    hint: () => "publish them one at a time: agentops publish NAME",
  },
];

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

/** What else can have ended it; after the others, since a process that ends for a reason leaves one that says "hung up". */
const ELSE: readonly Kind[] = [
  {
    kind: "no permission",
    pattern: /Permission denied|Read-only file system|Operation not permitted|insufficient permission/,
    code: "GIT_REFUSED",
    hint: () => "run it as the user who owns the .git folder, where that may be written",
  },
  {
    kind: "network",
    pattern: /Could not resolve host|Connection (?:timed out|refused|reset|closed)|Failed to connect|returned error: (?:5\d\d|429)|early EOF|RPC failed|timed out|unable to (?:access|connect)|hung up unexpectedly|Network is unreachable/, // prettier-ignore
    code: "GIT_FAILED",
  },
];

/** What git refuses, and why; the first that fits. */
export const KINDS: readonly Kind[] = [...THERE, ...HERE, ...ELSE];
