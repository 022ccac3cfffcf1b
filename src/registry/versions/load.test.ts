import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { digestOf } from "../../core/canonical.ts";
import { listArtifacts } from "./list.ts";
import { loadArtifact } from "./load.ts";
import { logVersions } from "./log.ts";
import { publish } from "../publish/publish.ts";
import {
  agentText,
  CONFIG,
  gitIn,
  gitProject,
  plainProject,
  projectIn,
  promptText,
  removeFolders,
  tempFolder,
  twoClones,
} from "../temp-project.testing.ts";

afterAll(removeFolders);

const TRIAGE = { "prompts/triage.prompt.yml": promptText("triage") };
const WITH_AGENT = { ...TRIAGE, "agents/desk.agent.yml": agentText("desk", "triage") };

describe("loadArtifact", () => {
  test("reads the worktree where there is no git repository", async () => {
    const { project } = await plainProject(TRIAGE);
    const loaded = await loadArtifact(project, "triage");
    expect(loaded).toMatchObject({
      kind: "prompts",
      address: "prompts/triage",
      version: null,
      commit: null,
      files: ["prompts/triage.prompt.yml"],
      agent: null,
      model: "openai/gpt-4o-2024-08-06",
    });
    expect(loaded.digest).toBe(digestOf({ kind: "prompts", ...loaded.content }));
  });

  test("reads the worktree on a machine without git", async () => {
    const { root } = await plainProject(TRIAGE);
    const { project } = await projectIn(root, { PATH: "/nonexistent" });
    expect((await loadArtifact(project, "triage")).version).toBeNull();
  });

  test("an agent comes with its prompt, its own model wins, and its digest covers both", async () => {
    const temp = await plainProject(WITH_AGENT);
    const before = await loadArtifact(temp.project, "agents/desk");
    expect(before).toMatchObject({
      files: ["agents/desk.agent.yml", "prompts/triage.prompt.yml"],
      model: "openai/gpt-4.1-2025-04-14",
    });
    expect(Object.keys(before.content)).toEqual(["agent", "prompt"]);
    await temp.write("prompts/triage.prompt.yml", promptText("triage", "Other {{ticket}}"));
    expect((await loadArtifact(temp.project, "desk")).digest).not.toBe(before.digest);
  });

  test("names the version whose content the worktree or a revision has, the newest if several", async () => {
    const temp = await gitProject(WITH_AGENT);
    await publish(temp.project, {});
    expect((await loadArtifact(temp.project, "triage")).version).toBe("v1");
    expect((await loadArtifact(temp.project, "desk@HEAD")).version).toBe("v1");
    await temp.write("prompts/triage.prompt.yml", promptText("triage", "Other {{ticket}}"));
    expect((await loadArtifact(temp.project, "triage")).version).toBeNull();
    expect((await loadArtifact(temp.project, "triage@HEAD")).version).toBe("v1");
    expect((await loadArtifact(temp.project, "triage@prompts/triage/v1")).version).toBe("v1");
  });

  test("@v1 reads what was published, though the file changed, moved to .yaml, or was deleted", async () => {
    const temp = await gitProject(TRIAGE);
    await publish(temp.project, {});
    await temp.git("mv", "prompts/triage.prompt.yml", "prompts/triage.prompt.yaml");
    await temp.git("commit", "-q", "-m", "move");
    expect((await loadArtifact(temp.project, "prompts/triage@v1")).files).toEqual(["prompts/triage.prompt.yml"]);
    expect((await loadArtifact(temp.project, "triage")).version).toBe("v1");
    await temp.git("rm", "-q", "-r", "prompts");
    expect(await loadArtifact(temp.project, "triage@v1")).toMatchObject({ version: "v1", kind: "prompts" });
  });

  const errors: Record<
    string,
    { ref: string; files?: Record<string, string>; code: string; says: RegExp; hint?: RegExp }
  > = {
    "a near miss": { ref: "triag", code: "ARTIFACT_NOT_FOUND", says: /triag/, hint: /did you mean triage\?/ },
    "a near miss with its folder": {
      ref: "prompts/triag",
      code: "ARTIFACT_NOT_FOUND",
      says: /no prompts\/triag/,
      hint: /did you mean prompts\/triage\?/,
    },
    "an unknown name": {
      ref: "zzzzzzzz",
      code: "ARTIFACT_NOT_FOUND",
      says: /no prompt or agent/,
      hint: /agentops list/,
    },
    "a name that is both": {
      ref: "triage",
      files: { "agents/triage.agent.yml": agentText("triage", "triage") },
      code: "REF_INVALID",
      says: /both a prompt and an agent/,
      hint: /prompts\/triage or agents\/triage/,
    },
    "an unpublished version": {
      ref: "triage@v7",
      code: "VERSION_NOT_FOUND",
      says: /no version v7 of prompts\/triage/,
      hint: /agentops log prompts\/triage/,
    },
    "a revision git does not know": { ref: "triage@nope", code: "VERSION_NOT_FOUND", says: /no git revision "nope"/ },
    "an option in place of a revision": { ref: "triage@--all", code: "VERSION_NOT_FOUND", says: /no git revision/ },
    "@stable before anything was promoted": {
      ref: "triage@stable",
      code: "VERSION_NOT_FOUND",
      says: /triage has no stable version in production/,
    },
    "@candidate before anything was promoted": {
      ref: "prompts/triage@candidate",
      code: "VERSION_NOT_FOUND",
      says: /prompts\/triage has no candidate version in production/,
    },
    "a name in the file that is not the file's": {
      ref: "other",
      files: { "prompts/other.prompt.yml": promptText("another") },
      code: "FILE_INVALID",
      says: /prompts\/other\.prompt\.yml:1:7: name is "another"/,
    },
    "a mistyped key": {
      ref: "other",
      files: { "prompts/other.prompt.yml": "name: other\nmesages: []\n" },
      code: "FILE_INVALID",
      says: /prompts\/other\.prompt\.yml:2:1: unknown key "mesages" \(did you mean messages\?\)/,
    },
    "an agent whose prompt is lost": {
      ref: "desk",
      files: { "agents/desk.agent.yml": agentText("desk", "gone") },
      code: "ARTIFACT_NOT_FOUND",
      says: /no prompt named gone/,
      hint: /prompts\/gone\.prompt\.yml/,
    },
    "a number that JSON does not have": {
      ref: "other",
      files: { "prompts/other.prompt.yml": `${promptText("other")}testData: [{ x: .nan }]\n` },
      code: "FILE_INVALID",
      says: /not representable as JSON/,
    },
  };
  test.each(Object.entries(errors))("refuses %s", async (_, { ref, files, code, says, hint }) => {
    const { project } = await gitProject({ ...TRIAGE, ...files });
    const error: unknown = await loadArtifact(project, ref).catch((e: unknown) => e);
    expect(error).toMatchObject({ code, message: expect.stringMatching(says) });
    if (hint) expect(error).toMatchObject({ hint: expect.stringMatching(hint) });
  });

  test("a version outside a git repository is an error that says git init", async () => {
    const { project } = await plainProject(TRIAGE);
    await expect(loadArtifact(project, "triage@v1")).rejects.toMatchObject({ code: "GIT_REFUSED", hint: "git init" });
  });

  test("a clone without tags, and a shallow one, are told the git command that brings them", async () => {
    const { a, bare } = await twoClones(TRIAGE);
    await publish(a.project, {});
    await a.git("commit", "-q", "--allow-empty", "-m", "more");
    await a.git("push", "-q", "origin", "main");
    const folder = await tempFolder();
    await gitIn(folder, "clone", "-q", "--no-tags", bare, "tagless");
    await gitIn(folder, "clone", "-q", "--no-tags", "--depth", "1", `file://${bare}`, "shallow");
    const tagless = await projectIn(join(folder, "tagless"));
    const shallow = await projectIn(join(folder, "shallow"));
    await expect(loadArtifact(tagless.project, "triage@v1")).rejects.toMatchObject({
      code: "VERSION_NOT_FOUND",
      hint: expect.stringMatching(/^git fetch --tags origin;/),
    });
    await expect(loadArtifact(shallow.project, "triage@v1")).rejects.toMatchObject({
      hint: expect.stringMatching(/^git fetch --unshallow --tags;/),
    });
    await expect(loadArtifact(shallow.project, "triage@HEAD~1")).rejects.toMatchObject({
      hint: "git fetch --unshallow --tags",
    });
    await shallow.git("fetch", "-q", "--unshallow", "--tags");
    expect((await loadArtifact(shallow.project, "triage@v1")).version).toBe("v1");
  });
});

describe("two projects of a monorepo with the same artifact name", () => {
  async function monorepo() {
    const top = await tempFolder();
    await gitIn(top, "init", "-q", "-b", "main");
    const make = async (name: string, content: string) => {
      await mkdir(join(top, name));
      const temp = { root: join(top, name) };
      const { writeFile } = await import("node:fs/promises");
      await mkdir(join(temp.root, "prompts"));
      await writeFile(join(temp.root, "agentops.config.yaml"), CONFIG);
      await writeFile(join(temp.root, "prompts/triage.prompt.yml"), promptText("triage", content));
      return projectIn(temp.root);
    };
    return { top, a: await make("bot a", "A {{ticket}}"), b: await make("bot b", "B {{ticket}}") };
  }

  test("share the numbers, and neither takes the other's version for its own", async () => {
    const { a, b } = await monorepo();
    expect((await publish(a.project, {})).published[0]?.version).toBe("v1");
    expect((await publish(b.project, {})).published[0]?.version).toBe("v2");
    expect((await logVersions(a.project, "triage")).map((v) => v.version)).toEqual(["v1"]);
    expect((await listArtifacts(b.project))[0]).toMatchObject({ version: "v2", latest: "v2" });
    await expect(loadArtifact(a.project, "triage@v2")).rejects.toMatchObject({
      code: "VERSION_NOT_FOUND",
      message: expect.stringContaining("another project of this repository (bot b/prompts/triage.prompt.yml)"),
    });
  });

  test("a project that was moved keeps its versions", async () => {
    const { a, top } = await monorepo();
    await publish(a.project, {});
    await gitIn(top, "mv", "bot a/prompts", "prompts");
    await gitIn(top, "add", "-A");
    await gitIn(top, "mv", "bot a/agentops.config.yaml", "agentops.config.yaml");
    const moved = await projectIn(top);
    expect((await loadArtifact(moved.project, "triage@v1")).prompt.messages[0]?.content).toBe("A {{ticket}}");
  });

  test("a hand-made tag on a commit without our file is named as such", async () => {
    const temp = await gitProject(TRIAGE);
    await temp.git("rm", "-q", "-r", "prompts");
    await temp.git("commit", "-q", "-m", "gone");
    await temp.git("tag", "prompts/triage/v1");
    await expect(loadArtifact(temp.project, "prompts/triage@v1")).rejects.toMatchObject({
      code: "VERSION_NOT_FOUND",
      message: expect.stringMatching(/tag prompts\/triage\/v1 is on commit [0-9a-f]{12}, which has no prompts\/triage/),
    });
  });
});

describe("listArtifacts and logVersions", () => {
  test("list prompts before agents with owner, version, latest and dirt", async () => {
    const temp = await gitProject({ ...WITH_AGENT, "prompts/alpha.prompt.yaml": promptText("alpha") });
    await publish(temp.project, {});
    await temp.write("prompts/triage.prompt.yml", promptText("triage", "Other {{ticket}}"));
    await temp.write("prompts/new.prompt.yml", promptText("new"));
    await temp.write("prompts/notes.txt", "not an artifact");
    const rows = await listArtifacts(temp.project);
    expect(rows.map(({ address, owner, version, latest, dirty }) => [address, owner, version, latest, dirty])).toEqual([
      ["prompts/alpha", "support", "v1", "v1", false],
      ["prompts/new", "support", null, null, true],
      ["prompts/triage", "support", null, "v1", true],
      ["agents/desk", "cx", null, "v1", true],
    ]);
  });

  test("a broken file is listed with its problems", async () => {
    const { project } = await plainProject({ ...TRIAGE, "prompts/bad.prompt.yml": "name: [\n" });
    const [bad] = await listArtifacts(project);
    expect(bad).toMatchObject({ address: "prompts/bad", digest: null, problems: [{ rule: "yaml-syntax" }] });
  });

  test("an empty project lists nothing", async () => {
    expect(await listArtifacts((await plainProject()).project)).toEqual([]);
  });

  test("log tells number, commit, author, UTC time and message, newest first, also after v9", async () => {
    const temp = await gitProject(TRIAGE);
    for (let i = 1; i <= 10; i++) {
      const trailer = `Agentops-Digest: sha256:${i}`;
      await temp.git("tag", "-a", "-m", `Number ${i}`, "-m", trailer, `prompts/triage/v${i}`);
    }
    const log = await logVersions(temp.project, "prompts/triage");
    expect(log.map((v) => v.number)).toEqual([10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
    expect(log[0]).toMatchObject({ version: "v10", message: "Number 10", author: "Ada", digest: "sha256:10", verifies: false, signed: false }); // prettier-ignore
    expect(log[0]?.at).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/);
    expect(log[0]?.commit).toBe(await temp.git("rev-parse", "HEAD"));
  });

  test("log of an artifact that was never published is empty, of a deleted one is its history, of an unknown one an error", async () => {
    const temp = await gitProject(TRIAGE);
    expect(await logVersions(temp.project, "triage")).toEqual([]);
    await publish(temp.project, {});
    await rm(join(temp.root, "prompts"), { recursive: true });
    expect(await logVersions(temp.project, "triage")).toHaveLength(1);
    expect(await logVersions(temp.project, "prompts/triage")).toHaveLength(1);
    await expect(logVersions(temp.project, "nothing")).rejects.toMatchObject({ code: "ARTIFACT_NOT_FOUND" });
    await expect(logVersions(temp.project, "prompts/nothing")).rejects.toMatchObject({ code: "ARTIFACT_NOT_FOUND" });
  });
});
