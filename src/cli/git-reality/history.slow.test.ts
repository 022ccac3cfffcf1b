import { rmSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { describe, expect, test } from "vitest";
import { prompt } from "../../testing/ci-remote.ts";
import { agentops, cleanEnv, git, put } from "../../testing/project.ts";
import { changedIn, ends, P, say, scratch, tags, withRemote, works } from "../../testing/scratch.ts";

const gc = async (dir: string) => {
  await git(dir, "reflog", "expire", "--expire=now", "--all");
  await git(dir, "gc", "-q", "--prune=now");
};

describe("branches, merges, history", () => {
  test("33: a squash merge, the branch deleted, gc: the version is recognised by its content", async () => {
    const { dir } = await withRemote();
    await git(dir, "checkout", "-q", "-b", "side");
    await say(dir, "p", "Side.", "one");
    await works(dir, "publish", "p");
    await git(dir, "checkout", "-q", "main");
    await git(dir, "merge", "-q", "--squash", "side");
    await git(dir, "commit", "-q", "-m", "squashed");
    await git(dir, "branch", "-q", "-D", "side");
    await gc(dir);
    expect(await works(dir, "list")).toMatch(/prompts\/p +v2/);
    await works(dir, "verify", "p@v2");
    expect(await works(dir, "publish", "p")).toContain("unchanged prompts/p@v2");
  });

  test("35: commit --amend after publish, gc", async () => {
    const { dir } = await withRemote();
    await say(dir, "p", "Two.", "two");
    await works(dir, "publish", "p");
    await git(dir, "commit", "-q", "--amend", "-m", "two, said better");
    await gc(dir);
    expect(await works(dir, "list")).toMatch(/prompts\/p +v2/);
    await works(dir, "verify", "p@v2");
  });

  test("36: a revert is a new version with the old content", async () => {
    const { dir } = await withRemote();
    await say(dir, "p", "Two.", "two");
    await works(dir, "publish", "p");
    await git(dir, "revert", "--no-edit", "HEAD");
    expect(await works(dir, "publish", "p")).toContain("published prompts/p@v3");
    const digest = async (v: string) => /sha256:\w+/.exec(await works(dir, "verify", `p@${v}`))![0];
    expect(await digest("v3")).toBe(await digest("v1"));
  });

  test("40: criss-cross merges: the branch's change is named", async () => {
    const dir = await scratch();
    for (const [name, file] of [
      ["a", "p"],
      ["b", "q"],
    ] as const) {
      // prettier-ignore
      await git(dir, "checkout", "-q", "-b", name, "main");
      await say(dir, file, `On ${name}.`, name);
    }
    const [a, b] = [await git(dir, "rev-parse", "a"), await git(dir, "rev-parse", "b")];
    await git(dir, "merge", "-q", "--no-edit", a);
    await git(dir, "checkout", "-q", "a");
    await git(dir, "merge", "-q", "--no-edit", b);
    await say(dir, "p", "Later.", "later");
    expect(await changedIn(dir, "b")).toContain("prompts/p");
  });

  test("42: another file is unmerged, and stays so", async () => {
    const dir = await scratch({ "notes.txt": "a\n" });
    put(dir, "notes.txt", "b\n");
    await git(dir, "stash", "-q");
    put(dir, "notes.txt", "c\n");
    await git(dir, "commit", "-q", "-am", "c");
    await git(dir, "stash", "pop").catch(() => undefined);
    await say(dir, "p", "Two.");
    await works(dir, "publish", "p", "--no-push");
    expect(await git(dir, "status", "--porcelain", "notes.txt")).toBe("UU notes.txt");
  });

  test("44: in a bisect HEAD is tagged", async () => {
    const dir = await scratch();
    for (const n of [1, 2, 3]) await git(dir, "commit", "-q", "--allow-empty", "-m", `${n}`);
    await git(dir, "bisect", "start", "HEAD", "HEAD~3");
    await works(dir, "publish", "p", "--no-push");
    expect(await git(dir, "rev-parse", "prompts/p/v1^{commit}")).toBe(await git(dir, "rev-parse", "HEAD"));
  });

  test("45: git replace on the prompt's blob does not verify", async () => {
    const { dir } = await withRemote();
    put(dir, "other", prompt("p", "Evil."));
    const evil = await git(dir, "hash-object", "-w", "other");
    await git(dir, "replace", await git(dir, "rev-parse", `prompts/p/v1:${P}`), evil);
    expect(await ends(1, dir, ["verify", "p@v1"])).toContain("NOT ok");
  });

  test("46: 60,000 commits, and a base 55,000 back", async () => {
    const { dir } = await withRemote();
    const start = await git(dir, "rev-parse", "HEAD");
    const commits = Array.from({ length: 60_000 }, (_, i) => `commit refs/heads/main\ncommitter A <a@x> ${1_750_000_000 + i} +0000\ndata 1\nx\n${i === 0 ? `from ${start}\n` : ""}\n`); // prettier-ignore
    await execa("git", ["fast-import", "--quiet", "--force"], { cwd: dir, input: commits.join(""), env: cleanEnv() });
    await git(dir, "reset", "-q", "--hard");
    await git(dir, "branch", "base", "HEAD~55000");
    await say(dir, "p", "Two.", "two");
    expect(await changedIn(dir, "base")).toEqual(["prompts/p"]);
    await works(dir, "publish", "p");
  });

  test("49: deleted and re-created: its history goes on", async () => {
    const { dir } = await withRemote();
    await git(dir, "rm", "-q", P);
    await git(dir, "commit", "-q", "-m", "gone");
    expect(await works(dir, "log", "p")).toContain("v1");
    await works(dir, "show", "p@v1");
    await say(dir, "p", "Back.");
    expect(await works(dir, "publish", "p")).toContain("published prompts/p@v2");
  });

  test("50: deleted in a branch, with a note on the suite that still names it", async () => {
    const { dir } = await withRemote();
    await git(dir, "checkout", "-q", "-b", "pr");
    await git(dir, "rm", "-q", P);
    await git(dir, "commit", "-q", "-m", "gone");
    expect(await works(dir, "gate", "--base", "main")).toMatch(/deleted +prompts\/p[^]*note: .*\bs\b/);
  });

  test("64: an empty ref file is passed over; a ref to an object that is missing is named", async () => {
    const { dir } = await withRemote();
    put(dir, ".git/refs/tags/prompts/p/v9", "");
    expect(await works(dir, "list")).toMatch(/prompts\/p +v1/);
    rmSync(join(dir, ".git/refs/tags/prompts/p/v9"));
    put(dir, ".git/refs/tags/prompts/p/v3", `${"12".repeat(20)}\n`);
    // git 2.55 dies of it, and does not get to the name.
    expect(await ends(4, dir, ["list"])).toMatch(/prompts\/p\/v3|for-each-ref failed/);
  });

  test("66: a branch named as a version is not the version", async () => {
    const { dir } = await withRemote();
    await git(dir, "checkout", "-q", "-b", "prompts/p/v1");
    await say(dir, "p", "On the branch.", "branch");
    expect(await works(dir, "show", "p@v1")).toContain("Say it.");
    await works(dir, "verify", "p@v1");
    expect(await changedIn(dir, "prompts/q/v1")).toEqual(["prompts/p"]);
  });

  test("84: gc in a loop while eight versions are made", async () => {
    const dir = await scratch();
    const done = new AbortController();
    const loop = (async () => {
      while (!done.signal.aborted) await git(dir, "gc", "-q").catch(() => undefined);
    })();
    for (let n = 1; n <= 8; n++) {
      await say(dir, "p", `Version ${n}.`);
      // With --prune=now git takes objects that no commit names yet, HEAD's own too: its manual says not to.
      await published(dir);
    }
    done.abort();
    await loop;
    for (const tag of await tags(dir)) await works(dir, "verify", `p@${tag.split("/")[2]!}`);
    await git(dir, "fsck", "--full", "--strict");
  });
});

async function published(dir: string): Promise<void> {
  for (let tries = 0; tries < 20; tries++) {
    const { code, stderr } = await agentops(dir, ["publish", "p", "--no-push"]);
    if (code === 0) return;
    expect(code, stderr).toBe(4);
  }
  throw new Error("gc never let it through");
}
