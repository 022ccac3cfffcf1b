import { rmSync } from "node:fs";
import type { Server } from "node:http";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { gitlabCheckout } from "../../../testing/ci-checkouts.ts";
import { checkedOut, ciRemote, hook, prompt, pullRequest, pushed, shaOf } from "../../../testing/ci-remote.ts";
import { blocksOf, fileInDocs, runJob, runStep, type Workflow } from "../../../testing/github-runner.ts";
import { agentops, git, put, tempProject } from "../../../testing/project.ts";
import { readOnlyRemote } from "../../../testing/web-remote.ts";

const { jobs }: Workflow = fileInDocs(".github/workflows/publish.yml");
const STEPS = jobs["publish"]!.steps;
/** As on a machine whose user told git no name. */
const NOBODY = { GIT_AUTHOR_NAME: undefined, GIT_AUTHOR_EMAIL: undefined, GIT_COMMITTER_NAME: undefined, GIT_COMMITTER_EMAIL: undefined }; // prettier-ignore
const PUBLISH = ["publish", "--message", "from CI"];

const servers: Server[] = [];
afterAll(() => servers.map((server) => server.close()));

/** The page's job, but for npm's install and with the suite that is here. */
function published(origin: string, before: string) {
  const steps = STEPS.map((step) => ({
    ...step,
    ...(step.run !== undefined && {
      run: step.run.replace(/^ *npm ci .*$/m, "").replace("eval support-triage", "eval s"),
    }),
  }));
  return pushed(origin, before).then((event) => runJob(steps, { origin, event, env: NOBODY }));
}

function tagsOf(remote: string): Promise<string> {
  return git(remote, "tag", "--list");
}

/** A checkout of main with everything. */
async function main(origin: string): Promise<string> {
  return checkedOut(origin, await pushed(origin, ""), { "fetch-depth": "0" });
}

describe("the publishing job of docs/ci.md", () => {
  test("publishes what main has, by the name it was given, notes its run, and once more changes nothing", async () => {
    const origin = await ciRemote();
    for (let round = 0; round < 2; round++) {
      const job = await published(origin, "");
      // The stand-in passes: one case with `.`.
      expect(job.log).toContain("pushed to origin");
      expect(job.code, job.log).toBe(0);
      expect((await tagsOf(origin)).split("\n")).toEqual(["prompts/p/v1", "prompts/q/v1", "prompts/q/v2"]);
    }
    expect(await git(origin, "log", "-1", "--format=%(trailers)%an", "refs/notes/agentops")).toContain("agentops");
    const note = await git(origin, "notes", "--ref=agentops", "show", await shaOf(origin, "prompts/p/v1"));
    expect(note.match(/"agentops.evidence\/2"/g)!.length).toBeGreaterThanOrEqual(1);
    expect(await git(origin, "for-each-ref", "--format=%(taggername)", "refs/tags/prompts/q/v2")).toBe("agentops");
  });

  test("the machine of production takes version and note from the remote", async () => {
    const origin = await ciRemote();
    const production = join(tempProject(), "agents");
    await git(origin, "clone", "-q", `file://${origin}`, production);
    expect((await published(origin, "")).code).toBe(0);
    const lines = blocksOf("sh").find((text) => text.startsWith("# where production's store is"))!;
    const ran = await runStep({ run: lines.replace(/^agentops .*$/m, "") }, {}, production, {});
    expect(ran.code, ran.log).toBe(0);
    expect((await agentops(production, ["log", "q"])).stdout).toContain("v2");
    expect(await git(production, "notes", "--ref=agentops", "show", "prompts/p/v1^{commit}")).toContain('"runId"');
  });

  test("the notes by hand: the first ever, two that overtake each other, and a remote that is gone", async () => {
    const origin = await ciRemote();
    const byHand = blocksOf("sh").find((text) => text.includes("notes --ref=agentops merge"))!;
    const share = (dir: string) => runStep({ run: byHand }, {}, dir, {});
    const [a, b] = [await main(origin), await main(origin)];
    for (const [dir, line] of [
      [a, "a"],
      [b, "b"],
      [a, "a2"],
    ] as const) {
      // prettier-ignore
      await git(dir, "notes", "--ref=agentops", "append", "-m", line, "HEAD");
      const ran = await share(dir);
      expect(ran.code, ran.log).toBe(0);
    }
    expect((await git(origin, "notes", "--ref=agentops", "show", "main")).match(/\w+/g)).toEqual(["a", "a2", "b"]);
    rmSync(origin, { recursive: true });
    expect((await share(a)).code).not.toBe(0);
  });
});

describe("publishing from a checkout that", () => {
  test.each<[string, Parameters<typeof checkedOut>[2], RegExp]>([
    ["has no tags", {}, /hint: git fetch/],
    ["has some depth and no tags", { "fetch-depth": "2" }, /hint: git fetch/],
  ])("%s is refused with the way out, and nothing is tagged", async (_name, inputs, hint) => {
    const origin = await ciRemote();
    const dir = await checkedOut(origin, await pushed(origin, ""), inputs);
    const { code, stderr } = await agentops(dir, PUBLISH);
    expect([code, stderr]).toEqual([5, expect.stringMatching(hint)]);
    expect(await tagsOf(origin)).toBe("prompts/p/v1\nprompts/q/v1");
  });

  test("is GitLab's, with the page's depth: published", async () => {
    const origin = await ciRemote();
    const dir = tempProject();
    await git(origin, "update-ref", "refs/pipelines/8", "main");
    const sha = await shaOf(origin, "main");
    await gitlabCheckout(dir, `file://${origin}`, { sha, pipeline: 8, depth: "0", of: "refs/heads/main" });
    const { code, stdout } = await agentops(dir, PUBLISH);
    expect([code, stdout]).toEqual([0, expect.stringContaining("published prompts/q@v2")]);
    expect(await tagsOf(origin)).toContain("prompts/q/v2");
  });

  test("is a tag event's, whose tag came without its message, is told how to fetch it", async () => {
    const origin = await ciRemote();
    const event = { name: "push", ref: "refs/tags/prompts/p/v1", sha: await shaOf(origin, "prompts/p/v1") };
    const dir = await checkedOut(origin, event, { "fetch-depth": "0" });
    expect(await git(dir, "cat-file", "-t", "prompts/p/v1")).toBe("commit");
    const { code, stderr, stdout } = await agentops(dir, ["verify", "p@v1"]);
    expect(code).toBe(1);
    expect(stdout + stderr).toMatch(/git fetch .*--force|git fetch --force/);
    await git(dir, "fetch", "-q", "--force", "origin", "refs/tags/*:refs/tags/*");
    expect((await agentops(dir, ["verify", "p@v1"])).code).toBe(0);
  });

  test("is a pull request's merge commit does not take main's next version without a word", async () => {
    const origin = await ciRemote();
    const dir = await checkedOut(origin, await pullRequest(origin), { "fetch-depth": "0" });
    const { code, stderr, stdout } = await agentops(dir, PUBLISH, { GITHUB_BASE_REF: "main", CI: "true" });
    if (code === 0) expect(stdout + stderr).toMatch(/no branch|detached|merge/);
    else expect(await tagsOf(origin)).toBe("prompts/p/v1\nprompts/q/v1");
  });
});

describe("a remote that refuses the tag says why, and no tag is left:", () => {
  test.each<[string, "update" | "pre-receive", string, RegExp]>([
    [
      "GitHub's tag rule",
      "update",
      "echo 'error: GH013: Repository rule violations found for '$1'.' >&2; echo 'Review all repository rules at https://github.com/org/agents/rules' >&2; echo '- Cannot create ref due to creations being restricted.' >&2; exit 1",
      /GH013|creations being restricted/,
    ],
    [
      "GitLab's protected tag",
      "pre-receive",
      "echo 'GitLab: You are not allowed to create this tag as it is protected.' >&2; exit 1",
      /You are not allowed to create this tag as it is protected/,
    ],
    [
      "a hook of the company",
      "pre-receive",
      "echo 'Tags are made on Tuesdays.' >&2; exit 1",
      /Tags are made on Tuesdays/,
    ],
  ])("%s", async (_name, kind, script, said) => {
    const origin = await ciRemote();
    hook(origin, kind, script);
    const dir = await main(origin);
    const { code, stderr } = await agentops(dir, PUBLISH);
    expect(stderr).toMatch(said);
    expect([2, 4, 5]).toContain(code);
    expect([await tagsOf(dir), await tagsOf(origin)]).toEqual(Array(2).fill("prompts/p/v1\nprompts/q/v1"));
  });

  test.each<[string, 401 | 403]>([
    ["a fork's token, without the right to push", 403],
    ["persist-credentials: false, without any token", 401],
  ])("%s: exit 2", async (_name, status) => {
    const origin = await ciRemote();
    const { url, server } = await readOnlyRemote(origin, status);
    servers.push(server);
    const dir = await main(origin);
    await git(dir, "remote", "set-url", "origin", url);
    const { code, stderr } = await agentops(dir, PUBLISH);
    expect(stderr).toMatch(/cannot push the tags to origin/);
    expect(code, stderr).toBe(2);
    expect(await tagsOf(dir)).toBe("prompts/p/v1\nprompts/q/v1");
  });

  test("jobs of a matrix that publish at once: one version, and who lost exits 5 without a tag", async () => {
    const origin = await ciRemote();
    const jobs = await Promise.all([main(origin), main(origin), main(origin)]);
    const codes = await Promise.all(jobs.map(async (dir) => (await agentops(dir, PUBLISH)).code));
    expect(await tagsOf(origin)).toBe("prompts/p/v1\nprompts/q/v1\nprompts/q/v2");
    const won = await git(origin, "rev-parse", "prompts/q/v2");
    for (const [i, dir] of jobs.entries()) {
      // Two that make the very same tag in one second have both made it.
      if (codes[i] === 0) expect(await git(dir, "rev-parse", "prompts/q/v2")).toBe(won);
      else expect([codes[i], await tagsOf(dir)]).toEqual([5, "prompts/p/v1\nprompts/q/v1"]);
    }
    expect(codes).toContain(0);
  });

  test("a re-run of an older commit's job takes nothing back", async () => {
    const origin = await ciRemote();
    const event = await pushed(origin, "");
    const newer = await main(origin);
    put(newer, "prompts/q.prompt.yml", prompt("q", "Newest."));
    await git(newer, "commit", "-q", "-am", "Newest q");
    await git(newer, "push", "-q", "origin", "main");
    expect((await agentops(newer, PUBLISH)).code).toBe(0);
    const old = await checkedOut(origin, event, { "fetch-depth": "0" });
    await agentops(old, PUBLISH);
    expect(await tagsOf(origin)).toBe("prompts/p/v1\nprompts/q/v1\nprompts/q/v2");
  });
});
