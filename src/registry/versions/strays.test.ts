import { execFileSync } from "node:child_process";
import { mkdir, rename, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { messageOf } from "../../core/errors.ts";
import { readCommitted } from "../git/committed.ts";
import { needRepo } from "../git/repo.ts";
import { publish } from "../publish/publish.ts";
import {
  gitIn,
  gitProject,
  projectIn,
  promptText,
  removeFolders,
  type TempProject,
  tempFolder,
  testEnv,
  twoClones,
} from "../temp-project.testing.ts";
import { artifactList } from "./list.ts";
import { loadArtifact } from "./load.ts";
import { versionLog } from "./log.ts";
import { tagFacts } from "./tag-object.ts";
import { verifyVersion } from "./verify.ts";

afterAll(removeFolders);

const FILES = { "prompts/p.prompt.yml": promptText("p", "One {{ticket}}") };

/** Tags that tools, imports and people make; each on a revision; an object of its own where something of it is odd. */
const TAGGER = "tagger Ada <ada@example.com> 1700000000 +0000";
const TRAILER = "Agentops-Digest: sha256:0\nAgentops-Path: prompts/p.prompt.yml";
interface Odd {
  type?: string;
  tagger?: string;
  body?: string;
  name?: string;
}
const tagText = (n: number, { type = "commit", tagger = TAGGER, body = TRAILER, name = `prompts/p/v${n}` }: Odd) =>
  [`type ${type}`, `tag ${name}`, ...(tagger === "" ? [] : [tagger]), "", body, ""].join("\n");
const strays: Record<string, { of: string; tag?: Odd; why: RegExp }> = {
  "a blob": { of: "HEAD:prompts/p.prompt.yml", why: /^prompts\/p\/v2 is on a blob, not on a commit/ },
  "a tree": { of: "HEAD:prompts", why: /is on a tree/ },
  "a commit, by hand": { of: "HEAD", why: /is a lightweight tag/ },
  "an annotated tag of a blob": { of: "HEAD:prompts/p.prompt.yml", tag: { type: "blob" }, why: /is on a blob/ }, // prettier-ignore
  "a tag of a tag": { of: "prompts/p/v1", tag: { type: "tag" }, why: /is on another tag/ },
  "no tagger": { of: "HEAD", tag: { tagger: "" }, why: /does not say who made it/ },
  "a tagger without a date": { of: "HEAD", tag: { tagger: "tagger Ada <a@b.c>" }, why: /has no date that can be read/ }, // prettier-ignore
  "a date that no calendar has": { of: "HEAD", tag: { tagger: "tagger Ada <a@b.c> 99999999999999999 +0000" }, why: /has no date that can be read/ }, // prettier-ignore
  "no digest": { of: "HEAD", tag: { body: "by hand" }, why: /records no digest/ },
  "the name of another": { of: "HEAD", tag: { name: "prompts/p/v1" }, why: /was made as prompts\/p\/v1/ },
};

function objectOf(temp: TempProject, text: string): string {
  const args = ["hash-object", "-t", "tag", "-w", "--stdin", "--literally"];
  return execFileSync("git", args, { cwd: temp.root, env: testEnv, input: text }).toString().trim();
}

describe("a project with every sort of odd tag", () => {
  let temp: TempProject;
  const numbers = Object.keys(strays).map((_, i) => i + 2);
  beforeAll(async () => {
    temp = await gitProject(FILES);
    await publish(temp.project, {});
    for (const [i, { of, tag }] of Object.values(strays).entries()) {
      const id = await temp.git("rev-parse", of);
      const object = tag === undefined ? id : objectOf(temp, `object ${id}\n${tagText(i + 2, tag)}`);
      await temp.git("update-ref", `refs/tags/prompts/p/v${i + 2}`, object);
    }
    await temp.git("update-ref", "refs/tags/prompts/p/v99999999999999999999", "HEAD");
    await temp.git("update-ref", "refs/tags/prompts/other/v1", "HEAD:prompts/p.prompt.yml");
  });

  test("lists, logs and loads the version there is, and names what is none", async () => {
    expect((await artifactList(temp.project)).artifacts).toMatchObject([{ version: "v1", latest: "v1", newest: "v1" }]);
    const { versions, notes } = await versionLog(temp.project, "p");
    expect(versions.map(({ version }) => version)).toEqual(["v1"]);
    expect(notes).toHaveLength(4);
    expect(notes.at(-1)).toBe(`${numbers.length - 3} more tags under that name are no versions`);
    expect(await loadArtifact(temp.project, "p")).toMatchObject({ version: "v1" });
    expect(await verifyVersion(temp.project, "p")).toMatchObject({ version: "v1", ok: true });
  });

  test.each(Object.entries(strays))("verify says why a tag on or with %s is no version", async (what, { why }) => {
    const ref = `p@v${Object.keys(strays).indexOf(what) + 2}`;
    const said = await verifyVersion(temp.project, ref).then(
      ({ ok, reasons }) => (ok ? "ok" : reasons.join("\n")),
      (error: unknown) => messageOf(error),
    );
    expect(said).toMatch(new RegExp(why.source.replace("v2", `v${ref.slice(3)}`), "m"));
  });

  test("the next version takes the first number that is free", async () => {
    await temp.write("prompts/p.prompt.yml", promptText("p", "Two {{ticket}}"));
    expect((await publish(temp.project, {})).published).toMatchObject([{ version: `v${numbers.length + 2}` }]);
  });
});

test("a zone that no clock has, a name in Latin-1 and a quoted signature end nothing", () => {
  const body = `object ${"0".repeat(40)}\ntype commit\ntag prompts/p/v1\n`;
  const facts = (rest: string) => tagFacts("prompts/p/v1", { id: "", type: "tag", bytes: body + rest });
  expect(facts("")).toMatchObject({ stray: "prompts/p/v1 records no digest", at: "1970-01-01T00:00:00.000Z" });
  expect(facts(`tagger Andr\xe9 <a@b.c> 1700000000 +9999\n\nOlé\n\n${TRAILER}\n`)).toMatchObject({
    ...{ author: "Andr\ufffd", at: "2023-11-14T22:13:20.000Z", digest: "sha256:0", stray: null },
  });
  expect(facts(`${TAGGER}\n\n-----BEGIN PGP SIGNATURE-----\nquoted\n\n${TRAILER}\n`)).toMatchObject({ digest: null });
  expect(facts(`${TAGGER}\n\nx\n\n${TRAILER}\n-----BEGIN SSH SIGNATURE-----\nU1\n`)).toMatchObject({
    ...{ digest: "sha256:0", signed: true, message: "x" },
  });
});

test("what was moved under a version's name is not shown, compared or measured as that version", async () => {
  const temp = await gitProject(FILES);
  await publish(temp.project, {});
  await temp.write("prompts/p.prompt.yml", promptText("p", "Evil {{ticket}}"));
  await temp.git("commit", "-qam", "evil");
  const message = await temp.git("tag", "-l", "--format=%(contents)", "prompts/p/v1");
  await temp.git("tag", "-f", "-a", "-m", message, "prompts/p/v1");
  await expect(loadArtifact(temp.project, "p@v1")).rejects.toMatchObject({
    code: "POLICY_REFUSED",
    message: expect.stringMatching(/^prompts\/p@v1 is not what was published: the tagged commit has digest/),
  });
  expect((await versionLog(temp.project, "p")).versions).toMatchObject([{ version: "v1", verifies: false }]);
  const told: string[] = [];
  await temp.git("tag", "-f", "prompts/p/v1", "HEAD");
  await loadArtifact({ ...temp.project, warn: (line) => told.push(line) }, "p@v1");
  expect(told).toEqual(["warning: prompts/p@v1 does not verify: prompts/p/v1 is a lightweight tag; publish makes annotated ones"]); // prettier-ignore
});

test("a link within the commit is followed, where its target was moved and where that alone changes", async () => {
  const temp = await gitProject({ "shared/p.yml": promptText("p", "One {{ticket}}") });
  const link = async (to: string) => {
    await rm(join(temp.root, "prompts/p.prompt.yml"), { force: true });
    await symlink(to, join(temp.root, "prompts/p.prompt.yml"));
    await temp.git("add", "-A");
    await temp.git("commit", "-qm", to);
  };
  await mkdir(join(temp.root, "prompts"));
  await link("../shared/p.yml");
  await publish(temp.project, {});
  await temp.git("mv", "shared", "lib");
  await link("../lib/p.yml");
  await temp.git("switch", "-qc", "side");
  const write = (text: string) => temp.write("lib/p.yml", promptText("p", `${text} {{ticket}}`));
  await write("Two");
  await publish(temp.project, {});
  await temp.git("switch", "-q", "main");
  await temp.git("merge", "-q", "--squash", "side");
  await temp.git("commit", "-qm", "squash");
  await write("Three");
  await temp.git("commit", "-qam", "three");
  const versions = [{ version: "v2", verifies: true, merged: true }, { version: "v1", verifies: true, merged: true }]; // prettier-ignore
  expect((await versionLog(temp.project, "p")).versions).toMatchObject(versions);
});

test("a git that cannot read is no answer: neither a wrong digest nor a file that is not there", async () => {
  const { a, bare } = await twoClones(FILES);
  await publish(a.project, {});
  await a.write("prompts/p.prompt.yml", promptText("p", "Two {{ticket}}"));
  await a.git("commit", "-qam", "two");
  await a.git("push", "-q", "origin", "main");
  await gitIn(bare, "config", "uploadpack.allowFilter", "true");
  const folder = await tempFolder();
  await gitIn(folder, "clone", "-q", "--filter=tree:0", `file://${bare}`, "partial");
  await rename(bare, `${bare}.gone`);
  const { project } = await projectIn(join(folder, "partial"));
  await expect(verifyVersion(project, "p@v1")).rejects.toMatchObject({
    code: "GIT_FAILED",
    message: expect.stringMatching(/^prompts\/p@v1 cannot be read: git/),
  });
  const repo = await needRepo(project);
  const old = await gitIn(repo.cwd, "rev-parse", "HEAD~1");
  await gitIn(repo.cwd, "update-ref", "refs/remotes/origin/HEAD", old);
  await expect(readCommitted(repo, ".agentops/allowed_signers")).rejects.toMatchObject({ code: "GIT_FAILED" });
});

test.each([
  { clone: ["--depth", "1", "--no-tags"], fetch: "git fetch --unshallow --tags" },
  { clone: ["--single-branch", "--no-tags"], fetch: "git fetch --tags origin" },
  { clone: ["--single-branch", "--branch", "side", "--no-tags"], fetch: "git fetch --tags origin" },
])("a clone $clone says that it knows no version, and the command it names brings them", async ({ clone, fetch }) => {
  const { a, bare } = await twoClones(FILES);
  await publish(a.project, {});
  await a.git("push", "-q", "origin", "main", "main:side");
  const folder = await tempFolder();
  await gitIn(folder, "clone", "-q", ...clone, `file://${bare}`, "c");
  const { project, git } = await projectIn(join(folder, "c"));
  const { versions, notes } = await versionLog(project, "p");
  expect([versions, notes]).toEqual([[], [expect.stringContaining(`no version of prompts/p is known here`)]]);
  expect(notes[0]).toContain(fetch);
  expect((await artifactList(project)).notes).toHaveLength(1);
  await git(...fetch.split(" ").slice(1));
  expect((await versionLog((await projectIn(join(folder, "c"))).project, "p")).versions).toHaveLength(1);
});
