import { AgentopsError, isStop } from "../../core/errors.ts";
import { throwOnErrors } from "../../core/problems.ts";
import type { Project } from "../../core/project.ts";
import { reasonIn } from "../../core/reason.ts";
import { lintArtifacts } from "../lint/lint.ts";
import { commitFiles, refuseUnfinished } from "./commit.ts";
import { withPublishLock } from "./lock.ts";
import { planPublish, type Planned, type Skipped, type Unchanged } from "./plan.ts";
import { arrived, claimTags, refuseWhenBehind } from "./remote.ts";
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
  /** What it does not build on. */
  note?: string;
}

export interface PublishResult {
  schema: "agentops.publish/1";
  published: Published[];
  unchanged: Unchanged[];
  /** Behind a newer version, and not changed here. */
  skipped: Skipped[];
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
    return await withPublishLock(repo, () => publishLocked(project, repo, options));
  } catch (error) {
    if (!isStop(error)) throw error;
    throw new AgentopsError(error.code, `${error.message}: nothing was published, and no tag is left`, {
      hint: "publish again; a commit that was made is used",
    });
  }
}

async function publishLocked(project: Project, repo: Repo, options: PublishOptions): Promise<PublishResult> {
  const { changed, unchanged, skipped } = await planPublish(project, repo, options.names ?? []);
  if (changed.length === 0) return { schema: "agentops.publish/1", published: [], unchanged, skipped };
  await refuseUnfinished(repo);
  const remote = options.push === false ? null : await remoteOf(repo);
  if (remote !== null) await refuseWhenBehind(repo, remote, changed);
  const { sign } = options;
  const commit = await commitFiles(repo, filesOf(changed), { message: commitMessage(changed, options), sign });
  const tags = await Promise.all(changed.map((planned) => newTag(repo, commit, planned, options)));
  await makeTags(repo, tags, sign ?? false);
  if (remote !== null) await claimOrUndo(repo, remote, tags);
  const made = tags.map((tag, i) => ({ ...published(tag, remote !== null), ...noteOf(changed[i]) }));
  return { schema: "agentops.publish/1", published: made, unchanged, skipped };
}

async function claimOrUndo(repo: Repo, remote: string, tags: readonly NewTag[]): Promise<void> {
  try {
    await claimTags(repo, remote, tags);
  } catch (error) {
    // A push that was stopped may have arrived all the same, and then others have seen the versions.
    if (isStop(error) && (await arrived(repo, remote, tags))) return;
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

function noteOf(planned: Planned | undefined): { note?: string } {
  return planned?.note === undefined ? {} : { note: planned.note };
}

function published({ address, version, commit, tag, digest }: NewTag, pushed: boolean): Published {
  return { address, version, commit, tag, digest, pushed };
}
