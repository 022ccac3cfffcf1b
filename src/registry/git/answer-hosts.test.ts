import { describe, expect, test } from "vitest";
import { exitCodeOf } from "../../core/errors.ts";
import { readAnswer } from "./answer.ts";
import { gitFailed } from "./git.ts";
import { refusedPush } from "./refused-push.ts";

const UNREAD =
  "fatal: Could not read from remote repository.\n\nPlease make sure you have the correct access rights\nand the repository exists.\n";

function read(stderr: string, more: { command?: string; exitCode?: number; stdout?: string; hookless?: boolean } = {}) {
  const result = { exitCode: 128, stdout: "", stderr, ...more };
  const error = gitFailed(result, "tried");
  return { kind: readAnswer(result).kind, exit: exitCodeOf(error), hint: error.hint ?? "", message: error.message };
}

/** What a host or ssh says over ssh, before git's own end. */
const OVER_SSH: [said: string, kind: string, exit: number][] = [
  ["ERROR: The key you are authenticating with has been marked as read only.", "not let in", 2],
  ["ERROR: Permission to o/r.git denied to deploy key", "not let in", 2],
  ["ERROR: You are not allowed to push code to this project.", "not let in", 2],
  ["GitLab: You are not allowed to push code to this project.", "not let in", 2],
  ["remote: ERROR: The project you were looking for could not be found or you do not have permission to view it.", "not let in", 2], // prettier-ignore
  ["ERROR: The project you were looking for could not be found or you don't have permission to view it.", "not let in", 2], // prettier-ignore
  ["Gogs: You do not have sufficient authorization for this action", "not let in", 2],
  ["Gitea: User: 3:bob with Key: 2:k is not authorized to write to o/r.", "not let in", 2],
  ["conq: repository access denied.", "not let in", 2],
  ["Too many authentication failures", "not let in", 2],
  ["Unauthorized", "not let in", 2],
  ["git@h: Permission denied (publickey).", "not let in", 2],
  ["ERROR: This repository was archived so it is read-only.", "archived", 2],
  ["ERROR: The organization has enabled or enforced SAML SSO.", "single sign-on", 2],
  ["ERROR: The repository owner has an IP allow list enabled, and 1.2.3.4 is not permitted", "not this address", 2],
  ["ERROR: Repository not found.", "no such remote", 2],
  ["ERROR: A word nobody wrote down yet.", "host's word", 2],
  ["remote: ERROR: A word nobody wrote down yet.", "host's word", 2],
  ["Host key verification failed.", "host key", 2],
  ["@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @\nHost key verification failed.", "host key", 2],
  ["sh: 1: /nope/ssh: not found", "no program", 2],
  ["", "silent program", 2],
  ["GitLab: Internal API unreachable", "host's trouble", 4],
  ["ERROR: Internal server error, please try again later", "host's trouble", 4],
  ["Repository 'x' is read-only: maintenance", "host's trouble", 4],
  ["kex_exchange_identification: Connection closed by remote host", "network", 4],
  ["ssh: Could not resolve hostname h: Temporary failure in name resolution", "network", 4],
];
test.each(OVER_SSH)("over ssh: %s", (said, kind, exit) => {
  expect(read(`${said === "" ? "" : `${said}\n`}${UNREAD}`)).toMatchObject({ kind, exit });
});

/** Of a server, and of what is wrong with this machine; with a word of the way out. */
const ELSEWHERE: [stderr: string, kind: string, exit: number, hint?: RegExp][] = [
  ["remote: Access denied\nfatal: unable to access 'h': The requested URL returned error: 503", "network", 4],
  ["remote: denied\nfatal: unable to access 'h': The requested URL returned error: 429", "network", 4],
  ["fatal: unable to access 'h': The requested URL returned error: 407", "proxy", 2, /http\.proxy/],
  ["fatal: unable to access 'h': SSL certificate problem: unable to get local issuer certificate", "certificate", 2, /http\.sslCAInfo/], // prettier-ignore
  ["fatal: unable to access 'h': server certificate verification failed. CAfile: none CRLfile: none", "certificate", 2, /http\.sslCAInfo/], // prettier-ignore
  ["No ED25519 host key is known for git.h and you have requested strict checking.", "host key", 2, /ssh-keyscan git\.h/], // prettier-ignore
  ["fatal: cannot run /nope/ssh: No such file or directory\nfatal: unable to fork", "no program", 2, /install \/nope\/ssh.*core\.sshCommand/], // prettier-ignore
  ["fatal: transport 'file' not allowed", "not allowed here", 2, /protocol\.file\.allow/],
  ["git: 'remote-foo' is not a git command. See 'git --help'.", "no program", 2, /git remote -v/],
  ["fatal: no path specified; see 'git help pull' for valid url syntax", "address", 2, /set-url/],
  [`fatal: 'origin' does not appear to be a git repository\n${UNREAD}`, "address", 2, /set-url/],
  [`fatal: '/mnt/r.git' does not appear to be a git repository\n${UNREAD}`, "remote away", 4],
  ["fatal: unable to access 'h': Maximum (20) redirects followed", "address", 2],
  ["fatal: unable to access 'h': gnutls_handshake() failed: An unexpected TLS packet was received.", "address", 2],
  ["error: unknown option `show-object-format'\nusage: git rev-parse", "old git", 2, /2\.25/],
  ["xcode-select: error: no developer tools were found, use xcode-select --install", "no developer tools", 2],
  ["error: missing config key GIT_CONFIG_KEY_0\nfatal: unable to parse command-line config", "variables", 2, /GIT_CONFIG_VALUE_n/], // prettier-ignore
  ["fatal: invalid date format: bogus", "date", 2, /GIT_COMMITTER_DATE/],
  ["fatal: name consists only of disallowed characters: <>", "identity", 2, /user\.name/],
  ["fatal: CRLF would be replaced by LF in prompts/p.prompt.yml", "line ends", 2, /core\.safecrlf/],
  ["error: insufficient permission for adding an object to repository database .git/objects\nfatal: failed to write commit object", "no permission", 2, /owns/], // prettier-ignore
  ["error: unable to normalize alternate object path: /m/objects\nfatal: missing object 27e2 for refs/heads/main", "alternates", 2, /--reference/], // prettier-ignore
  ["error: object directory /m/objects does not exist; check .git/objects/info/alternates\nfatal: bad object HEAD", "alternates", 2], // prettier-ignore
  ["fatal: unexpected line in .git/packed-refs: <<<<<<< x", "damaged refs", 2, /\.git\/packed-refs/],
  ["fatal: write error: Out of diskspace", "disk full", 4],
  // git's advice on a lock has "try again" in it, and is no host's.
  ["fatal: Unable to create '/w/.git/index.lock': File exists.\n\nPlease make sure all processes\nare terminated then try again.", "lock", 5], // prettier-ignore
];
test.each(ELSEWHERE)("%s", (stderr, kind, exit, hint = /(?:)/) => {
  expect(read(stderr)).toMatchObject({ kind, exit, hint: expect.stringMatching(hint) as string });
});

describe("where no hook is on this machine, none is blamed:", () => {
  const failed = "error: failed to push some refs to '../x.bundle'\n";
  test("for a push that git ends without a reason", () => {
    const said = { command: "push", exitCode: 1 };
    expect(read(failed, said)).toMatchObject({ kind: "hook", exit: 2 });
    expect(read(failed, { ...said, hookless: true })).toMatchObject({
      kind: "no push",
      exit: 2,
      message: "tried: this remote cannot be pushed to (failed to push some refs to '../x.bundle')",
    });
  });
  test("and a connection that broke stays one", () => {
    const said = { command: "push", exitCode: 1, hookless: true };
    expect(read(`error: RPC failed; curl 56 Recv failure\n${failed}`, said)).toMatchObject({ kind: "network", exit: 4 }); // prettier-ignore
  });
});

/** A gc at work takes what a commit is about to be made of; it ends with the number that a hook's refusal has. */
const SWEPT: [stderr: string, exitCode: number, kind: string][] = [
  ["error: invalid object 100644 1212 for 'prompts/p.prompt.yml'\nerror: Error building trees\n", 1, "damaged"],
  ["error: unable to create temporary file: No such file or directory\nerror: Error building trees\n", 1, "swept"],
  ["error: unable to create temporary file: No such file or directory\nfatal: failed to write commit object\n", 128, "swept"], // prettier-ignore
];
test.each(SWEPT)("a commit beside a gc: %s", (stderr, exitCode, kind) => {
  expect(read(stderr, { command: "commit", exitCode })).toMatchObject({ kind, exit: 4 });
});

test("a wrapper that finds no git is no git", () => {
  expect(read("", { exitCode: 127 })).toMatchObject({ kind: "no git", exit: 2 });
});

/** What a remote's own trouble, its rules and its folders are, in one push that it did not take. */
const REFUSED: [stderr: string, reason: string, code: string, says: RegExp][] = [
  ["error: remote unpack failed: unable to create temporary object directory", "unpacker error", "GIT_REFUSED", /remote unpack failed: unable to create temporary object directory$/], // prettier-ignore
  ["remote: fatal: write error: No space left on device\nerror: remote unpack failed: unable to create temporary object directory", "unpacker error", "GIT_FAILED", /No space left/], // prettier-ignore
  ["error: remote unpack failed: index-pack abnormal exit", "unpacker error", "GIT_FAILED", /index-pack abnormal exit$/], // prettier-ignore
  ["remote: GitLab: You are not allowed to push notes", "pre-receive hook declined", "POLICY_REFUSED", /notes$/],
  ["remote: Unauthorized: sign the agreement", "hook declined", "POLICY_REFUSED", /sign the agreement$/],
  ["", "deny updating a hidden ref", "POLICY_REFUSED", /hidden ref$/],
  ["", "failed to update ref", "GIT_FAILED", /failed to update ref$/],
];
test.each(REFUSED)("a push that was not taken: %s (%s)", (stderr, reason, code, says) => {
  const pushed = { remote: "origin", what: "the notes", rule: "decides", then: "then again" };
  const refused = [{ ref: "refs/notes/agentops", reason, byRemote: true }];
  const error = refusedPush(pushed, refused, { exitCode: 1, stdout: "", stderr, command: "push" });
  expect([error.code, error.message]).toEqual([code, expect.stringMatching(says)]);
});
