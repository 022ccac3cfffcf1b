import { appendFile, chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { changedArtifacts } from "../changes/changed.ts";
import {
  CONFIG,
  gitIn,
  gitProject,
  plainProject,
  projectIn,
  promptText,
  removeFolders,
  tempFolder,
  testEnv,
  type TempProject,
  twoClones,
} from "../temp-project.testing.ts";
import { failure, hook, sshKey } from "./publish.testing.ts";
import { publish } from "./publish.ts";
import { tagObject } from "./tag-text.ts";

afterAll(removeFolders);

const nameOf = (i: number) => `p${i}`;

function prompts(count: number, words = "Route {{ticket}}."): Record<string, string> {
  const names = Array.from({ length: count }, (_, i) => nameOf(i));
  return Object.fromEntries(names.map((name) => [`prompts/${name}.prompt.yml`, promptText(name, words)]));
}

async function change(temp: TempProject, count: number, words = "Changed {{ticket}}"): Promise<void> {
  for (const [path, text] of Object.entries(prompts(count, words))) await temp.write(path, text);
}

const refs = async (git: TempProject["git"], under = "refs/tags") =>
  (await git("for-each-ref", "--format=%(refname)", under)).split("\n").filter((line) => line !== "");

/** The git processes that some work starts, as git itself tells (trace2 "start"); those that git starts are among them. */
async function started(temp: TempProject, work: (temp: TempProject) => Promise<unknown>): Promise<number> {
  const trace = join(await tempFolder(), "trace");
  await work(await projectIn(temp.root, { ...testEnv, GIT_TRACE2_EVENT: trace }));
  return (await readFile(trace, "utf8")).split("\n").filter((line) => line.includes('"event":"start"')).length;
}

describe("the number of git processes does not grow with the number of artifacts", () => {
  const changed = async (count: number) => {
    const temp = await gitProject(prompts(count));
    await change(temp, count);
    return started(temp, async ({ project }) => {
      expect((await changedArtifacts(project, "HEAD")).artifacts).toHaveLength(count);
    });
  };
  const published = async (count: number) => {
    const { a } = await twoClones(prompts(count));
    return started(a, async ({ project }) => {
      expect((await publish(project, {})).published).toHaveLength(count);
    });
  };

  test("of what changed", async () => {
    expect(await changed(30)).toBe(await changed(3));
  });

  test("of a publish with its push: three are tagged one by one, thirty together", async () => {
    const [few, many, more] = [await published(3), await published(30), await published(60)];
    expect(more).toBe(many);
    expect(many).toBeLessThan(few + 10);
  });
});

test("many tags are, byte for byte, those that git makes one by one", async () => {
  const temp = await gitProject(prompts(7));
  const message = "\n\n  two \t\r\n\n\n\n blank lines\f \n# no comment: ü 日本\n\n";
  const { published } = await publish(temp.project, { message, actor: "Ada\nL." });
  expect(published).toHaveLength(7);
  for (const { tag, commit, digest } of published) {
    const [text, id] = [await temp.git("cat-file", "tag", tag), await temp.git("rev-parse", `refs/tags/${tag}`)];
    const [, date = ""] = /^tagger Ada <ada@example\.com> (\d+ [+-]\d+)$/m.exec(text) ?? [];
    const trailers = `Agentops-Actor: Ada L.\nAgentops-Digest: ${digest}\nAgentops-Path: ${tag.replace("/v1", ".prompt.yml")}`;
    const file = join(await tempFolder(), "message");
    await writeFile(file, `${message.trim()}\n\n${trailers}\n`);
    await temp.git("tag", "-d", tag);
    const env = { ...testEnv, GIT_COMMITTER_DATE: date };
    await gitWith(env, temp.root, ["tag", "--cleanup=whitespace", "-F", file, tag, commit]);
    expect(await temp.git("rev-parse", `refs/tags/${tag}`)).toBe(id);
  }
});

async function gitWith(env: NodeJS.ProcessEnv, cwd: string, args: string[]): Promise<string> {
  const { execFileSync } = await import("node:child_process");
  return execFileSync("git", args, { cwd, env, encoding: "utf8" });
}

test.each([
  ["nothing", ""],
  ["blanks alone", " \t\r\n\n \n"],
  ["blanks that are git's, and a form feed, which is none", "a \t\r\nb\f\nc\v"],
  ["blank lines before, between and behind", "\n\na\n\n\n \nb\n\n"],
  ["no line break at the end", "  a"],
  ["a CR of its own", "a\rb\r\r\n\r\nc"],
])("a message is tidied as git does it: %s", async (_, message) => {
  const temp = await plainProject();
  const file = join(await tempFolder(), "message");
  const tag = { address: "", version: "", tag: "prompts/p/v1", commit: "c", digest: "d", path: "p", actor: undefined };
  await writeFile(file, `${message}\n\nAgentops-Digest: d\nAgentops-Path: p\n`);
  const { execFileSync } = await import("node:child_process");
  const tidied = execFileSync("git", ["stripspace"], { cwd: temp.root, env: testEnv, input: await readFile(file) });
  expect(tagObject({ ...tag, message }, "Ada <a@b> 1 +0000").split("+0000\n\n")[1]).toBe(tidied.toString());
});

test("tags that git's settings sign are made by git, each with its signature", async () => {
  const temp = await gitProject(prompts(6));
  await temp.git("config", "gpg.format", "ssh");
  await temp.git("config", "user.signingkey", `${await sshKey()}.pub`);
  await temp.git("config", "tag.gpgSign", "true");
  for (const { tag } of (await publish(temp.project, {})).published)
    expect(await temp.git("cat-file", "tag", tag)).toContain("BEGIN SSH SIGNATURE");
});

describe("all or none", () => {
  test("files that git had not heard of are none of its own again when a hook refuses their commit", async () => {
    const temp = await gitProject();
    await change(temp, 6);
    await hook(temp, "pre-commit", "exit 1");
    await failure(publish(temp.project, { names: Array.from({ length: 6 }, (_, i) => nameOf(i)) }));
    expect(await temp.git("ls-files", "prompts")).toBe("");
    expect(await temp.git("status", "--porcelain")).toBe("?? prompts/");
  });

  test("a tag that somebody makes meanwhile: no other one is made, and theirs stays", async () => {
    const temp = await gitProject(prompts(8));
    await change(temp, 8);
    await hook(temp, "post-commit", "git tag prompts/p5/v1 HEAD");
    const error = await failure(publish(temp.project, {}));
    expect([error.code, error.message]).toEqual([
      "CONCURRENT_CHANGE",
      "prompts/p5/v1 was published at the same moment",
    ]);
    expect(await refs(temp.git)).toEqual(["refs/tags/prompts/p5/v1"]);
    expect(await temp.git("cat-file", "-t", "prompts/p5/v1")).toBe("commit");
  });

  test("a ref that another git holds: which", async () => {
    const temp = await gitProject(prompts(8));
    await mkdir(join(temp.root, ".git/refs/tags/prompts/p6"), { recursive: true });
    await writeFile(join(temp.root, ".git/refs/tags/prompts/p6/v1.lock"), "");
    const error = await failure(publish(temp.project, {}));
    expect([error.code, error.message]).toEqual([
      "CONCURRENT_CHANGE",
      expect.stringMatching(/^git cannot make the tag prompts\/p6\/v1: /),
    ]);
    expect(await refs(temp.git)).toEqual([]);
  });

  test("one of many that the remote refuses: neither side has any, nor what they were pushed by", async () => {
    const { a, bare } = await twoClones(prompts(25));
    await mkdir(join(bare, "hooks"), { recursive: true });
    await writeFile(join(bare, "hooks/update"), "#!/bin/sh\ncase $1 in *p7/v1) exit 1; esac\n");
    await chmod(join(bare, "hooks/update"), 0o755);
    const error = await failure(publish(a.project, {}));
    expect([error.code, error.message]).toEqual([
      "POLICY_REFUSED",
      "origin refuses the tag prompts/p7/v1: hook declined to update refs/tags/prompts/p7/v1",
    ]);
    for (const under of ["refs/tags", "refs/agentops"]) {
      expect(await refs(a.git, under)).toEqual([]);
      expect(await refs((...args) => gitIn(bare, ...args), under)).toEqual([]);
    }
  });

  test("somebody who was first on the remote, while the push was under way", async () => {
    const { a, bare } = await twoClones(prompts(25));
    await hook(a, "pre-push", `git -C ${JSON.stringify(bare)} tag prompts/p9/v1 main; cat > .git/pushed`);
    const error = await failure(publish(a.project, {}));
    expect([error.code, error.message]).toEqual(["CONCURRENT_CHANGE", "somebody else published prompts/p9/v1 first"]);
    expect(await refs(a.git)).toEqual([]);
    expect(await refs(a.git, "refs/agentops")).toEqual([]);
    // A hook is told what each goes to.
    const pushed = (await readFile(join(a.root, ".git/pushed"), "utf8")).trim().split("\n");
    expect(pushed.map((line) => line.split(" ")[2]).sort()).toEqual(Object.keys(prompts(25)).map((path) => `refs/tags/${path.replace(".prompt.yml", "/v1")}`).sort()); // prettier-ignore
  });
});

test("many are pushed and no others; what a publish that was killed left is gone", async () => {
  const { a, bare } = await twoClones(prompts(25));
  await publish(a.project, { names: ["p0", "p1"], push: false });
  await a.git("update-ref", "refs/agentops/push/dead/prompts/p1/v9", "HEAD");
  await change(a, 25);
  const { published } = await publish(a.project, { names: Array.from({ length: 24 }, (_, i) => nameOf(i + 1)) });
  expect(published.every(({ pushed }) => pushed)).toBe(true);
  const there = await refs((...args) => gitIn(bare, ...args));
  expect(there).toEqual(published.map(({ tag }) => `refs/tags/${tag}`).sort());
  expect(there).toHaveLength(24);
  expect(await refs(a.git)).toHaveLength(26);
  expect(await refs(a.git, "refs/agentops")).toEqual([]);
});

test("more files than a command line is given, in a folder with a name that is hard on it; others stay as they are", async () => {
  const folder = `it's "b" [c]*é -x`;
  const temp = await gitProject();
  const root = join(temp.root, folder);
  const files = { "agentops.config.yaml": CONFIG, ...prompts(210), "prompts/notes.txt": "mine" };
  for (const [path, text] of Object.entries(files)) await temp.write(join(folder, path), text);
  await temp.write("staged.txt", "staged");
  await temp.git("add", "staged.txt", ...["agentops.config.yaml", "prompts/p0.prompt.yml"].map((path) => `:(literal)${folder}/${path}`)); // prettier-ignore
  await temp.git("commit", "-qm", "one of them", "--", `:(literal)${folder}`);
  for (const path of Object.keys(prompts(210))) await appendFile(join(root, path), "description: more\n");
  const { project, git } = await projectIn(root);
  await git("add", "--intent-to-add", "prompts");
  const names = Array.from({ length: 210 }, (_, i) => nameOf(i));
  const { published } = await publish(project, { names });
  expect(published).toHaveLength(210);
  const committed = (await git("-c", "core.quotePath=false", "show", "-z", "--name-only", "--format=", "HEAD")).split("\0").filter((path) => path !== ""); // prettier-ignore
  expect(committed).toEqual(Object.keys(prompts(210)).map((path) => `${folder}/${path}`).sort()); // prettier-ignore
  expect((await git("status", "--porcelain", "-z")).split("\0")).toEqual([`A ${folder}/prompts/notes.txt`, "A  staged.txt", ""]); // prettier-ignore
  expect(await git("cat-file", "tag", "prompts/p7/v1")).toContain(`Agentops-Path: ${folder}/prompts/p7.prompt.yml`);
});
