import { type Kind, shellWord, wayOfName } from "./answer-kinds.ts";

const IDENTITY_HINT = 'git config user.name "Your Name" && git config user.email you@example.com';
const SIGN_HINT =
  "git config gpg.format ssh; git config user.signingkey ~/.ssh/id_ed25519.pub (commit.gpgSign and tag.gpgSign false: unsigned)";

/** The least git there is, and how to see which one it is. */
const OLD_GIT = "agentops needs git 2.25 or newer: git --version";

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
export const HERE: readonly Kind[] = [
  {
    kind: "owner",
    pattern: /detected dubious ownership in repository at '([^']+)'|unsafe repository \('([^']+)' is owned/,
    code: "GIT_REFUSED",
    words: (m) => `${m[1] ?? m[2] ?? ""} belongs to another user, and git reads it only when told to`,
    hint: (m) => `git config --global --add safe.directory ${shellWord(m[1] ?? m[2] ?? "")}`,
  },
  {
    kind: "identity",
    pattern:
      /tell me who you are|empty ident|no (?:name|email) was given|auto-detect|consists only of disallowed characters/,
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
    pattern: /No space left on device|Disk quota exceeded|Out of diskspace/,
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
    // Before what git could not do without it: a commit that is not written is no signature that is not made.
    kind: "no permission",
    pattern: /insufficient permission for adding an object|unable to (?:create|write) [^\n]*: (?:Permission denied|Read-only file system)/, // prettier-ignore
    code: "GIT_REFUSED",
    hint: () => "run it as the user who owns the .git folder, where that may be written",
  },
  {
    // Before a signature too: gc takes empty folders away in which git is about to write.
    kind: "swept",
    pattern: /unable to (?:create|write) [^\n]*\btemporary\b[^\n]*: No such file or directory/,
    code: "GIT_FAILED",
    hint: () => "another git process, as gc, was tidying up: run the command again",
  },
  {
    kind: "alternates",
    pattern: /unable to normalize alternate object path: (.+)|object directory (.+?) does not exist; check \.git\/objects\/info\/alternates/, // prettier-ignore
    code: "GIT_REFUSED",
    words: (m) => `objects/info/alternates names ${m[1] ?? m[2] ?? ""}, which is not there: this clone borrows its objects from it`, // prettier-ignore
    hint: () => "bring that folder back, or clone again without --reference and --shared",
  },
  {
    kind: "line ends",
    pattern: /(?:CRLF|LF) would be replaced by (?:CRLF|LF)/,
    code: "GIT_REFUSED",
    hint: () => "core.safecrlf refuses what changes line ends: write the file as .gitattributes and core.autocrlf want it, or git config core.safecrlf warn", // prettier-ignore
  },
  {
    kind: "date",
    pattern: /invalid date format: .*/,
    code: "GIT_REFUSED",
    hint: () => "mend or unset GIT_AUTHOR_DATE and GIT_COMMITTER_DATE",
  },
  {
    kind: "variables",
    pattern: /(?:missing config (?:key|value) |bogus count in )(GIT_CONFIG_\w+)|bogus format in GIT_CONFIG_PARAMETERS|unable to parse command-line config/, // prettier-ignore
    code: "GIT_REFUSED",
    hint: () => "GIT_CONFIG_COUNT counts pairs of GIT_CONFIG_KEY_n and GIT_CONFIG_VALUE_n: set them all, or unset it",
  },
  {
    kind: "old git",
    pattern: /^(?:error: )?[Uu]nknown (?:option|switch)\b|^usage: git /m,
    code: "GIT_REFUSED",
    hint: () => OLD_GIT,
  },
  {
    kind: "no developer tools",
    pattern: /xcode-select: .*/,
    code: "GIT_REFUSED",
    hint: () => "xcode-select --install",
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
    kind: "damaged refs",
    pattern: /(?:unexpected|unterminated) line in (\S*packed-refs)/,
    code: "GIT_REFUSED",
    hint: (m) => `take that line out of ${m[1] ?? "packed-refs"}, or bring the file back from another clone; git fsck says what else`, // prettier-ignore
  },
  {
    // Another try may help: a gc that is at work takes objects for a moment, and a job's next checkout has them.
    kind: "damaged",
    pattern: /corrupt|index file smaller than expected|bad signature 0x|object file \S+ is empty|bad (?:object|tree)|(?:missing|invalid) object|unable to read tree/, // prettier-ignore
    code: "GIT_FAILED",
    hint: () => "git fsck says what is damaged",
  },
];
