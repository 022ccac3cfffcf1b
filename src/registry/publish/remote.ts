import { AgentopsError } from "../../core/errors.ts";
import { gitFailed, type GitResult } from "../git/git.ts";
import type { Planned } from "./plan.ts";
import type { NewTag } from "./tags.ts";
import type { Repo } from "../git/repo.ts";
import { parseTag } from "../versions/versions.ts";

const OFFLINE_HINT = "check the remote, or publish with --no-push and push the tags later";

/**
 * Throws CONCURRENT_CHANGE when the remote has a version of these artifacts that this clone lacks or that is another
 * one here, GIT_FAILED when it cannot be reached.
 */
export async function refuseWhenBehind(repo: Repo, remote: string, changed: readonly Planned[]): Promise<void> {
  const patterns = changed.map(({ address }) => `refs/tags/${address}/v*`);
  const listed = await repo.git(["ls-remote", "--refs", remote, ...patterns]);
  if (listed.exitCode !== 0) throw gitFailed(listed, `cannot reach the remote ${remote}`, OFFLINE_HINT);
  const lines = listed.stdout.split("\n").filter((line) => line !== "");
  for (const [object, ref] of lines.map((line) => line.split("\t"))) {
    refuseOne(remote, changed, object ?? "", (ref ?? "").replace("refs/tags/", ""));
  }
}

function refuseOne(remote: string, changed: readonly Planned[], object: string, tag: string): void {
  const parsed = parseTag(tag);
  const planned = parsed && changed.find(({ kind, name }) => kind === parsed.kind && name === parsed.name);
  if (!planned) return;
  const here = planned.known.get(parsed.number);
  if (here === undefined) throw lost(`${remote} has ${tag}, which this clone does not know`, remote);
  if (here.object === object) return;
  throw new AgentopsError("CONCURRENT_CHANGE", `${tag} here and on ${remote} are different versions`, {
    hint: `git tag -d ${tag} && git fetch --tags ${remote}, then publish again`,
  });
}

/**
 * Claims versions by pushing only their tags: the remote accepts each name once. All or none are accepted. Throws
 * CONCURRENT_CHANGE when somebody else was first, GIT_FAILED for anything else.
 */
export async function claimTags(repo: Repo, remote: string, tags: readonly NewTag[]): Promise<void> {
  const refs = tags.map(({ tag }) => `refs/tags/${tag}:refs/tags/${tag}`);
  const atomic = tags.length > 1 ? ["--atomic"] : [];
  const result = await repo.git(["push", "--porcelain", "--no-follow-tags", ...atomic, remote, ...refs]);
  if (result.exitCode === 0) return;
  if (wasTaken(result)) throw lost(`somebody else published ${tags.map((t) => t.tag).join(", ")} first`, remote);
  throw gitFailed(result, `cannot push the tags to ${remote}`, OFFLINE_HINT);
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

function wasTaken({ stdout, stderr }: GitResult): boolean {
  return /\(already exists\)|reference already exists|cannot lock ref|failed to update ref/.test(stdout + stderr);
}

function lost(message: string, remote: string): AgentopsError {
  return new AgentopsError("CONCURRENT_CHANGE", message, {
    hint: `git fetch --tags ${remote} && agentops publish`,
  });
}
