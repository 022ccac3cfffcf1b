import { readFile } from "node:fs/promises";
import type { Project } from "../../../core/project.ts";
import type { ChosenBase } from "../../../registry/git/base.ts";
import { defaultBase } from "../../../registry/git/default-base.ts";
import { needRepo, remotesOf } from "../../../registry/git/repo.ts";

/**
 * Where a pull or merge request goes to, as GitHub and GitLab say it; else the default branch. GitLab fetches commits
 * and no branches: with merged results it tells the target's tip, else the commit the branch was made from. GitHub's merge queue
 * names no branch: its event tells the commit that the group is put on. Throws GIT_REFUSED without a repository, VERSION_NOT_FOUND where
 * there is no default branch.
 */
export async function baseIn({ env, ...project }: Pick<Project, "root" | "env" | "signal">): Promise<ChosenBase> {
  const branch = env["GITHUB_BASE_REF"] || env["CI_MERGE_REQUEST_TARGET_BRANCH_NAME"];
  const commit = env["CI_MERGE_REQUEST_TARGET_BRANCH_SHA"] || env["CI_MERGE_REQUEST_DIFF_BASE_SHA"];
  const told = commit || (branch ? null : await queuedOn(env));
  if (told) return { ref: told, by: "ci" };
  const repo = await needRepo({ env, ...project });
  if (!branch) return defaultBase(repo);
  const remotes = await remotesOf(repo);
  const remote = remotes.length === 1 ? (remotes[0] ?? "origin") : "origin";
  return { ref: `${remote}/${branch}`, by: "ci" };
}

/** https://docs.github.com/webhooks/webhook-events-and-payloads#merge_group */
async function queuedOn({
  GITHUB_EVENT_NAME: name,
  GITHUB_EVENT_PATH: file,
}: NodeJS.ProcessEnv): Promise<string | null> {
  if (name !== "merge_group" || !file) return null;
  const text = await readFile(file, "utf8").catch(() => "");
  try {
    const event = JSON.parse(text) as { merge_group?: { base_sha?: unknown } } | null;
    const commit = event?.merge_group?.base_sha;
    return typeof commit === "string" && /^[0-9a-f]{40,64}$/.test(commit) ? commit : null;
  } catch {
    return null;
  }
}
