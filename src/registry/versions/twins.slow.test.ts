import { cp, mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { parseRef } from "../../core/refs.ts";
import { publish } from "../publish/publish.ts";
import { CONFIG, gitIn, projectIn, promptText, removeFolders, tempFolder } from "../temp-project.testing.ts";
import { latestRef } from "./latest.ts";
import { artifactList } from "./list.ts";
import { versionLog } from "./log.ts";

afterAll(removeFolders);

const P = "prompts/p.prompt.yml";

/** Projects of one template, of which `a` published v1. */
async function twins(...folders: string[]) {
  const root = await tempFolder();
  for (const folder of folders) {
    await mkdir(dirname(join(root, folder, P)), { recursive: true });
    await writeFile(join(root, folder, "agentops.config.yaml"), CONFIG);
    await writeFile(join(root, folder, P), promptText("p"));
  }
  await gitIn(root, "init", "-q", "-b", "main");
  const commit = async () => {
    await gitIn(root, "add", "-A");
    await gitIn(root, "commit", "-qm", "all");
  };
  await commit();
  const project = async (folder: string) => (await projectIn(join(root, folder))).project;
  await publish(await project("a"), {});
  const log = async (folder: string) => {
    const { versions, notes } = await versionLog(await project(folder), "p");
    return [...versions.map(({ version, movedFrom }) => `${version} as ${movedFrom ?? "here"}`), ...notes].join("; ");
  };
  return { root, commit, project, log };
}

const FOREIGN = `prompts/p has no version in this project: prompts/p/v1 is of a/${P}`;

test("a project that was moved has its versions, its twin that was copied has none, committed or not", async () => {
  const { root, commit, log } = await twins("a", "b");
  await mkdir(join(root, "old"));
  await rename(join(root, "a"), join(root, "old/a"));
  await cp(join(root, "b"), join(root, "d"), { recursive: true });
  const both = async () => [await log("old/a"), await log("d")];
  expect(await both()).toEqual([`v1 as a/${P}`, FOREIGN]);
  await commit();
  expect(await both()).toEqual([`v1 as a/${P}`, FOREIGN]);
});

test("which of two twins was moved is not guessed, and whose the versions are is said", async () => {
  const { root, commit, project, log } = await twins("a", "b", "c");
  expect(await log("b")).toBe(FOREIGN);
  expect((await artifactList(await project("b"))).notes).toEqual([FOREIGN]);
  await rename(join(root, "a"), join(root, "x"));
  await rm(join(root, "c"), { recursive: true });
  await commit();
  expect(await log("x")).toMatch(
    /^prompts\/p has no version .*v1 is of a\/\S+; which of a\/\S+, c\/\S+ was moved here in [0-9a-f]{10} cannot be told/,
  );
  await expect(latestRef(await project("x"), parseRef("p"), "promote")).rejects.toMatchObject({
    code: "VERSION_NOT_FOUND",
    hint: "agentops publish prompts/p",
  });
  const { published } = await publish(await project("x"), {});
  expect(published).toMatchObject([{ version: "v2", note: expect.stringMatching(/^its first version here: .*v1 is of a/) }]); // prettier-ignore
});
