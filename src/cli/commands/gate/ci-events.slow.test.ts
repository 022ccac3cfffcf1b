import { execa } from "execa";
import { describe, expect, test } from "vitest";
import { actionsCheckout, gitlabCheckout } from "../../../testing/ci-checkouts.ts";
import { checkedOut, ciRemote, mergeGroup, prompt, pullRequest, pushed, shaOf } from "../../../testing/ci-remote.ts";
import { fileInDocs, type GithubEvent, runJob, type Workflow } from "../../../testing/github-runner.ts";
import { agentops, cleanEnv, git, put, tempProject } from "../../../testing/project.ts";

const { jobs, on }: Workflow = fileInDocs(".github/workflows/agentops.yml");
const GITLAB = fileInDocs(".gitlab-ci.yml");
const ZEROS = "0".repeat(40);
/** p alone changed, and one case is not enough for a verdict. */
const JUDGED = { code: 3, outputs: { changed: "1", verdict: "inconclusive" } };

/** The page's workflow, with a `gh` that does nothing. */
async function onGithub(origin: string, event: GithubEvent) {
  expect(Object.keys(on)).toContain(event.name);
  const steps = jobs["gate"]!.steps.filter((step) => step.name !== "Comment");
  return runJob(steps, { origin, event });
}

describe("the workflow of docs/ci.md, as GitHub checks out:", () => {
  test("a pull request: the branch's change alone, not what main changed since", async () => {
    const origin = await ciRemote();
    const job = await onGithub(origin, await pullRequest(origin));
    expect(job, job.log).toMatchObject(JUDGED);
    expect(job.log).toContain("file=prompts/p.prompt.yml");
  });

  test("a merge queue: against the queue's own base", async () => {
    const origin = await ciRemote();
    const job = await onGithub(origin, await mergeGroup(origin));
    expect(job, job.log).toMatchObject(JUDGED);
  });

  test("a merge queue with another one ahead: what that one changed does not count", async () => {
    const origin = await ciRemote();
    const event = await mergeGroup(origin);
    // Main without q's change is what the queue began with; the group ahead brings it.
    await git(origin, "update-ref", "refs/heads/main", "main~1");
    const job = await onGithub(origin, event);
    expect(job, job.log).toMatchObject(JUDGED);
  });

  test("a push to main: what was pushed", async () => {
    const origin = await ciRemote();
    const before = await shaOf(origin, "main");
    await git(origin, "update-ref", "refs/heads/main", "refs/pull/7/merge");
    const job = await onGithub(origin, await pushed(origin, before));
    expect(job, job.log).toMatchObject(JUDGED);
  });

  test("a push of nothing that a prompt says: pass", async () => {
    const origin = await ciRemote();
    const dir = await checkedOut(origin, await pushed(origin, ZEROS), { "fetch-depth": "0" });
    await git(dir, "commit", "-q", "--allow-empty", "-m", "Docs");
    await git(dir, "push", "-q", "origin", "main");
    const job = await onGithub(origin, await pushed(origin, await shaOf(origin, "main~1")));
    expect(job, job.log).toMatchObject({ code: 0, outputs: { changed: "0", verdict: "pass" } });
  });

  test.each<[string, (origin: string) => Promise<string>]>([
    ["the first push, without a commit before", () => Promise.resolve(ZEROS)],
    ["a forced push, whose commit before is in no branch", forcedAway],
  ])("%s: exit 2, no verdict", async (_name, before) => {
    const origin = await ciRemote();
    const job = await onGithub(origin, await pushed(origin, await before(origin), { forced: true }));
    expect(job, job.log).toMatchObject({ code: 2, outputs: { "exit-code": "2" } });
    expect(job.outputs["verdict"]).toBe("");
    expect(job.log).toMatch(/^hint: /m);
  });
});

/** A commit that only a force-push has left behind. */
async function forcedAway(origin: string): Promise<string> {
  const tree = await git(origin, "rev-parse", "main^{tree}");
  return git(origin, "commit-tree", tree, "-p", "main~1", "-m", "Rewritten since");
}

describe("a checkout that lacks something is no green gate:", () => {
  test.each<[string, Parameters<typeof checkedOut>[2], string[], number]>([
    ["actions/checkout as it is", {}, [], 2],
    ["with tags", { "fetch-tags": "true" }, [], 2],
    ["fetch-depth: 2 of the merge ref", { "fetch-depth": "2" }, ["--base", "HEAD~1"], 3],
    ["fetch-depth: 0 without prompts/", { "fetch-depth": "0", "sparse-checkout": "evals" }, [], 2],
    ["fetch-depth: 0 without evals/", { "fetch-depth": "0", "sparse-checkout": "prompts" }, [], 3],
    ["fetch-depth: 0 with both", { "fetch-depth": "0", "sparse-checkout": "prompts\nevals" }, [], 3],
  ])("%s", async (_name, inputs, args, code) => {
    const origin = await ciRemote();
    const dir = await checkedOut(origin, await pullRequest(origin), inputs);
    const ran = await agentops(dir, ["gate", "--format", "github", ...args], { GITHUB_BASE_REF: "main", CI: "true" });
    expect(ran.code, ran.stderr + ran.stdout).toBe(code);
    expect(ran.stdout).not.toContain("gate: pass");
  });

  // Nothing was compared, so nothing passes.
  test("a night's job on main compares with nothing", async () => {
    const origin = await ciRemote();
    const dir = await checkedOut(origin, await pushed(origin, ZEROS), { "fetch-depth": "0" });
    for (const args of [["--base", "origin/main"], []]) {
      const { code, stdout } = await agentops(dir, ["gate", ...args]);
      expect([2, 3], stdout).toContain(code);
    }
  });

  test("the head branch instead of the merge ref: the same change", async () => {
    const origin = await ciRemote();
    const event = { name: "pull_request", ref: "refs/heads/pr", sha: await shaOf(origin, "pr") };
    const dir = await checkedOut(origin, event, { "fetch-depth": "0" });
    const { stdout } = await agentops(dir, ["gate", "--json"], { GITHUB_BASE_REF: "main" });
    expect(JSON.parse(stdout).changed).toMatchObject([{ artifact: "prompts/p" }]);
  });

  test("a runner that keeps its clone: what another job left in it does not count", async () => {
    const origin = await ciRemote();
    const dir = await checkedOut(origin, await pullRequest(origin), {});
    await git(dir, "checkout", "-q", "-B", "main");
    put(dir, "prompts/q.prompt.yml", prompt("q", "Stale."));
    await git(dir, "commit", "-q", "-am", "Left behind by a job");
    await git(dir, "tag", "main");
    await actionsCheckout(dir, `file://${origin}`, await pullRequest(origin), { "fetch-depth": "0" });
    const { stdout, code } = await agentops(dir, ["gate", "--json"], { GITHUB_BASE_REF: "main" });
    expect([code, JSON.parse(stdout).changed]).toMatchObject([3, [{ artifact: "prompts/p" }]]);
  });
});

describe("the job of docs/ci.md, as GitLab checks out:", () => {
  const { GIT_DEPTH } = GITLAB["agentops gate"].variables;
  const gate = GITLAB["agentops gate"].script.map((line: string) => line.replace(/node \S+agentops.js/, "agentops"));

  async function onGitlab(depth: string, ci: NodeJS.ProcessEnv) {
    const origin = await ciRemote();
    const dir = tempProject();
    const sha = await shaOf(origin, "refs/pipelines/7");
    await gitlabCheckout(dir, `file://${origin}`, { sha, pipeline: 7, depth });
    const base = { CI_MERGE_REQUEST_TARGET_BRANCH_NAME: "main", CI_MERGE_REQUEST_DIFF_BASE_SHA: await shaOf(origin, "pr~1"), CI_MERGE_REQUEST_TARGET_BRANCH_SHA: await shaOf(origin, "main"), ...ci }; // prettier-ignore
    expect(gate).toHaveLength(1);
    return agentops(dir, ["gate", "--json"], base);
  }

  test.each([
    ["with the page's depth", GIT_DEPTH as string],
    ["with GitLab's default depth, no branch and no tag", "20"],
  ])("merged results %s", async (_name, depth) => {
    const { code, stdout, stderr } = await onGitlab(depth, {});
    expect(code, stderr).toBe(3);
    expect(JSON.parse(stdout).changed).toMatchObject([{ artifact: "prompts/p" }]);
  });

  test("one commit deep there is nothing to compare with", async () => {
    const { code, stdout } = await onGitlab("1", {});
    expect([code, stdout]).toEqual([2, ""]);
  });
});

describe("other services check out a detached commit:", () => {
  const SERVICES: [string, (dir: string, url: string, sha: string) => string[][]][] = [
    ["Jenkins", (dir, url, sha) => [["init", dir], ["fetch", "--no-tags", "--force", "--progress", url, "+refs/heads/*:refs/remotes/origin/*"], ["config", "remote.origin.url", url], ["config", "--add", "remote.origin.fetch", "+refs/heads/*:refs/remotes/origin/*"], ["checkout", "-f", sha]]], // prettier-ignore
    ["Azure Pipelines, fetchDepth 0", (dir, url, sha) => [["init", dir], ["remote", "add", "origin", url], ["fetch", "--force", "--tags", "--prune", "--prune-tags", "--progress", "--no-recurse-submodules", "origin", "+refs/heads/*:refs/remotes/origin/*", `+${sha}`], ["checkout", "--progress", "--force", sha]]], // prettier-ignore
    ["Buildkite", (dir, url, sha) => [["clone", "-v", url, dir], ["clean", "-ffxdq"], ["fetch", "-v", "--prune", "origin", "pr"], ["checkout", "-f", sha]]], // prettier-ignore
    ["Bitbucket, clone depth full", (dir, url, sha) => [["clone", "--branch=pr", url, dir], ["reset", "--hard", sha], ["merge", "origin/main", "--no-edit"]]], // prettier-ignore
  ];

  test.each(SERVICES)("%s", async (_name, commands) => {
    const origin = await ciRemote();
    const dir = `${tempProject()}/build`;
    const sha = await shaOf(origin, "pr");
    for (const args of commands(dir, `file://${origin}`, sha)) {
      const cwd = args.includes(dir) ? tempProject() : dir;
      await execa("git", args, { cwd, env: cleanEnv(), extendEnv: false });
    }
    const { code, stdout, stderr } = await agentops(dir, ["gate", "--base", "origin/main", "--json"]);
    expect(code, stderr).toBe(3);
    expect(JSON.parse(stdout).changed).toMatchObject([{ artifact: "prompts/p" }]);
  });
});
