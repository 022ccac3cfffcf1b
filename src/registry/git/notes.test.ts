import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { gitIn, projectIn, promptText, removeFolders, type TempProject, tempFolder, twoClones } from "../temp-project.testing.ts"; // prettier-ignore
import { appendNote, pushNotes, readNote } from "./notes.ts";

const FILES = { "prompts/triage.prompt.yml": promptText("triage") };
afterAll(removeFolders);

/** Another clone of the same remote. */
async function cloneOf(bare: string): Promise<TempProject> {
  const folder = await tempFolder();
  await gitIn(folder, "clone", "-q", bare, "clone");
  return projectIn(join(folder, "clone"));
}

async function noted({ project, git }: TempProject, line: string): Promise<void> {
  await appendNote(project, await git("rev-parse", "main"), line);
}

async function onRemote(bare: string): Promise<string[]> {
  const note = await gitIn(bare, "notes", "--ref=agentops", "show", "main");
  return note.split("\n").filter((line) => line !== "");
}

describe("notes pushed by several", () => {
  test("the first one finds none, the second merges, and both may go on", async () => {
    const { a, b, bare } = await twoClones(FILES);
    for (const [clone, line] of [
      [a, "a1"],
      [b, "b1"],
      [a, "a2"],
      [b, "a1"],
      [b, "b2"],
    ] as const) {
      // prettier-ignore
      await noted(clone, line);
      expect(await pushNotes(clone.project)).toBe("origin");
    }
    expect(await onRemote(bare)).toEqual(["a1", "a2", "b1", "b2"]);
    expect((await readNote(b.project, await b.git("rev-parse", "main"))).filter((line) => line !== "")).toEqual(["a1", "a2", "b1", "b2"]); // prettier-ignore
    expect(await a.git("status", "--porcelain")).toBe("");
  });

  test("eight at the same moment, none lost", async () => {
    const { a, bare } = await twoClones(FILES);
    const runners = [a, ...(await Promise.all(Array.from({ length: 7 }, () => cloneOf(bare))))];
    await Promise.all(
      runners.map(async (runner, i) => {
        await noted(runner, `run ${i}`);
        await pushNotes(runner.project);
      }),
    );
    expect(await onRemote(bare)).toEqual(runners.map((_, i) => `run ${i}`));
  });

  test("nothing new, and a remote whose notes were deleted", async () => {
    const { a, bare } = await twoClones(FILES);
    await noted(a, "a1");
    for (let i = 0; i < 2; i++) await pushNotes(a.project);
    await gitIn(bare, "update-ref", "-d", "refs/notes/agentops");
    await pushNotes(a.project);
    expect(await onRemote(bare)).toEqual(["a1"]);
  });

  test("the user's settings do not change what is merged or pushed", async () => {
    const { a, b, bare } = await twoClones(FILES);
    await noted(b, "b1");
    await pushNotes(b.project);
    const set = [["notes.mergeStrategy", "ours"], ["core.notesRef", "refs/notes/other"], ["fetch.prune", "true"], ["push.followTags", "true"], ["push.default", "nothing"]]; // prettier-ignore
    for (const [key, value] of set) await a.git("config", key!, value!);
    await a.git("tag", "-a", "private", "-m", "mine");
    await noted(a, "a1");
    await pushNotes(a.project);
    expect(await onRemote(bare)).toEqual(["a1", "b1"]);
    expect(await gitIn(bare, "tag", "--list")).toBe("");
  });

  test("a shallow clone", async () => {
    const { a, bare } = await twoClones(FILES);
    await noted(a, "a1");
    await pushNotes(a.project);
    const folder = await tempFolder();
    await gitIn(folder, "clone", "-q", "--depth=1", `file://${bare}`, "clone");
    const shallow = await projectIn(join(folder, "clone"));
    await noted(shallow, "s1");
    await pushNotes(shallow.project);
    expect(await onRemote(bare)).toEqual(["a1", "s1"]);
  });
});

describe("notes that cannot be pushed stay here:", () => {
  test("no remote", async () => {
    const { a } = await twoClones(FILES);
    await noted(a, "a1");
    await a.git("remote", "remove", "origin");
    await expect(pushNotes(a.project)).rejects.toMatchObject({
      code: "USAGE",
      message: "there is no remote to push the note to; it is in this clone",
    });
  });

  test("a remote that is gone", async () => {
    const { a } = await twoClones(FILES);
    await noted(a, "a1");
    await a.git("remote", "set-url", "origin", "/nonexistent");
    await expect(pushNotes(a.project)).rejects.toMatchObject({
      code: "GIT_FAILED",
      message: expect.stringContaining("cannot fetch the notes of origin: ") as string,
    });
    expect(await readNote(a.project, await a.git("rev-parse", "main"))).toContain("a1");
  });

  test("a hook of the remote that refuses is not taken for somebody who was first", async () => {
    const { a, bare } = await twoClones(FILES);
    await noted(a, "a1");
    const hook = join(bare, "hooks/pre-receive");
    writeFileSync(hook, "#!/bin/sh\necho 'notes are for the release machine' >&2\nexit 1\n");
    chmodSync(hook, 0o755);
    await expect(pushNotes(a.project)).rejects.toMatchObject({
      code: "POLICY_REFUSED",
      message: "origin refuses the notes: notes are for the release machine",
      details: { git: expect.stringContaining("notes are for the release machine") as string },
    });
  });
});
