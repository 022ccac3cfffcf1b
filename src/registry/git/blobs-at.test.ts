import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { gitProject, removeFolders } from "../temp-project.testing.ts";
import { blobsAt } from "./blobs-at.ts";
import { needRepo } from "./repo.ts";

afterAll(removeFolders);

test("many files are named as each of them alone: links, what is behind them, odd names, and what is not there", async () => {
  const names = Array.from({ length: 120 }, (_, i) => `prompts/p${i}`);
  const odd = ['prompts/with "quotes"', "prompts/é 日本", "prompts/[a]*", "prompts/tab\there", "prompts/two\nlines"];
  const { project, root, git } = await gitProject(Object.fromEntries([...names, ...odd, "shared/x"].map((path) => [path, path]))); // prettier-ignore
  await symlink("p1", join(root, "prompts/link"));
  await symlink("nowhere", join(root, "prompts/broken"));
  await symlink("shared", join(root, "led"));
  await mkdir(join(root, "prompts/folder"));
  await writeFile(join(root, "prompts/folder/y"), "y");
  await git("add", "-A");
  await git("commit", "-qm", "links");
  await git("rm", "-q", "prompts/p7");
  await git("commit", "-qm", "one less");
  const others = ["prompts/link", "prompts/broken", "led/x", "prompts/folder", "prompts/none", "agentops.config.yaml", "none/x"]; // prettier-ignore
  const paths = [...names, ...odd, ...others];
  const asked = ["HEAD", "HEAD~1"].flatMap((commit) => paths.map((path) => ({ commit, path })));
  const repo = await needRepo(project);
  const alone = (await Promise.all(asked.map((file) => blobsAt(repo, [file])))).flat();
  expect(await blobsAt(repo, asked)).toEqual(alone);
  expect(alone.filter((id) => id === null)).toHaveLength(2 * 5 + 1);
});

test("before the first commit there is none", async () => {
  const { project, git } = await gitProject();
  await git("update-ref", "-d", "HEAD");
  const files = Array.from({ length: 120 }, (_, i) => ({ commit: "HEAD", path: `prompts/p${i}` }));
  expect(await blobsAt(await needRepo(project), files)).toEqual(files.map(() => null));
});
