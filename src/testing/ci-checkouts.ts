import { existsSync } from "node:fs";
import { join } from "node:path";
import { git } from "./project.ts";

/** Inputs of actions/checkout, as a workflow writes them. */
export interface CheckoutInputs {
  ref?: string;
  "fetch-depth"?: string;
  "fetch-tags"?: string;
  /** Folders, one a line, in cone mode. */
  "sparse-checkout"?: string;
}

const ALL_BRANCHES = "+refs/heads/*:refs/remotes/origin/*";
const ALL_TAGS = "+refs/tags/*:refs/tags/*";

/** The git commands of actions/checkout v4, for the commit of an event, in a folder that may be a clone already. */
export async function actionsCheckout(
  dir: string,
  url: string,
  { ref, sha }: { ref: string; sha: string },
  { "fetch-depth": depth = "1", "fetch-tags": tags = "false", "sparse-checkout": sparse }: CheckoutInputs = {},
): Promise<void> {
  if (!existsSync(join(dir, ".git"))) {
    await git(dir, "init", "-q");
    await git(dir, "remote", "add", "origin", url);
  }
  await git(dir, "config", "--local", "gc.auto", "0");
  const one = refspecOf(ref, sha);
  const all = [ALL_BRANCHES, ALL_TAGS, ...(ref.startsWith("refs/pull/") ? one : [])];
  const whole = Number(depth) <= 0;
  const fetch = (refspecs: string[]) => fetchAs(dir, refspecs, { depth, tags });
  await fetch(whole ? all : one);
  // A tag's own object is not the event's commit, so it is fetched anew, as a lightweight tag.
  if (whole && (await git(dir, "rev-parse", here(ref))) !== sha) await fetch(one);
  if (sparse !== undefined) await git(dir, "sparse-checkout", "set", ...sparse.trim().split(/\s+/));
  const branch = /^refs\/heads\/(.+)$/.exec(ref)?.[1];
  const what = branch === undefined ? [here(ref)] : ["-B", branch, `refs/remotes/origin/${branch}`];
  await git(dir, "checkout", "--progress", "--force", ...what);
}

async function fetchAs(dir: string, refspecs: string[], { depth, tags }: { depth: string; tags: string }) {
  const none = tags !== "true" && !refspecs.includes(ALL_TAGS) ? ["--no-tags"] : [];
  const shallow = existsSync(join(dir, ".git/shallow")) ? ["--unshallow"] : [];
  const deep = Number(depth) > 0 ? [`--depth=${depth}`] : shallow;
  const args = ["fetch", ...none, "--prune", "--no-recurse-submodules", ...deep, "origin", ...refspecs];
  await git(dir, "-c", "protocol.version=2", ...args);
}

function refspecOf(ref: string, sha: string): string[] {
  return [`+${sha}:${here(ref)}`];
}

/** Where the checkout keeps a ref of the remote. */
function here(ref: string): string {
  return ref.replace(/^refs\/heads\//, "refs/remotes/origin/").replace(/^refs\/pull\//, "refs/remotes/pull/");
}

/**
 * What GitLab's runner does with GIT_STRATEGY fetch: a pipeline's commit by its own ref; beside it all branches and tags with GIT_DEPTH 0, else
 * the one branch or tag that the pipeline is of, and none where it is a merge request's.
 */
export async function gitlabCheckout(
  dir: string,
  url: string,
  { sha, pipeline, depth, of }: { sha: string; pipeline: number; depth: string; of?: string },
): Promise<void> {
  if (!existsSync(join(dir, ".git"))) {
    await git(dir, "init", "-q");
    await git(dir, "remote", "add", "origin", url);
  }
  const ref = `refs/pipelines/${pipeline}`;
  const one = of === undefined ? [] : [`+${of}:${here(of)}`];
  const refspecs = [`+${ref}:${ref}`, ...(depth === "0" ? [ALL_BRANCHES, ALL_TAGS] : one)];
  const unshallow = existsSync(join(dir, ".git/shallow")) ? ["--unshallow"] : [];
  const deep = depth === "0" ? unshallow : ["--depth", depth];
  await git(dir, "fetch", "origin", "--no-recurse-submodules", ...refspecs, ...deep, "--prune", "--quiet");
  await git(dir, "checkout", "-f", "-q", "--detach", sha);
}
