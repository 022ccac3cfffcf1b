import { AgentopsError, isStop } from "../../core/errors.ts";
import { throwOnErrors } from "../../core/problems.ts";
import type { Project } from "../../core/project.ts";
import { reasonIn } from "../../core/reason.ts";
import { lintArtifacts } from "../lint/lint.ts";
import { commitAsPlanned } from "./as-planned.ts";
import { refuseUnfinished } from "./commit.ts";
import { refuseInHook } from "./hook.ts";
import { withPublishLock } from "./lock.ts";
import { type LeftOut, meantOf, refuseUnfit } from "./meant.ts";
import { ownFiles } from "./own-files.ts";
import { type Along, goesAlong } from "./place.ts";
import { planPublish, type Planned, type Skipped, type Unchanged } from "./plan.ts";
import { refuseBlocked } from "./blocked.ts";
import {
  arrived,
  type Claim,
  claimingRemote,
  claimTags,
  lackingThere,
  refuseWhenBehind,
  startsNothing,
} from "./remote.ts";
import { type Status, statusOf } from "./status.ts";
import type { NewTag } from "./tag-text.ts";
import { deleteTags, makeTags, refuseSignature } from "./tags.ts";
import { currentBranch, needRepo, remoteOf, type Repo } from "../git/repo.ts";
import { committedSigners } from "../signing/signers.ts";

export interface PublishOptions {
  /** NAME, `prompts/NAME` or `agents/NAME`; every artifact when empty or absent. */
  names?: readonly string[] | undefined;
  /** For the commit and the tags; "Publish prompts/NAME v7" when absent. */
  message?: string | undefined;
  /** Who publishes, where somebody was named: who approves must be another one, whatever git calls the machine's user. */
  actor?: string | undefined;
  /** Signs commit and tags with git's own ssh or gpg setup. */
  sign?: boolean | undefined;
  /** False neither looks at the remote nor pushes the tags. */
  push?: boolean | undefined;
}

interface Published {
  address: string;
  version: string;
  commit: string;
  tag: string;
  digest: string;
  /** The remote has the tag, so nobody else can take this version. */
  pushed: boolean;
  /** What it does not build on. */
  note?: string;
}

export interface PublishResult {
  schema: "agentops.publish/1";
  published: Published[];
  unchanged: Unchanged[];
  /** Behind a newer version, and not changed here. */
  skipped: Skipped[];
  /** Changed artifacts that nobody named and git does not know. */
  leftOut: LeftOut[];
  /** The branch that HEAD is on, also where nothing was left to publish; null where HEAD is detached. */
  branch: string | null;
  /** Commits on no branch of the remote, which it has through the tags; null where none or nothing was pushed. */
  along: Along | null;
  /** The branch whose list of signers lets `verify` refuse these versions, which are not signed; else null. */
  unsigned: string | null;
  /** The remote that counts the versions; absent without one. */
  remote?: string;
  /** Tags of versions that it lacks: nobody else has them, and nobody else may take their numbers yet. Absent where none is. */
  onlyHere?: string[];
  /** More tags in one push than GitHub starts workflows for. */
  startsNoWorkflow?: true;
}

const NOTHING: PublishResult = {
  schema: "agentops.publish/1",
  published: [],
  unchanged: [],
  skipped: [],
  leftOut: [],
  branch: null,
  along: null,
  unsigned: null,
};

/**
 * Makes the next version of each artifact whose digest changed: lints, commits only the artifacts' own files (whatever
 * else is staged or dirty stays as it is), tags that commit, and claims the versions by pushing the tags alone.
 *
 * Nothing is half done: when this throws, no tag made here is left. The commit may be, if it holds what was planned; publishing again tags it.
 * Throws USAGE, LINT_FAILED, ARTIFACT_NOT_FOUND, REF_INVALID, CHECKOUT_INVALID (what would be tagged is not what is on disk), GIT_FAILED (no repository, a merge under way, a failing hook, no
 * identity, an unreachable remote) and CONCURRENT_CHANGE (somebody else was first; fetch the tags and publish again).
 */
export async function publish(project: Project, options: PublishOptions = {}): Promise<PublishResult> {
  refuseSignature(options.message);
  const repo = await needRepo(project);
  await refuseInHook(repo, project.env);
  throwOnErrors(await lintArtifacts(project, { only: options.names, release: true }), "LINT_FAILED");
  try {
    return await withPublishLock(repo, project.env, () => publishLocked(project, repo, options));
  } catch (error) {
    if (!isStop(error)) throw error;
    throw new AgentopsError(error.code, `${error.message}: nothing was published, and no tag is left`, {
      hint: "publish again; a commit that was made is used",
    });
  }
}

async function publishLocked(project: Project, repo: Repo, options: PublishOptions): Promise<PublishResult> {
  const { names = [], sign } = options;
  const plan = await planPublish(project, repo, names, options.push !== false);
  const { unchanged, skipped } = plan;
  if (plan.changed.length === 0) {
    const [branch, lacks] = await Promise.all([currentBranch(repo), lacking(repo, unchanged, options)]);
    return { ...NOTHING, unchanged, skipped, branch, ...lacks };
  }
  const owned = await ownFiles(repo, plan.changed);
  const status = await statusOf(
    repo,
    owned.flatMap(({ paths, twins }) => [...paths, ...twins]),
  );
  const { meant, leftOut } =
    names.length > 0 ? { meant: owned, leftOut: [] } : meantOf(owned, status, unchanged.length + skipped.length > 0);
  if (meant.length === 0) return { ...NOTHING, unchanged, skipped, leftOut, branch: status.branch };
  await refuseUnfit(repo, meant, status);
  const changed = meant.map(({ planned }) => planned);
  const { claim, remote, along, signers, onlyHere } = await askedFirst(repo, changed, status, options);
  const message = commitMessage(changed, options);
  const commit = await commitAsPlanned(project, repo, { meant, status, message, sign });
  const tags = changed.map((planned) => newTag(repo, commit, planned, options));
  const signed = await makeTags(repo, tags, sign ?? false);
  if (claim !== null) await claimOrUndo(repo, claim, tags);
  return {
    ...NOTHING,
    published: tags.map((tag, i) => ({ ...published(tag, claim !== null), ...noteOf(changed[i]) })),
    unchanged,
    skipped,
    leftOut,
    branch: status.branch,
    along,
    unsigned: signed ? null : signers,
    ...(remote !== null && { remote }),
    ...(onlyHere.length > 0 && { onlyHere }),
    ...(claim !== null && (await startsNothing(repo, claim, tags)) && { startsNoWorkflow: true as const }),
  };
}

/** All that may refuse a publish, asked before anything is made, and while the remote is waited for. */
async function askedFirst(repo: Repo, changed: readonly Planned[], { head }: Status, options: PublishOptions) {
  const [claim] = await Promise.all([
    claimingRemote(repo, options),
    refuseUnfinished(repo),
    refuseBlocked(repo, changed),
  ]);
  const [remote, along, signers, onlyHere] = await Promise.all([
    claim?.remote ?? remoteOf(repo),
    claim === null ? null : goesAlong(repo, claim.remote, head),
    options.sign === true ? null : listOfSigners(repo),
    claim === null ? [] : refuseWhenBehind(repo, claim, changed),
  ]);
  return { claim, remote, along, signers, onlyHere };
}

/** The branch whose list of signers will not have an unsigned version; null where nobody has to sign. */
async function listOfSigners(repo: Repo): Promise<string | null> {
  const { branch, text, committed } = await committedSigners(repo);
  return committed && text !== null ? branch : null;
}

/** Versions that `--no-push` left here are said when somebody publishes again; a remote that cannot be asked keeps nobody from "unchanged". */
async function lacking(
  repo: Repo,
  unchanged: readonly Unchanged[],
  options: PublishOptions,
): Promise<Pick<PublishResult, "remote" | "onlyHere">> {
  const claim = await claimingRemote(repo, options).catch(() => null);
  const onlyHere = claim === null ? [] : await lackingThere(repo, claim, unchanged);
  return claim !== null && onlyHere.length > 0 ? { remote: claim.remote, onlyHere } : {};
}

async function claimOrUndo(repo: Repo, claim: Claim, tags: readonly NewTag[]): Promise<void> {
  try {
    await claimTags(repo, claim, tags);
  } catch (error) {
    // A push that was stopped may have arrived all the same, and then others have seen the versions.
    if (isStop(error) && (await arrived(repo, claim.remote, tags))) return;
    await deleteTags(repo, tags);
    throw error;
  }
}

function newTag(repo: Repo, commit: string, planned: Planned, { message, actor }: PublishOptions): NewTag {
  const { address, next, digest, files } = planned;
  return {
    address,
    version: next,
    tag: `${address}/${next}`,
    commit,
    digest,
    path: `${repo.prefix}${files[0] ?? ""}`,
    message: reasonIn(message) ?? `Publish ${address} ${next}`,
    actor,
  };
}

function commitMessage(changed: readonly Planned[], { message }: PublishOptions): string {
  return reasonIn(message) ?? `Publish ${changed.map((c) => `${c.address} ${c.next}`).join(", ")}`;
}

function noteOf(planned: Planned | undefined): { note?: string } {
  return planned?.note === undefined ? {} : { note: planned.note };
}

function published({ address, version, commit, tag, digest }: NewTag, pushed: boolean): Published {
  return { address, version, commit, tag, digest, pushed };
}
