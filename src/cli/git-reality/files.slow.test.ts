import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { FILES, prompt } from "../../testing/ci-remote.ts";
import { agentops, git, put, tempProject } from "../../testing/project.ts";
import { changedIn, ends, FIRST, hookIn, P, say, scratch, tags, withRemote, works } from "../../testing/scratch.ts";

const TWO = "Two.";

async function publishes(dir: string, env: NodeJS.ProcessEnv = {}): Promise<void> {
  await say(dir, "p", TWO);
  await ends(0, dir, ["publish", "p"], env);
  await works(dir, "verify", "p@v2");
  expect(await works(dir, "show", "p@v2")).toContain(TWO);
}

describe("files, index, hooks", () => {
  test("91: what is staged, dirty and untracked stays", async () => {
    const { dir } = await withRemote({ "a.txt": "a\n", "b.txt": "b\n" });
    put(dir, "a.txt", "staged\n");
    await git(dir, "add", "a.txt");
    put(dir, "b.txt", "dirty\n");
    put(dir, "c.txt", "untracked\n");
    await publishes(dir);
    expect(await git(dir, "status", "--porcelain")).toBe("M  a.txt\n M b.txt\n?? c.txt");
    expect(await git(dir, "show", "--name-only", "--format=", "HEAD")).toBe(P);
  });

  test.each([
    ["core.autocrlf", [["config", "core.autocrlf", "true"]], "\n"],
    ["eol=crlf", [], "\n"],
    ["CRLF in the commit", [["config", "core.autocrlf", "false"]], "\r\n"],
  ])("96: %s: one digest everywhere", async (name, settings, end) => {
    const attributes: Record<string, string> = name === "eol=crlf" ? { ".gitattributes": "*.yml text eol=crlf\n" } : {};
    const { dir } = await withRemote(attributes);
    for (const args of settings) await git(dir, ...args);
    const text = prompt("p", TWO).replaceAll("\n", end);
    put(dir, P, text);
    await works(dir, "publish", "p");
    rmSync(join(dir, P));
    await git(dir, "checkout", "-q", "--", P);
    expect(await works(dir, "publish", "p")).toContain("unchanged prompts/p@v2");
    put(dir, P, `\uFEFF${readFileSync(join(dir, P), "utf8").replaceAll("\r\n", "\n")}`);
    expect(await works(dir, "publish", "p")).toContain("unchanged prompts/p@v2");
    await works(dir, "verify", "p@v2");
    expect(await changedIn(dir, "HEAD")).toEqual([]);
  });

  test("97: UTF-16 is refused", async () => {
    const dir = await scratch();
    writeFileSync(join(dir, P), Buffer.from(`\uFEFF${prompt("p", TWO)}`, "utf16le"));
    expect(await ends(2, dir, ["lint"])).toContain(P);
  });

  test.each(["a b", "it's", 'quo"te', "übel", "-dash", "back\\slash"])("102: a folder called %s", async (name) => {
    const dir = await scratch(Object.fromEntries(Object.entries(FILES).map(([path, text]) => [`${name}/${path}`, text]))); // prettier-ignore
    const inner = join(dir, name);
    await works(inner, "publish", "p", "--no-push");
    await works(inner, "verify", "p@v1");
    expect(await git(dir, "tag", "-l", "--format=%(contents:body)", "prompts/p/v1")).toContain(`${name}/${P}`);
    await say(inner, "p", TWO);
    expect(await changedIn(inner, "HEAD")).toEqual(["prompts/p"]);
  });

  test("103: a name that is not its file's", async () => {
    const dir = await scratch({ "prompts/q.prompt.yml": `${prompt("other", "Ask it.")}agentops: { owner: team }\n` });
    expect(await ends(2, dir, ["lint"])).toMatch(/name is "other"/);
  });

  test.each([
    ["removes it", `git rm -q --cached ${P}`],
    ["takes the change back", `git reset -q -- ${P}`],
  ])("107: a hook that takes the file out of the commit: %s", async (_name, script) => {
    const { dir } = await withRemote();
    hookIn(join(dir, ".git"), "pre-commit", script);
    await say(dir, "p", TWO);
    expect((await agentops(dir, ["publish", "p"])).code).not.toBe(0);
    expect(await tags(dir)).toEqual(FIRST);
  });

  test("112: in a pre-commit hook of a linked worktree and a sub-folder", async () => {
    const { dir } = await withRemote();
    const linked = join(tempProject(), "linked");
    await git(dir, "worktree", "add", "-q", "-b", "side", linked);
    await say(linked, "p", TWO);
    const hook = { GIT_DIR: join(dir, ".git"), GIT_INDEX_FILE: join(dir, ".git/index"), GIT_PREFIX: "prompts/" };
    expect(await changedIn(join(linked, "prompts"), "HEAD", hook)).toEqual(["prompts/p"]);
    await ends(0, linked, ["lint"], hook);
  });

  test("123: settings that point to nowhere", async () => {
    const { dir } = await withRemote();
    for (const key of ["core.hooksPath", "core.attributesFile", "core.excludesFile"])
      await git(dir, "config", key, "/nonexistent/x");
    await publishes(dir);
  });

  test("124: *.yml binary, textconv, a diff driver; only the mode", async () => {
    const { dir } = await withRemote({ ".gitattributes": "*.yml binary diff=x\n" });
    await git(dir, "config", "diff.x.textconv", "false");
    await git(dir, "config", "diff.x.command", "false");
    await git(dir, "update-index", "--chmod=+x", P);
    await git(dir, "commit", "-q", "-m", "mode");
    expect(await works(dir, "publish", "p")).toContain("unchanged prompts/p@v1");
    await say(dir, "p", TWO);
    expect(await changedIn(dir)).toEqual(["prompts/p"]);
  });

  test("86: a message with trailers of ours, #, marks and escape codes is text", async () => {
    const { dir } = await withRemote();
    const message = "# not a comment\n\n\u202Eright to left \u001B[31mred\n-v --amend\nAgentops-Digest: sha256:00";
    await say(dir, "p", TWO);
    await works(dir, "publish", "p", "-m", message);
    await works(dir, "verify", "p@v2");
    expect(await git(dir, "tag", "-l", "--format=%(contents)", "prompts/p/v2")).toContain("# not a comment");
  });
});

describe("settings and variables", () => {
  test("115: the user's settings change nothing", async () => {
    const { dir } = await withRemote();
    const settings = ["color.ui=always", "column.ui=always", "log.showSignature=true", "diff.external=false", "diff.noprefix=true", "diff.orderFile=/dev/null", "status.short=true", "status.showUntrackedFiles=no", "alias.tag=!false", "core.pager=false", "commit.template=/dev/null", "commit.cleanup=scissors", "push.default=nothing", "tag.sort=-creatordate", "log.decorate=full", "core.quotePath=false", "diff.mnemonicPrefix=true", "core.abbrev=4"]; // prettier-ignore
    for (const setting of settings) {
      const at = setting.indexOf("=");
      await git(dir, "config", setting.slice(0, at), setting.slice(at + 1));
    }
    await publishes(dir);
    expect(await works(dir, "log", "p")).toContain("v2");
    await say(dir, "q", TWO);
    expect(await changedIn(dir)).toEqual(["prompts/p", "prompts/q"]);
  });

  test.each([
    ["GIT_TRACE", "1"],
    ["GIT_LITERAL_PATHSPECS", "1"],
    ["GIT_NOGLOB_PATHSPECS", "1"],
    ["GIT_GLOB_PATHSPECS", "1"],
    ["GIT_ICASE_PATHSPECS", "1"],
    ["GIT_DIFF_OPTS", "--unified=9"],
    ["GIT_DIR", "/nonexistent"],
    ["GIT_WORK_TREE", "/nonexistent"],
    ["GIT_INDEX_FILE", "/nonexistent"],
    ["GIT_OBJECT_DIRECTORY", "/nonexistent"],
    ["GIT_NAMESPACE", "x"],
    ["GIT_EXTERNAL_DIFF", "false"],
    ["GIT_PAGER", "false"],
    ["GIT_EDITOR", "false"],
    ["GIT_OPTIONAL_LOCKS", "0"],
    ["GIT_FLUSH", "0"],
    ["GIT_ADVICE", "0"],
    ["LANG", "de_DE.UTF-8"],
    ["LC_ALL", "de_DE.UTF-8"],
  ])("114, 116: %s=%s in the environment", async (name, value) => {
    const { dir } = await withRemote();
    await publishes(dir, { [name]: value });
    expect(await changedIn(dir, "origin/main", { [name]: value })).toEqual(["prompts/p"]);
  });

  test.each(["commit.gpgSign", "tag.gpgSign"])(
    "117: %s without a key is refused, and nothing is tagged",
    async (key) => {
      const { dir } = await withRemote();
      await git(dir, "config", key, "true");
      await git(dir, "config", "gpg.program", "/nonexistent/gpg");
      await say(dir, "p", TWO);
      expect((await agentops(dir, ["publish", "p"])).code).toBeGreaterThan(0);
      expect(await tags(dir)).toEqual(FIRST);
    },
  );

  const FORMATS = [["--object-format=sha256"], ["--ref-format=reftable"], ["--ref-format=reftable", "--object-format=sha256"]]; // prettier-ignore
  test.each(FORMATS)("122: git init %s %s", async (...options) => {
    const dir = tempProject({ ...FILES, ".gitignore": ".agentops/\n" });
    const made = await git(dir, "init", "-q", "-b", "main", ...options).catch(() => undefined);
    if (made === undefined) return; // this git knows no such format
    await git(dir, "add", "-A");
    await git(dir, "commit", "-q", "-m", "start");
    for (const [i, words] of ["One.", TWO].entries()) {
      await say(dir, "p", words);
      await works(dir, "publish", "p", "--no-push");
      await works(dir, "verify", `p@v${i + 1}`);
    }
    expect(await works(dir, "log", "p")).toContain("v2");
    expect(await changedIn(dir, "HEAD~1")).toEqual(["prompts/p"]);
  });

  test("git is asked with nothing newer than 2.25", async () => {
    const { dir } = await withRemote();
    const folder = tempProject();
    const log = join(folder, "asked");
    mkdirSync(join(folder, "bin"));
    const real = (process.env["PATH"] ?? "").split(":").map((path) => join(path, "git")).find((path) => existsSync(path)); // prettier-ignore
    put(folder, "bin/git", `#!/bin/sh\nprintf '%s\\n' "$*" >> '${log}'\nexec '${real}' "$@"\n`);
    chmodSync(join(folder, "bin/git"), 0o755);
    const env = { PATH: `${join(folder, "bin")}:${process.env["PATH"]}` };
    await say(dir, "p", TWO);
    for (const args of [
      ["lint"],
      ["list"],
      ["gate", "--base", "origin/main"],
      ["publish", "p"],
      ["log", "p"],
      ["show", "p@v1"],
      ["diff", "p@v1", "p@v2"],
      ["verify", "p@v2"],
      ["eval", "s"],
      ["runs", "export", "--notes", "--push"],
      ["promote", "p@v2", "--dry-run"],
    ])
      // prettier-ignore
      await agentops(dir, args, env);
    const asked = readFileSync(log, "utf8");
    expect(asked.split("\n").length).toBeGreaterThan(30);
    expect(asked.split("\n").filter((line) => NEWER.test(line))).toEqual([]);
  });
});

/** Words of git's that 2.25 does not know, with the version that brought them. */
const NEWER = new RegExp(
  [
    "--no-write-fetch-head", // 2.29
    "--fixed-value|--merge-base|--path-format|--diff-merges", // 2.30, 2.31
    "worktree list.* -z|--batch-command|ls-tree.*--format|--no-filters", // 2.36
    "merge-tree.*--write-tree|for-each-ref.*--(?:stdin|exclude|include-root-refs)|cat-file.* -Z", // 2.38, 2.42
    "%\\(ahead-behind|is-base|--porcelain=v3|fetch.*--porcelain", // 2.41, 2.47
    "config (?:get|set|list|unset) |maintenance |refs (?:list|exists)|backfill|last-modified", // 2.46 and later
  ].join("|"),
);
