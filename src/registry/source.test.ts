import { mkdir, rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { needRepo } from "./git/repo.ts";
import { commitSource, worktreeSource } from "./source.ts";
import { plainProject, promptText, removeFolders, gitProject } from "./temp-project.testing.ts";

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

test("files that are asked for together cost one git, and an object that is lost is no file that was not there", async () => {
  const names = ["a", "b", "c", "d"];
  const { project, root, git } = await gitProject(
    Object.fromEntries(names.map((name) => [`prompts/${name}.prompt.yml`, promptText(name)])),
  );
  await mkdir(join(root, "shared/agents"), { recursive: true });
  await symlink("shared/agents", join(root, "agents"));
  await symlink("../../prompts/a.prompt.yml", join(root, "shared/agents/x.agent.yml"));
  await symlink("nowhere", join(root, "prompts/e.prompt.yml"));
  await symlink("/etc/hostname", join(root, "prompts/f.prompt.yml"));
  await git("add", "-A");
  await git("commit", "-qm", "links");
  const repo = await needRepo(project);
  const asked: (string | undefined)[] = [];
  const counted = { ...repo, git: ((args, options) => (asked.push(args[0]), repo.git(args, options))) as typeof repo.git }; // prettier-ignore
  const source = commitSource(counted, await git("rev-parse", "HEAD"));
  expect((await source.list("agents")).map(({ path }) => path)).toEqual(["agents/x.agent.yml"]);
  asked.length = 0;
  const paths = [...names.map((name) => `prompts/${name}.prompt.yml`), "agents/x.agent.yml", "prompts/none.prompt.yml"];
  const texts = [...names, "a"].map((name) => promptText(name));
  expect(await Promise.all(paths.map((path) => source.read(path)))).toEqual([...texts, undefined]);
  expect(asked).toEqual(["cat-file"]);
  expect(await source.read("evals/none")).toBeUndefined();
  expect(await source.read("../out")).toBeUndefined();
  await expect(source.read("prompts/e.prompt.yml")).rejects.toThrow(/e\.prompt\.yml@\w{12}: a link that leads nowhere/);
  await expect(source.read("prompts/f.prompt.yml")).rejects.toThrow(/leads out of the repository.*: \/etc\/hostname/);
  const blob = await git("rev-parse", "HEAD:prompts/a.prompt.yml");
  await rm(join(root, ".git/objects", blob.slice(0, 2), blob.slice(2)), { force: true });
  await expect(source.read("prompts/a.prompt.yml")).rejects.toMatchObject({ code: "GIT_FAILED" });
  await expect(source.read("agents/x.agent.yml")).rejects.toMatchObject({ code: "GIT_FAILED" });
});

test.each<[string, (root: string) => Promise<unknown>, string | null]>([
  ["is not there", () => Promise.resolve(), null],
  [
    "is a link checked out as text",
    (root) => writeFile(join(root, "prompts"), "shared"),
    "prompts is not a folder (a link checked out as text: core.symlinks=false?)",
  ],
  [
    "leads to a file",
    (root) => symlink("agentops.config.yaml", join(root, "prompts")),
    "prompts is not a folder (a link checked out as text: core.symlinks=false?)",
  ],
  [
    "leads to the project",
    (root) => symlink(".", join(root, "prompts")),
    "prompts is a link to the folder that the project is in: .",
  ],
  [
    "leads above the project",
    (root) => symlink("/", join(root, "prompts")),
    "prompts is a link to the folder that the project is in: /",
  ],
  ["leads nowhere", (root) => symlink("none", join(root, "prompts")), "prompts: a link that leads nowhere: none"],
  ["leads to itself", (root) => symlink("prompts", join(root, "prompts")), "cannot read prompts/: ELOOP"],
  [
    "is spelled otherwise",
    (root) => rename(join(root, "other"), join(root, "Prompts")),
    "Prompts/ is not looked at: the folder is called prompts/",
  ],
  ["is spelled as another folder that has no prompt", (root) => mkdir(join(root, "PROMPTS")), null],
])("prompts/ %s", async (_, make, message) => {
  const { root } = await plainProject({ "other/p.prompt.yml": promptText("p") });
  await make(root);
  const listed = worktreeSource(root).list("prompts");
  await (message === null ? expect(listed).resolves.toEqual([]) : expect(listed).rejects.toMatchObject({ code: "FILE_INVALID", message })); // prettier-ignore
});
