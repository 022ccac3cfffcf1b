import { describe, expect, test } from "vitest";
import { exitCodeOf } from "../../core/errors.ts";
import { withoutSecretsOf, wordsOf } from "./answer-words.ts";
import { readAnswer, refusedRefs } from "./answer.ts";
import { gitFailed } from "./git.ts";

interface Sample {
  stderr: string;
  stdout?: string;
  command?: string;
  exitCode?: number;
  kind: string;
  exit: number;
  /** The whole of what is shown after what was tried. */
  words: string;
  hint?: string;
}

const FAILED = "error: failed to push some refs to 'https://example.com/x.git'\n";
const REJECTED =
  "To https://example.com/x.git\n!\trefs/tags/prompts/p/v1:refs/tags/prompts/p/v1\t[remote rejected] (%)\nDone\n";
const AS_OTHERS = "\nPlease make sure you have the correct access rights\nand the repository exists.\n";

/** What git 2.39 and 2.47, GitHub and GitLab print, and runners of hooks. */
const SAMPLES: Record<string, Sample> = {
  "another user's repository": {
    stderr:
      "fatal: detected dubious ownership in repository at '/builds/my app'\nTo add an exception for this directory, call:\n\n\tgit config --global --add safe.directory '/builds/my app'\n",
    kind: "owner",
    exit: 2,
    words: "/builds/my app belongs to another user, and git reads it only when told to",
    hint: "git config --global --add safe.directory '/builds/my app'",
  },
  "nobody's name": {
    stderr:
      "Author identity unknown\n\n*** Please tell me who you are.\n\nRun\n\n  git config --global user.email \"you@example.com\"\n\nto set your account's default identity.\n\nfatal: unable to auto-detect email address (got 'root@vm.(none)')\n",
    command: "commit",
    kind: "identity",
    exit: 2,
    words: "unable to auto-detect email address (got 'root@vm.(none)')",
    hint: 'git config user.name "Your Name" && git config user.email you@example.com',
  },
  "a lock that is held": {
    stderr:
      "fatal: Unable to create '/w/.git/index.lock': File exists.\n\nAnother git process seems to be running in this repository, e.g.\nan editor opened by 'git commit'.\n",
    kind: "lock",
    exit: 5,
    words: "another git process is at work in this repository (/w/.git/index.lock is there)",
    hint: "run the command again; if no other git runs, remove /w/.git/index.lock",
  },
  "a lock that cannot be made": {
    stderr: "fatal: Unable to create '/w/.git/index.lock': Read-only file system\n",
    kind: "no permission",
    exit: 2,
    words: "Unable to create '/w/.git/index.lock': Read-only file system",
  },
  "a full disk": {
    stderr: "error: insufficient space\nfatal: Unable to create '/w/.git/index.lock': No space left on device\n",
    kind: "disk full",
    exit: 4,
    words: "insufficient space\n  Unable to create '/w/.git/index.lock': No space left on device",
  },
  "a name in the way": {
    stderr:
      "fatal: cannot lock ref 'refs/tags/prompts/p/v1': 'refs/tags/prompts/p' exists; cannot create 'refs/tags/prompts/p/v1'\n",
    kind: "name in the way",
    exit: 2,
    words: "the tag prompts/p is in the way of prompts/p/v1",
    hint: "rename or delete it: git tag NEW prompts/p && git tag -d prompts/p",
  },
  "a branch that moved on": {
    stderr: "fatal: cannot lock ref 'HEAD': is at 27e2 but expected 1a2b\n",
    command: "commit",
    exitCode: 128,
    kind: "moved on",
    exit: 5,
    words: "another git process changed the same branch or tag at this moment",
  },
  "no key to sign with": {
    stderr: "error: gpg failed to sign the data\nfatal: failed to write commit object\n",
    kind: "signing",
    exit: 2,
    words: "gpg failed to sign the data\n  failed to write commit object",
  },
  "commitlint by husky": {
    stderr:
      "husky - commit-msg script\n⧗   input: x\n✖   subject may not be empty [subject-empty]\n\n✖   found 1 problems, 0 warnings\nⓘ   Get help: https://github.com/conventional-changelog/commitlint\n\nhusky - commit-msg script failed (code 1)\n",
    command: "commit",
    exitCode: 1,
    kind: "hook",
    exit: 2,
    words: "✖   subject may not be empty [subject-empty]\n  ✖   found 1 problems, 0 warnings",
  },
  "the framework pre-commit": {
    stderr:
      "Check Yaml...............................................................Passed\nTrim Trailing Whitespace.................................................Failed\n- hook id: trailing-whitespace\n- exit code: 1\n- files were modified by this hook\n\nFixing prompts/p.prompt.yml\n\nCheck JSON...............................(no files to check)Skipped\n",
    command: "commit",
    exitCode: 1,
    kind: "hook",
    exit: 2,
    words:
      "Trim Trailing Whitespace.................................................Failed\n  hook id: trailing-whitespace\n  exit code: 1\n  files were modified by this hook\n  Fixing prompts/p.prompt.yml",
  },
  "a hook whose tests had no network": {
    stderr: "error: connect: Connection refused, timed out\n",
    command: "commit",
    exitCode: 1,
    kind: "hook",
    exit: 2,
    words: "connect: Connection refused, timed out",
  },
  "a hook that says nothing": {
    stderr: FAILED,
    command: "push",
    exitCode: 1,
    kind: "hook",
    exit: 2,
    words: "a hook refused it, and said nothing",
  },
  "a pre-push hook": {
    stderr: `\u001b[31merror\u001b[0m: 3 tests failed: timed out\n${FAILED}`,
    command: "push",
    exitCode: 1,
    kind: "hook",
    exit: 2,
    words: "3 tests failed: timed out",
  },
  "git-lfs that is missing": {
    stderr: `\nThis repository is configured for Git LFS but 'git-lfs' was not found on your path. If you no longer wish to use Git LFS, remove this hook.\n\n${FAILED}`,
    command: "push",
    exitCode: 1,
    kind: "git-lfs",
    exit: 2,
    words:
      "This repository is configured for Git LFS but 'git-lfs' was not found on your path. If you no longer wish to use Git LFS, remove this hook.",
  },
  "a submodule's commit that is nowhere": {
    stderr:
      "The following submodule paths contain changes that can\nnot be found on any remote:\n  sub\n  other\n\nPlease try\n\n\tgit push --recurse-submodules=on-demand\n\nfatal: Aborting.\nfatal: the remote end hung up unexpectedly\n",
    command: "push",
    kind: "submodule",
    exit: 2,
    words: "commits of a submodule are on no remote: sub, other",
  },
  "a file of .gitignore": {
    stderr:
      "The following paths are ignored by one of your .gitignore files:\nprompts/new.prompt.yml\nhint: Use -f if you really want to add them.\n",
    exitCode: 1,
    kind: "ignored",
    exit: 2,
    words: "prompts/new.prompt.yml is ignored by git",
    hint: "git check-ignore -v prompts/new.prompt.yml names the .gitignore and the line",
  },
  "401": {
    stderr: "remote: HTTP Basic: Access denied\nfatal: Authentication failed for 'https://example.com/x.git/'\n",
    kind: "not let in",
    exit: 2,
    words: "HTTP Basic: Access denied",
  },
  "403 of GitHub": {
    stderr:
      "remote: Permission to acme/bot.git denied to ci-user.\nfatal: unable to access 'https://github.com/acme/bot.git/': The requested URL returned error: 403\n",
    kind: "not let in",
    exit: 2,
    words: "Permission to acme/bot.git denied to ci-user.\n  The requested URL returned error: 403",
  },
  "no one to ask for a password": {
    stderr: "fatal: could not read Username for 'https://example.com': terminal prompts disabled\n",
    kind: "not let in",
    exit: 2,
    words: "could not read Username for 'https://example.com': terminal prompts disabled",
  },
  "ssh without a key": {
    stderr: `git@github.com: Permission denied (publickey).\nfatal: Could not read from remote repository.\n${AS_OTHERS}`,
    kind: "not let in",
    exit: 2,
    words: "git@github.com: Permission denied (publickey).",
  },
  "404 of GitHub": {
    stderr: `remote: Repository not found.\nfatal: repository 'https://github.com/a/b.git/' not found\n`,
    kind: "no such remote",
    exit: 2,
    words: "Repository not found.",
  },
  "503": {
    stderr: "fatal: unable to access 'https://example.com/x.git/': The requested URL returned error: 503\n",
    kind: "network",
    exit: 4,
    words: "unable to access 'https://example.com/x.git/': The requested URL returned error: 503",
  },
  "a connection that broke": {
    stderr:
      "error: RPC failed; curl 56 Recv failure: Connection reset by peer\nsend-pack: unexpected disconnect while reading sideband packet\nfatal: the remote end hung up unexpectedly\n",
    command: "push",
    exitCode: 1,
    kind: "network",
    exit: 4,
    words: "RPC failed; curl 56 Recv failure: Connection reset by peer",
  },
  "a remote that no longer answers": {
    stderr: `ssh: connect to host example.com port 22: Connection timed out\nfatal: Could not read from remote repository.\n${AS_OTHERS}`,
    kind: "network",
    exit: 4,
    words: "ssh: connect to host example.com port 22: Connection timed out",
  },
  "a partial clone without its remote": {
    stderr:
      "fatal: unable to access 'https://example.com/x.git/': Could not resolve host: example.com\nfatal: could not fetch 27e2 from promisor remote\n",
    kind: "partial clone",
    exit: 4,
    words: "unable to access 'https://example.com/x.git/': Could not resolve host: example.com",
  },
  "a damaged index": {
    stderr: "error: bad signature 0x00000000\nfatal: index file corrupt\n",
    kind: "damaged",
    exit: 4,
    words: "bad signature 0x00000000\n  index file corrupt",
    hint: "git fsck says what is damaged",
  },
  "a trace among the words": {
    stderr: "12:00:00.000001 git.c:460               trace: built-in: git tag\nfatal: something new\n",
    kind: "other",
    exit: 4,
    words: "something new",
  },
  "no git": { stderr: "", exitCode: -1, kind: "no git", exit: 2, words: "git could not be started" },
};

test.each(Object.entries(SAMPLES))("%s", (_, { kind, exit, words, hint, ...said }) => {
  const result = { exitCode: 128, stdout: "", ...said };
  const answer = readAnswer(result);
  const error = gitFailed(result, "tried");
  expect({ kind: answer.kind, exit: exitCodeOf(error), words: error.message.replace(/^tried: /, "") }).toEqual({ kind, exit, words }); // prettier-ignore
  if (hint !== undefined) expect(error.hint).toBe(hint);
});

describe("the lines that say why", () => {
  const lines: Record<string, [string, string[]]> = {
    "GitHub's rules": [
      "remote: error: GH013: Repository rule violations found for refs/tags/prompts/p/v1.        \nremote: Review all repository rules at https://github.com/acme/bot/rules?ref=refs%2Ftags%2Fprompts%2Fp%2Fv1        \nremote: \nremote: - Cannot create ref due to creations being restricted.        \nremote: \n" +
        FAILED,
      [
        "GH013: Repository rule violations found for refs/tags/prompts/p/v1.",
        "Review all repository rules at https://github.com/acme/bot/rules?ref=refs%2Ftags%2Fprompts%2Fp%2Fv1",
        "Cannot create ref due to creations being restricted.",
      ],
    ],
    "GitLab's protected tags": [
      "remote: GitLab: You are not allowed to create this tag as it is protected.        \n" + FAILED,
      ["GitLab: You are not allowed to create this tag as it is protected."],
    ],
    "an update hook's, without git's own": [
      "remote: only the release team tags        \nremote: error: hook declined to update refs/tags/prompts/p/v1        \n" +
        FAILED,
      ["only the release team tags"],
    ],
    "progress is none": [
      "Enumerating objects: 5, done.\rCounting objects: 100% (5/5), done.\nremote: Resolving deltas: 100%\nTotal 1 (delta 0)\nfatal: fsck error in packed object\n",
      ["fsck error in packed object"],
    ],
    "of many, those with a reason": [
      ["a", "b", "c", "d", "e", "f"].map((l) => `checked ${l}`).join("\n") + "\nthe message must name a ticket\n",
      ["the message must name a ticket"],
    ],
    "what a hook says of each ref": ["remote: no        \nremote: no        \n" + FAILED, ["no"]],
    "a list that follows": [
      "fatal: unknown repository extensions found:\n\tfoo\n\tbar\nfatal: gone\n",
      ["unknown repository extensions found: foo, bar", "gone"],
    ],
    "a line that goes on": [
      "error: some local refs could not be updated; try running\n 'git remote prune origin' to remove any old, conflicting branches\n",
      [
        "some local refs could not be updated; try running 'git remote prune origin' to remove any old, conflicting branches",
      ],
    ],
    "the status beside the page": [
      "remote: go away\nfatal: unable to access 'http://h/r.git/': The requested URL returned error: 503\n",
      ["go away", "The requested URL returned error: 503"],
    ],
    "git's word of a 401 whose page says none": [
      "remote: go away\nfatal: Authentication failed for 'http://h/r.git/'\n",
      ["go away", "Authentication failed for 'http://h/r.git/'"],
    ],
    nothing: ["", []],
  };
  test.each(Object.entries(lines))("%s", (_, [said, expected]) => {
    expect(wordsOf(said)).toEqual(expected);
  });
});

test("of an atomic push, the refs that were refused for a reason of their own", () => {
  const row = (tag: string, why: string) => `!\trefs/tags/${tag}:refs/tags/${tag}\t[${why}\n`;
  const stdout = `To x\n${row("prompts/p/v1", "remote rejected] (atomic transaction failed)")}${row("agents/d/v1", "remote rejected] (pre-receive hook declined)")}=\tHEAD:x\t[up to date]\n`;
  expect(refusedRefs(stdout)).toEqual([
    { ref: "refs/tags/agents/d/v1", reason: "pre-receive hook declined", byRemote: true },
  ]);
  expect(refusedRefs(row("prompts/p/v1", "rejected] (already exists)"))).toMatchObject([{ byRemote: false }]);
  expect(refusedRefs(REJECTED.replace("%", "push declined due to repository rule violations"))).toHaveLength(1);
});

test("what nobody may see is in no message and in no details", () => {
  const said =
    "see https://ci:hunter2@example.com/x and https://TOKEN@h/y, ssh://git@h/z, ssh://git:pw1@h/z, mail a@b.c, ghp_abcdefghijklmnopqrstuvwxyz0123456789";
  expect(withoutSecretsOf(said)).toBe(
    "see https://***@example.com/x and https://***@h/y, ssh://git@h/z, ssh://git:***@h/z, mail a@b.c, [REDACTED]",
  );
  const { message, details } = gitFailed({ exitCode: 128, stdout: "", stderr: `fatal: ${said}` }, "tried");
  expect(message + JSON.stringify(details)).not.toMatch(/hunter2|TOKEN|pw1|ghp_/);
});
