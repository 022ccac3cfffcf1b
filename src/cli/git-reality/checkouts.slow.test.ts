import { chmodSync, renameSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { describe, expect, test } from "vitest";
import { cleanEnv, git, put, REPO, tempProject } from "../../testing/project.ts";
import { changedIn, cloneOf, ends, FIRST, P, say, scratch, tags, withRemote, works } from "../../testing/scratch.ts";
import { FILES } from "../../testing/ci-remote.ts";

// The numbers are those of docs/git.md.
describe("clones and checkouts", () => {
  test("2: depth 1 without tags is told what to fetch", async () => {
    const { bare } = await withRemote();
    const dir = await cloneOf(bare, "--depth=1", "--no-tags");
    for (const args of [
      ["show", "p@v1"],
      ["verify", "p@v1"],
    ])
      // prettier-ignore
      expect(await ends(2, dir, args)).toMatch(/hint: git fetch .*--unshallow --tags/);
    await say(dir, "p", "Say it well.");
    expect(await ends(5, dir, ["publish"])).toMatch(/hint: git fetch .*--tags/);
    expect(await tags(bare)).toEqual(FIRST);
  });

  test("18: a partial clone fetches what it needs", async () => {
    const { bare } = await withRemote();
    await git(bare, "config", "uploadpack.allowFilter", "true");
    const dir = await cloneOf(bare, "--filter=blob:none");
    await works(dir, "verify", "p@v1");
    await works(dir, "show", "q@v1");
    await say(dir, "p", "Say it well.", "p");
    expect(await changedIn(dir)).toEqual(["prompts/p"]);
  });

  test("20: a partial clone whose remote is gone is an outside failure", async () => {
    const { dir: first, bare } = await withRemote();
    await say(first, "p", "Say it well.", "p");
    await works(first, "publish", "p");
    await git(first, "push", "-q");
    await git(bare, "config", "uploadpack.allowFilter", "true");
    const dir = await cloneOf(bare, "--filter=tree:0");
    renameSync(bare, `${bare}.gone`);
    await works(dir, "verify", "p@v2");
    for (const args of [
      ["show", "p@v1"],
      ["gate", "--base", "prompts/p/v1"],
    ])
      // prettier-ignore
      expect(await ends(4, dir, args)).toContain("GIT_FAILED");
  });

  test("21: linked worktrees share one lock and one numbering", async () => {
    const { dir } = await withRemote();
    const linked = join(tempProject(), "linked");
    await git(dir, "worktree", "add", "-q", "-b", "side", linked);
    await say(dir, "p", "Here.");
    await say(linked, "q", "There.");
    await works(dir, "publish", "p", "--no-push");
    await works(linked, "publish", "q", "--no-push");
    expect(await tags(dir)).toEqual(["prompts/p/v1", "prompts/p/v2", "prompts/q/v1", "prompts/q/v2"]);
  });

  test("23: in a submodule the tag goes to the submodule's remote, and the superproject is not touched", async () => {
    const { bare } = await withRemote();
    const outer = tempProject();
    await git(outer, "init", "-q");
    await git(outer, "-c", "protocol.file.allow=always", "submodule", "add", "-q", `file://${bare}`, "agents");
    await git(outer, "commit", "-q", "-m", "outer");
    const inner = join(outer, "agents");
    await say(inner, "p", "Say it well.");
    await works(inner, "publish", "p");
    expect(await tags(bare)).toContain("prompts/p/v2");
    expect(await git(outer, "status", "--porcelain", "--untracked-files=no")).toBe(" M agents");
    expect(await git(outer, "tag")).toBe("");
  });

  test("31: no commit yet, something else staged, an empty remote", async () => {
    const dir = tempProject(FILES);
    await git(dir, "init", "-q", "-b", "main");
    const bare = join(tempProject(), "empty.git");
    await git(dir, "init", "-q", "--bare", bare);
    await git(dir, "remote", "add", "origin", bare);
    put(dir, "foreign.txt", "mine\n");
    await git(dir, "add", "foreign.txt");
    await works(dir, "publish", "p");
    expect(await git(dir, "ls-tree", "-r", "--name-only", "HEAD")).toBe(P);
    expect(await git(dir, "status", "--porcelain", "foreign.txt")).toBe("A  foreign.txt");
    expect(await tags(bare)).toEqual(["prompts/p/v1"]);
  });

  test("30, 32: no repository; no remote's main branch is known", async () => {
    const plain = tempProject(FILES);
    await works(plain, "list");
    await works(plain, "lint");
    expect(await ends(2, plain, ["publish"])).toContain("git repository");
    const { dir } = await withRemote();
    await git(dir, "branch", "-q", "-m", "main", "trunk");
    // A git from 2.48 on has asked the remote.
    await git(dir, "remote", "set-head", "origin", "--delete").catch(() => undefined);
    await git(dir, "update-ref", "-d", "refs/remotes/origin/main");
    expect(await ends(2, dir, ["gate"])).toMatch(/hint: .*--base/);
  });

  test.runIf(process.getuid?.() === 0)("29: another user, who may only read, is answered", async () => {
    const { dir } = await withRemote();
    chmodSync(dir, 0o755);
    const safe = join(dir, ".git", "safe");
    put(dir, ".git/safe", "[safe]\n\tdirectory = *\n");
    const env = cleanEnv({ HOME: "/nonexistent", GIT_CONFIG_GLOBAL: safe });
    for (const args of [["list"], ["log", "p"], ["show", "p@v1"], ["verify", "p@v1"]]) {
      const nobody = { cwd: dir, env, extendEnv: false, uid: 65534, gid: 65534, all: true, reject: false };
      const { exitCode, all } = await execa(process.execPath, [join(REPO, "bin/agentops.js"), ...args], nobody);
      expect([exitCode, all]).toEqual([0, expect.stringMatching(/v1/)]);
    }
  });

  test("34, 10: a rebase with a conflict after publish; a detached HEAD", async () => {
    const { dir } = await withRemote();
    await git(dir, "checkout", "-q", "-b", "side");
    await say(dir, "p", "Side.", "side");
    await works(dir, "publish", "p");
    await git(dir, "checkout", "-q", "main");
    await say(dir, "q", "Main.", "main");
    await git(dir, "rebase", "-q", "main", "side");
    expect(await works(dir, "publish", "p")).toContain("unchanged prompts/p@v2");
    await git(dir, "checkout", "-q", "--detach");
    await say(dir, "p", "Detached.");
    expect(await ends(2, dir, ["publish", "p"])).toMatch(/HEAD is detached[^]*git switch/);
  });

  test("54: a project in a sub-folder reads and publishes its own", async () => {
    const dir = await scratch({ "services/bot/agentops.config.yaml": FILES["agentops.config.yaml"], [`services/bot/${P}`]: FILES[P] }); // prettier-ignore
    const bot = join(dir, "services/bot");
    await works(bot, "publish", "p", "--no-push");
    expect(await works(bot, "verify", "p@v1")).toContain("ok prompts/p@v1");
  });
});
