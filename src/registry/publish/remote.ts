import { AgentopsError } from "../../core/errors.ts";
import { pause } from "../../core/pause.ts";
import { shellWord } from "../git/answer-kinds.ts";
import { readAnswer, refusedRefs, type RefusedRef } from "../git/answer.ts";
import { gitFailed, type GitResult } from "../git/git.ts";
import { withHooks } from "../git/hooks.ts";
import { refusedPush } from "../git/refused-push.ts";
import { remoteOf, remotesOf, type Repo } from "../git/repo.ts";
import { addressOf } from "../files.ts";
import { parseTag, tagRefs } from "../versions/versions.ts";
import { blockedBy, foldersOf, inTheWay } from "./blocked.ts";
import type { Planned } from "./plan.ts";
import { pushTags } from "./push-tags.ts";
import type { NewTag } from "./tag-text.ts";

const LATER = "publish with --no-push and push the tags later";

/** Where versions are claimed, and the command that claims them: what somebody has to type again. */
export interface Claim {
  remote: string;
  again: string;
}

interface Typed {
  names?: readonly string[] | undefined;
  message?: string | undefined;
  actor?: string | undefined;
  sign?: boolean | undefined;
  push?: boolean | undefined;
}

/** The remote that decides who was first; null without one, or where nothing is pushed. Throws GIT_REFUSED where several could be meant. */
export async function claimingRemote(repo: Repo, typed: Typed): Promise<Claim | null> {
  if (typed.push === false) return null;
  const remote = await remoteOf(repo);
  if (remote !== null) return { remote, again: again(typed) };
  const remotes = await remotesOf(repo);
  if (remotes.length === 0) return null;
  throw new AgentopsError(
    "GIT_REFUSED",
    `which remote counts the versions? This branch follows none, and of ${remotes.join(", ")} none is called origin`,
    { hint: `git branch --set-upstream-to ${remotes[0] ?? "REMOTE"}/BRANCH, or publish with --no-push` },
  );
}

/** As it was typed: without its names it would publish what nobody meant yet. */
function again({ names = [], message, actor, sign }: Typed): string {
  return [
    "agentops publish",
    ...names.map(shellWord),
    ...(message === undefined ? [] : ["-m", shellWord(message)]),
    ...(sign === true ? ["--sign"] : []),
    ...(actor === undefined ? [] : ["--actor", shellWord(actor)]),
  ].join(" ");
}

/**
 * Throws CONCURRENT_CHANGE when the remote has a version of these artifacts that this clone lacks or that is another
 * one here, GIT_REFUSED when one of its tags is in their way, GIT_FAILED when it cannot be reached. Returns the tags of this project's
 * versions that only this clone has.
 */
export async function refuseWhenBehind(repo: Repo, claim: Claim, changed: readonly Planned[]): Promise<string[]> {
  const { remote } = claim;
  const folders = [...new Set(changed.flatMap(({ address }) => foldersOf(`${address}/`)))];
  const patterns = [...folders, ...changed.map(({ address }) => `refs/tags/${address}/v*`)];
  const listed = await listTags(repo, remote, patterns);
  if ("said" in listed) throw unreached(remote, listed.said, `cannot reach the remote ${remote}`);
  const { tags } = listed;
  const blocked = blockedBy(tags.keys(), changed.map(({ address, next }) => `${address}/${next}`)); // prettier-ignore
  if (blocked !== undefined) throw inTheWay(blocked.ref, blocked.tag, remote);
  const planned = new Map(changed.map((one) => [one.address, one]));
  for (const [ref, object] of tags) refuseOne(claim, planned, object, ref.replace("refs/tags/", ""));
  return changed
    .flatMap(({ own }) => own)
    .map(({ tag }) => tag)
    .filter((tag) => !tags.has(`refs/tags/${tag}`));
}

/** A command line has a length that thousands of patterns would pass. */
const MOST_PATTERNS = 200;

/** The tags a remote has, by ref; tags of a tag are not asked for. */
async function listTags(
  repo: Repo,
  remote: string,
  patterns: readonly string[],
  waitMs?: number,
): Promise<{ tags: Map<string, string> } | { said: GitResult }> {
  const some = patterns.length > MOST_PATTERNS ? [] : patterns;
  const said = await repo.git(
    ["ls-remote", "--refs", "--tags", remote, ...some],
    waitMs === undefined ? {} : { waitMs },
  );
  if (said.exitCode !== 0) return { said };
  const rows = said.stdout.split("\n").filter((line) => line !== "");
  return { tags: new Map(rows.map((line) => line.split("\t")).map(([object = "", ref = ""]) => [ref, object])) };
}

function refuseOne(claim: Claim, changed: ReadonlyMap<string, Planned>, object: string, tag: string): void {
  const parsed = parseTag(tag);
  const planned = parsed === null ? undefined : changed.get(addressOf(parsed.kind, parsed.name));
  if (parsed === null || planned === undefined) return;
  const here = planned.known.get(parsed.number);
  if (here === undefined) throw lost(`${claim.remote} has ${tag}, which this clone does not know`, claim);
  if (here.object === object) return;
  throw new AgentopsError("CONCURRENT_CHANGE", `${tag} here and on ${claim.remote} are different versions`, {
    hint: `git tag -d ${tag} && git fetch --tags ${claim.remote}, then ${claim.again}`,
  });
}

/** A look that nobody asked for is not waited for. */
const LOOK_MS = 3000;

/** Which of these versions the remote lacks; none where it cannot be asked. */
export async function lackingThere(
  repo: Repo,
  { remote }: Claim,
  versions: readonly { address: string; version: string }[],
): Promise<string[]> {
  const tags = versions.map(({ address, version }) => `${address}/${version}`);
  const listed = await listTags(repo, remote, tags.map((tag) => `refs/tags/${tag}`), LOOK_MS); // prettier-ignore
  return "said" in listed ? [] : tags.filter((tag) => !listed.tags.has(`refs/tags/${tag}`));
}

/**
 * Claims versions by pushing only their tags: the remote accepts each name once. All or none are accepted. Throws
 * CONCURRENT_CHANGE when somebody else was first, POLICY_REFUSED when the remote's rules refuse one, GIT_REFUSED and GIT_FAILED for anything else.
 */
export async function claimTags(repo: Repo, claim: Claim, tags: readonly NewTag[]): Promise<void> {
  const { remote } = claim;
  for (let tries = 1; ; tries++) {
    const result = await pushTags(repo, remote, tags.map(({ tag }) => tag)); // prettier-ignore
    if (result.exitCode === 0) return;
    const refused = refusedRefs(result.stdout);
    if (refused.length === 0)
      throw unreached(remote, await withHooks(repo, result, ["pre-push"]), `cannot push the tags to ${remote}`);
    if (await areThere(repo, claim, tags)) return;
    const error = pushRefused(remote, refused, result);
    // Whoever holds the remote's lock is about to make a tag, perhaps this one.
    if (error.code !== "GIT_FAILED" || tries === TRIES) throw error;
    await pause(PAUSE_MS * tries);
  }
}

const TRIES = 4;
const PAUSE_MS = 100;

/**
 * Words differ from host to host; the remote is asked whether it has the very tags: two that publish the same in one second make the same. Throws
 * where it has others of these names, or one in their way.
 */
async function areThere(repo: Repo, claim: Claim, tags: readonly NewTag[]): Promise<boolean> {
  const names = tags.map(({ tag }) => tag);
  const patterns = names.flatMap((tag) => [...foldersOf(tag), `refs/tags/${tag}`, `refs/tags/${tag}/*`]);
  const listed = await listTags(repo, claim.remote, patterns);
  if ("said" in listed) return false;
  const here = new Map((await tagRefs(repo)).map(({ tag, object }) => [tag, object]));
  const there = names.map((tag) => listed.tags.get(`refs/tags/${tag}`));
  const taken = names.filter((tag, i) => there[i] !== undefined && there[i] !== here.get(tag));
  if (taken.length > 0) throw lost(`somebody else published ${taken.join(", ")} first`, claim);
  const blocked = blockedBy(listed.tags.keys(), names);
  if (blocked !== undefined) throw inTheWay(blocked.ref, blocked.tag, claim.remote);
  return there.every((object) => object !== undefined);
}

function pushRefused(remote: string, refused: readonly RefusedRef[], result: GitResult): AgentopsError {
  const tags = refused.map(({ ref }) => ref.replace("refs/tags/", "")).join(", ");
  const what = `the tag${refused.length > 1 ? "s" : ""} ${tags}`;
  return refusedPush(
    { remote, what, rule: "decides who makes such tags", then: "then publish again" },
    refused,
    result,
  );
}

/** GitHub: no event is created for tags when more than three are pushed at once. All or none matters more than that. */
const MOST_EVENTS = 3;

/** Whether the push starts no workflow, for all that was pushed. */
export async function startsNothing(repo: Repo, { remote }: Claim, tags: readonly unknown[]): Promise<boolean> {
  if (tags.length <= MOST_EVENTS) return false;
  // What is published is told, also when somebody asked to stop meanwhile.
  const url = await repo.undo(["remote", "get-url", "--push", remote]);
  return url.exitCode === 0 && /github/i.test(hostOf(url.stdout));
}

/** Of an address, or of ssh's short form `git@host:path`. */
function hostOf(url: string): string {
  return /^(?:[a-z+]+:\/\/)?(?:[^/@]*@)?([^/:]+)/i.exec(url.trim())?.[1] ?? "";
}

/**
 * Whether the remote has tags whose push was not answered. Throws GIT_FAILED where it cannot be asked: then they stay here, since nobody knows
 * whether somebody else has them.
 */
export async function arrived(repo: Repo, remote: string, tags: readonly NewTag[]): Promise<boolean> {
  const first = tags[0]?.tag ?? "";
  const listed = await repo.undo(["ls-remote", "--refs", remote, `refs/tags/${first}`]);
  if (listed.exitCode === 0) return listed.stdout.trim() !== "";
  throw gitFailed(
    listed,
    `stopped while the tags were pushed, and not known whether ${remote} has them`,
    `git push ${remote} ${first}, or git ls-remote ${remote}, says it; the tags are here`,
  );
}

/** What a hook here refused needs another way out than a remote that is not to be had: that one can be left for later. */
function unreached(remote: string, result: GitResult, what: string): AgentopsError {
  const error = gitFailed(result, what, "check the remote");
  if (["hook", "git-lfs"].includes(readAnswer(result).kind)) return error;
  const hint = (error.hint ?? "")
    .replace("remote.NAME.", `remote.${remote}.`)
    .replace("set-url NAME", `set-url ${remote}`);
  return new AgentopsError(error.code, error.message, {
    hint: `${hint}; or ${LATER}`,
    details: error.details,
  });
}

function lost(message: string, { remote, again: command }: Claim): AgentopsError {
  return new AgentopsError("CONCURRENT_CHANGE", message, { hint: `git fetch --tags ${remote} && ${command}` });
}
