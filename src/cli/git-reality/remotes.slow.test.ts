import { existsSync, renameSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { agentops, git, spawnAgentops, tempProject } from "../../testing/project.ts";
import { cloneOf, ends, FIRST, hookIn, say, tags, withRemote, works } from "../../testing/scratch.ts";

const SECOND = ["prompts/p/v1", "prompts/p/v2", "prompts/q/v1"];

describe("tags and remotes", () => {
  test("55: three clones publish at once, two rounds", async () => {
    const { bare } = await withRemote();
    for (const round of [2, 3]) {
      const clones = await Promise.all([0, 1, 2].map(() => cloneOf(bare)));
      await Promise.all(clones.map((dir, i) => say(dir, "p", `Round ${round}, clone ${i}.`)));
      const ran = await Promise.all(clones.map((dir) => agentops(dir, ["publish", "p"])));
      expect(ran.map(({ code }) => code).toSorted()).toEqual([0, 5, 5]);
      const lost = clones.filter((_, i) => ran[i]!.code === 5);
      for (const dir of lost) expect(await tags(dir)).not.toContain(`prompts/p/v${round}`);
      expect(await tags(bare)).toContain(`prompts/p/v${round}`);
    }
  });

  test.each(["never", "always"])("56: lost between the look and the push, color.ui=%s", async (color) => {
    const { dir, bare } = await withRemote();
    await git(dir, "config", "color.ui", color);
    const other = await cloneOf(bare);
    await say(other, "p", "First.");
    await works(other, "publish", "p", "--no-push");
    hookIn(join(dir, ".git"), "pre-push", `git -C '${other}' push -q origin prompts/p/v2`);
    await say(dir, "p", "Second.");
    expect(await ends(5, dir, ["publish", "p"])).toContain("hint: git fetch");
    expect(await tags(dir)).toEqual(FIRST);
    hookIn(join(dir, ".git"), "pre-push", "true");
    await git(dir, "fetch", "-q", "--tags");
  });

  test("58: a version here, and another of its name on the remote", async () => {
    const { dir, bare } = await withRemote();
    const other = await cloneOf(bare);
    await say(dir, "p", "Here.");
    await works(dir, "publish", "p", "--no-push");
    await say(other, "p", "There.");
    await works(other, "publish", "p");
    await say(dir, "p", "Here again.");
    expect(await ends(5, dir, ["publish", "p"])).toContain("git tag -d prompts/p/v2");
    await git(dir, "tag", "-d", "prompts/p/v2");
    await git(dir, "fetch", "-q", "--tags");
    await works(dir, "verify", "p@v2");
  });

  test("59, 60: published anew on the remote; moved with its message", async () => {
    const { dir, bare } = await withRemote();
    const other = await cloneOf(bare);
    const message = await git(bare, "tag", "-l", "--format=%(contents)", "prompts/p/v1");
    await say(other, "p", "Evil.", "evil");
    await git(other, "tag", "-f", "-a", "-m", message, "prompts/p/v1");
    await git(other, "push", "-q", "--force", "origin", "prompts/p/v1");
    await expect(git(dir, "fetch", "--tags", "origin")).rejects.toThrow("would clobber existing tag");
    await say(dir, "p", "Two.");
    expect(await ends(5, dir, ["publish", "p"])).toContain("git tag -d prompts/p/v1");
    expect(await ends(1, other, ["verify", "p@v1"])).toContain("NOT ok");
    for (const args of [[], ["--override", "--reason", "x"]])
      expect((await agentops(other, ["promote", "p@v1", ...args])).code).not.toBe(0);
  });

  test("70: a fork that only takes pushes: numbers are decided upstream", async () => {
    const { dir, bare } = await withRemote();
    const fork = join(tempProject(), "fork.git");
    await git(dir, "clone", "-q", "--bare", dir, fork);
    await git(dir, "remote", "add", "fork", fork);
    await git(dir, "config", "remote.pushDefault", "fork");
    await say(dir, "p", "Two.");
    await works(dir, "publish", "p");
    expect([await tags(bare), await tags(fork)]).toEqual([SECOND, FIRST]);
  });

  test.each([
    ["a local branch", ["branch.main.remote", "."]],
    ["an address", ["branch.main.remote", "https://example.invalid/x.git"]],
  ])("72: the branch tracks %s: origin decides", async (_name, [key, value]) => {
    const { dir, bare } = await withRemote();
    await git(dir, "config", key!, value!);
    await say(dir, "p", "Two.");
    await works(dir, "publish", "p");
    expect(await tags(bare)).toEqual(SECOND);
  });

  test("72: a pushurl that is down is named, and no tag is left", async () => {
    const { dir } = await withRemote();
    await git(dir, "config", "remote.origin.pushurl", "/nonexistent/x.git");
    await say(dir, "p", "Two.");
    const { code, stderr } = await agentops(dir, ["publish", "p"]);
    expect([code, stderr]).toEqual([4, expect.stringContaining("/nonexistent/x.git")]);
    expect(await tags(dir)).toEqual(FIRST);
  });

  test("74: push.followTags takes no private tag along", async () => {
    const { dir, bare } = await withRemote();
    await git(dir, "config", "push.followTags", "true");
    await git(dir, "tag", "-a", "-m", "mine", "private");
    await say(dir, "p", "Two.");
    await works(dir, "publish", "p");
    expect(await git(bare, "tag", "--list")).toBe(SECOND.join("\n"));
  });

  test("78: fetch.pruneTags forgets what was never pushed; it is made again alike", async () => {
    const { dir } = await withRemote();
    await say(dir, "p", "Two.");
    await works(dir, "publish", "p", "--no-push");
    await git(dir, "config", "fetch.pruneTags", "true");
    await git(dir, "fetch", "-q", "--prune");
    expect(await tags(dir)).toEqual(FIRST);
    expect(await works(dir, "publish", "p")).toContain("published prompts/p@v2");
  });

  test("80: the remote accepts, and the connection dies before it says so", async () => {
    const { dir, bare } = await withRemote();
    hookIn(bare, "post-receive", "kill -9 $PPID");
    await say(dir, "p", "Two.");
    expect(await ends(4, dir, ["publish", "p"])).toContain("GIT_FAILED");
    hookIn(bare, "post-receive", "exit 0");
    await git(dir, "fetch", "-q", "--tags");
    expect(await works(dir, "publish", "p")).toContain("unchanged prompts/p@v2");
    await works(dir, "verify", "p@v2");
  });

  test.each(["SIGTERM", "SIGINT", "SIGKILL"] as const)(
    "81: %s in the middle of a push: no tag that is not on the remote, and the next try publishes",
    async (signal) => {
      const { dir, bare } = await withRemote();
      const at = join(tempProject(), "at");
      hookIn(join(dir, ".git"), "pre-push", `touch '${at}'; sleep 3; exit 1`);
      await say(dir, "p", "Two.");
      const running = spawnAgentops(dir, ["publish", "p"]);
      for (let i = 0; i < 200 && !existsSync(at); i++) await new Promise((done) => setTimeout(done, 50));
      running.kill(signal);
      await running;
      expect(await tags(bare)).toEqual(FIRST);
      if (signal !== "SIGKILL") expect(await tags(dir)).toEqual(FIRST);
      hookIn(join(dir, ".git"), "pre-push", "exit 0");
      await works(dir, "publish", "p");
      await works(dir, "verify", "p@v2");
    },
  );

  test("85: a remote that checks objects accepts", async () => {
    const { dir, bare } = await withRemote();
    await git(bare, "config", "receive.fsckObjects", "true");
    await say(dir, "p", "Two.");
    await works(dir, "publish", "p");
  });

  test("69: the remote is gone", async () => {
    const { dir, bare } = await withRemote();
    renameSync(bare, `${bare}.gone`);
    await say(dir, "p", "Two.");
    expect(await ends(4, dir, ["publish", "p"])).toContain("cannot reach the remote origin");
    expect(await tags(dir)).toEqual(FIRST);
  });

  test("119: push.gpgSign where the remote takes no signed push", async () => {
    const { dir } = await withRemote();
    await git(dir, "config", "push.gpgSign", "true");
    await say(dir, "p", "Two.");
    expect(await ends(2, dir, ["publish", "p"])).toMatch(/--signed|signed push/);
    expect(await tags(dir)).toEqual(FIRST);
  });
});
