import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { actionsCheckout, type CheckoutInputs } from "./ci-checkouts.ts";
import type { GithubEvent } from "./github-runner.ts";
import { agentops, copyOfMade, git, put, tempProject } from "./project.ts";
import { commitAll, repositoryOf } from "./repository.ts";

const P = "prompts/p.prompt.yml";
const Q = "prompts/q.prompt.yml";

export function prompt(name: string, words: string): string {
  return `name: ${name}\nmodel: offline/stand-in-v1\nmessages: [{ role: user, content: "${words}" }]\n`;
}

/** Two prompts and a suite of one. */
export const FILES = {
  "agentops.config.yaml": "project: ci\nmodels: { offline: { kind: offline } }\n",
  [P]: prompt("p", "Say it."),
  [Q]: prompt("q", "Ask it."),
  "evals/s.suite.yml":
    "name: s\ntarget: prompts/p\ncases: [{ id: a }]\nscorers: [{ type: regex, value: '^' }]\ngate: { successRate: { min: 0.1 } }\n",
};

/**
 * What a hosting service has: a bare repository whose `main` has p@v1 and q@v1 published, and then q changed by somebody; the branch `pr`, made
 * before that, changes p; `refs/pull/7/merge` merges both, and `refs/pipelines/7` is the same for GitLab.
 */
export async function ciRemote(): Promise<string> {
  return copyOfMade("ci remote", async () => {
    const dir = await repositoryOf(FILES);
    const folder = tempProject();
    await git(folder, "clone", "-q", "--bare", dir, "origin.git");
    const bare = join(folder, "origin.git");
    await git(bare, "config", "uploadpack.allowAnySHA1InWant", "true");
    await git(dir, "remote", "add", "origin", bare);
    await git(dir, "fetch", "-q", "origin");
    await agentops(dir, ["publish", "-m", "first"]);
    await git(dir, "checkout", "-q", "-b", "pr");
    put(dir, P, prompt("p", "Say it well."));
    await commitAll(dir, "A better p");
    await git(dir, "checkout", "-q", "main");
    put(dir, Q, prompt("q", "Ask it well."));
    await commitAll(dir, "Main moves on");
    await git(dir, "push", "-q", "origin", "main", "pr");
    await git(dir, "checkout", "-q", "--detach");
    await git(dir, "merge", "-q", "--no-edit", "-m", "Merge pr into main", "pr");
    for (const ref of ["refs/pull/7/merge", "refs/pipelines/7"]) await git(dir, "push", "-q", "origin", `HEAD:${ref}`);
    return bare;
  });
}

/** The commit a ref of the remote is on. */
export function shaOf(remote: string, ref: string): Promise<string> {
  return git(remote, "rev-parse", `${ref}^{commit}`);
}

export async function pullRequest(remote: string): Promise<GithubEvent> {
  const ref = "refs/pull/7/merge";
  // `before` is there after a push to the branch, and is no base.
  const payload = { before: await shaOf(remote, "pr~1"), pull_request: { html_url: "https://x/y/pull/7" } };
  return { name: "pull_request", ref, sha: await shaOf(remote, ref), payload, env: { GITHUB_BASE_REF: "main", GITHUB_HEAD_REF: "pr" } }; // prettier-ignore
}

/** A push to main. */
export async function pushed(remote: string, before: string, payload: object = {}): Promise<GithubEvent> {
  return { name: "push", ref: "refs/heads/main", sha: await shaOf(remote, "main"), payload: { before, ...payload } };
}

/** The pull request in a merge queue: a branch of GitHub's own. */
export async function mergeGroup(remote: string): Promise<GithubEvent> {
  const [sha, base] = [await shaOf(remote, "refs/pull/7/merge"), await shaOf(remote, "main")];
  const ref = `refs/heads/gh-readonly-queue/main/pr-7-${base}`;
  await git(remote, "update-ref", ref, sha);
  const merge_group = { base_ref: "refs/heads/main", base_sha: base, head_ref: ref, head_sha: sha };
  return { name: "merge_group", ref, sha, payload: { merge_group } };
}

/** A fresh checkout of the event's commit by actions/checkout. */
export async function checkedOut(remote: string, event: GithubEvent, inputs: CheckoutInputs = {}): Promise<string> {
  const dir = tempProject();
  await actionsCheckout(dir, `file://${remote}`, event, inputs);
  return dir;
}

/** A hook of the remote. */
export function hook(remote: string, name: "update" | "pre-receive", script: string): void {
  writeFileSync(join(remote, "hooks", name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(remote, "hooks", name), 0o755);
}
