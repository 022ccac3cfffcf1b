import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { needRepo } from "./git/repo.ts";
import { commitSource } from "./source.ts";
import { promptText, removeFolders, gitProject } from "./temp-project.testing.ts";

afterAll(removeFolders);

test("what was committed is read as it was written, or refused where it is not UTF-8", async () => {
  const { project, root, git } = await gitProject({ "prompts/p.prompt.yml": promptText("p", "Ça va, 🙂 {{ticket}}?") });
  await writeFile(join(root, "prompts/q.prompt.yml"), Buffer.from("name: q\nx: caf\xe9\n", "latin1"));
  await git("add", "-A");
  await git("commit", "-qm", "both");
  const source = commitSource(await needRepo(project), await git("rev-parse", "HEAD"));
  expect(await source.read("prompts/p.prompt.yml")).toBe(promptText("p", "Ça va, 🙂 {{ticket}}?"));
  await expect(source.read("prompts/q.prompt.yml")).rejects.toThrow(
    /q\.prompt\.yml@\w{12}:2:7: not UTF-8: the byte 0xE9/,
  );
});
