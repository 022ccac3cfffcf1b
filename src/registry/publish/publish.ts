import { AgentopsError, isStop } from "../../core/errors.ts";
import { throwOnErrors } from "../../core/problems.ts";
import type { Project } from "../../core/project.ts";
import { reasonIn } from "../../core/reason.ts";
import { lintArtifacts } from "../lint/lint.ts";
import { commitFiles, refuseUnfinished } from "./commit.ts";
import { withPublishLock } from "./lock.ts";
import { planPublish, type Planned, type Unchanged } from "./plan.ts";
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
import { deleteTags, makeTags, type NewTag } from "./tags.ts";
import { readArtifact } from "../read.ts";
import { needRepo, remoteOf, type Repo } from "../git/repo.ts";
import { commitSource } from "../source.ts";

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
}

export interface PublishResult {
  schema: "agentops.publish/1";
  published: Published[];
  unchanged: Unchanged[];
  /** The remote that counts the versions; absent without one. */
  remote?: string;
  /** Tags of versions that it lacks: nobody else has them, and nobody else may take their numbers yet. Absent where none is. */
  onlyHere?: string[];
  /** More tags in one push than GitHub starts workflows for. */
  startsNoWorkflow?: true;
}

/**
 * Makes the next version of each artifact whose digest changed: lints, commits only the artifacts' own files (whatever
 * else is staged or dirty stays as it is), tags that commit, and claims the versions by pushing the tags alone.
 *
 * Nothing is half done: when this throws, no tag made here is left. The commit may be; publishing again tags it.
 * Throws LINT_FAILED, ARTIFACT_NOT_FOUND, REF_INVALID, GIT_FAILED (no repository, a merge under way, a failing hook, no
 * identity, an unreachable remote) and CONCURRENT_CHANGE (somebody else was first; fetch the tags and publish again).
 */
export async function publish(project: Project, options: PublishOptions = {}): Promise<PublishResult> {
  const repo = await needRepo(project);
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
  const { changed, unchanged } = await planPublish(project, repo, options.names ?? []);
  if (changed.length === 0) return nothing(repo, unchanged, options);
  await refuseBlocked(repo, changed);
  await refuseUnfinished(repo);
  const claim = await claimingRemote(repo, options);
  const onlyHere = claim === null ? [] : await refuseWhenBehind(repo, claim, changed);
  const { sign } = options;
  const commit = await commitFiles(repo, filesOf(changed), { message: commitMessage(changed, options), sign });
  const tags = await Promise.all(changed.map((planned) => newTag(repo, commit, planned, options)));
  await makeTags(repo, tags, sign ?? false);
  if (claim !== null) await claimOrUndo(repo, claim, tags);
  const remote = claim?.remote ?? (await remoteOf(repo));
  return {
    schema: "agentops.publish/1",
    published: tags.map((tag) => published(tag, claim !== null)),
    unchanged,
    ...(remote !== null && { remote }),
    ...(onlyHere.length > 0 && { onlyHere }),
    ...(claim !== null && (await startsNothing(repo, claim, tags)) && { startsNoWorkflow: true as const }),
  };
}

/** Versions that `--no-push` left here are said when somebody publishes again; a remote that cannot be asked keeps nobody from "unchanged". */
async function nothing(repo: Repo, unchanged: Unchanged[], options: PublishOptions): Promise<PublishResult> {
  const claim = await claimingRemote(repo, options).catch(() => null);
  const onlyHere = claim === null ? [] : await lackingThere(repo, claim, unchanged);
  const lacking = claim !== null && onlyHere.length > 0 ? { remote: claim.remote, onlyHere } : {};
  return { schema: "agentops.publish/1", published: [], unchanged, ...lacking };
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

/** The digest is taken from the commit and not from the worktree: a hook may have rewritten the file. */
async function newTag(
  repo: Repo,
  commit: string,
  planned: Planned,
  { message, actor }: PublishOptions,
): Promise<NewTag> {
  const content = await readArtifact(commitSource(repo, commit), planned);
  if (!content) {
    throw new AgentopsError("GIT_FAILED", `commit ${commit.slice(0, 12)} does not hold ${planned.address}`, {
      hint: "check that its folder is not excluded from git",
    });
  }
  return {
    address: planned.address,
    version: planned.next,
    tag: `${planned.address}/${planned.next}`,
    commit,
    digest: content.digest,
    path: `${repo.prefix}${content.files[0] ?? ""}`,
    message: reasonIn(message) ?? `Publish ${planned.address} ${planned.next}`,
    actor,
  };
}

function commitMessage(changed: readonly Planned[], { message }: PublishOptions): string {
  return reasonIn(message) ?? `Publish ${changed.map((c) => `${c.address} ${c.next}`).join(", ")}`;
}

function filesOf(changed: readonly Planned[]): string[] {
  return [...new Set(changed.flatMap((c) => c.files))];
}

function published({ address, version, commit, tag, digest }: NewTag, pushed: boolean): Published {
  return { address, version, commit, tag, digest, pushed };
}
