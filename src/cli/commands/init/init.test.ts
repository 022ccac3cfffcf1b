import { execa } from "execa";
import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { agentops, BIN, cleanEnv, git, REPO, tempProject } from "../../../testing/project.ts";

/** The first line that `init` says comes next, run by a shell. */
async function followed(parent: string, ...args: string[]): Promise<string> {
  const { code, stdout } = await agentops(parent, ["init", ...args]);
  expect(code).toBe(0);
  const command = /^next: (.*)$/m.exec(stdout)![1]!;
  await execa("sh", ["-c", command], { cwd: parent, env: cleanEnv(), extendEnv: false });
  return command;
}

test.each([
  ["in a folder of its own", false],
  ["in a repository that is there", true],
])("what init says comes next makes the first release work: %s", async (_, inRepository) => {
  const parent = tempProject();
  if (inRepository) await git(parent, "init", "-q");
  const command = await followed(parent, "my bot");
  expect(command).toBe('cd "my bot" && git add . && git commit -m "agentops"');
  const dir = join(parent, "my bot");
  expect(await git(dir, "rev-parse", "--show-toplevel")).toBe(inRepository ? parent : dir);
  for (const args of [
    ["eval", "support-triage"],
    ["publish", "support-triage", "--no-push"],
    ["promote", "support-triage"],
  ]) {
    const { code, stderr } = await agentops(dir, args);
    expect([args[0], code, stderr]).toEqual([args[0], 0, expect.any(String)]);
  }
});

test("without that commit the refusal names it", async () => {
  const dir = tempProject();
  await agentops(dir, ["init", "bot"]);
  const bot = join(dir, "bot");
  await agentops(bot, ["eval", "support-triage"]);
  await agentops(bot, ["publish", "support-triage", "--no-push"]);
  const { code, stderr } = await agentops(bot, ["promote", "support-triage"]);
  expect(code).toBe(5);
  expect(stderr).toContain("git add evals/support-triage.suite.yml fixtures/support-triage.jsonl && git commit");
});

test("who has no name in git is told to say it, and the line works with one", async () => {
  const dir = tempProject();
  const nobody = { GIT_AUTHOR_NAME: "", GIT_COMMITTER_NAME: "", GIT_CONFIG_GLOBAL: "/dev/null", EMAIL: "" };
  const { stdout } = await agentops(dir, ["init", "bot"], { ...nobody, GIT_AUTHOR_EMAIL: "", GIT_COMMITTER_EMAIL: "" });
  expect(stdout).toContain('next: cd "bot" && git config user.name "YOUR NAME" && git config user.email YOU@EXAMPLE.COM && git add .'); // prettier-ignore
});

test("a script of ours is a module, whatever the package says, and no schema comes that no file names", async () => {
  const dir = tempProject({ "package.json": '{ "type": "commonjs" }' });
  const { stdout } = await agentops(dir, ["init", "--json"]);
  const { created, repository } = JSON.parse(stdout) as { created: string[]; repository: string };
  expect(repository).toBe("made");
  expect(created.filter((path) => /^schemas|traffic/.test(path))).toEqual([
    "fixtures/traffic.mjs",
    ...["agent", "config", "prompt", "suite"].map((name) => `schemas/${name}.schema.json`),
  ]);
});

test("the second line is typed as it is: npx only where npm finds this package, never a name that its registry would answer", async () => {
  const next = async (dir: string, env: NodeJS.ProcessEnv = {}, ...args: string[]) =>
    (await agentops(dir, ["init", ...args], env)).stdout.split("\n").at(-1)!.trim();
  const alone = `node ${JSON.stringify(BIN)}`;
  const nowhere = tempProject();
  expect(await next(nowhere)).toBe(`${alone} lint && ${alone} eval`);
  await execa("sh", ["-c", await next(nowhere)], { cwd: nowhere, env: cleanEnv(), extendEnv: false });
  const installed = tempProject();
  mkdirSync(join(installed, "node_modules"));
  symlinkSync(REPO, join(installed, "node_modules", "agentops"));
  expect(await next(installed, {}, "deeper")).toBe("npx agentops lint && npx agentops eval");
  const another = tempProject({ "node_modules/agentops/package.json": "{}" });
  expect(await next(another)).toBe(`${alone} lint && ${alone} eval`);
  const global = tempProject();
  symlinkSync(BIN, join(global, "agentops"));
  expect(await next(tempProject(), { PATH: `${global}:${process.env["PATH"]}` })).toBe(
    "agentops lint && agentops eval",
  );
  const bins = join(tempProject(), "node_modules", ".bin");
  mkdirSync(bins, { recursive: true });
  symlinkSync(BIN, join(bins, "agentops"));
  const ofNpx = { PATH: `${bins}:${process.env["PATH"]}` };
  expect(await next(tempProject(), ofNpx), "npx's own PATH ends with it").toBe(`${alone} lint && ${alone} eval`);
});

test.each([
  ["no .gitignore", {}, true],
  ["one without a last line break", { ".gitignore": "dist" }, true],
  ["one that has it", { ".gitignore": "node_modules\n" }, false],
])("what npm installed is not committed: %s", async (_, files, said) => {
  const dir = tempProject({ "node_modules/x/index.js": "", ...files });
  const { stdout } = await agentops(dir, ["init"]);
  const command = /^next: (.*)$/m.exec(stdout)![1]!;
  expect(command.includes(".gitignore")).toBe(said);
  await execa("sh", ["-c", command], { cwd: dir, env: cleanEnv(), extendEnv: false });
  const committed = await git(dir, "ls-files");
  expect(committed).toContain("agentops.config.yaml");
  expect(committed).not.toContain("node_modules");
});

test.each([[[]], [["."]]])("nobody is sent into the folder where they are: init %s", async (typed) => {
  const { stdout } = await agentops(tempProject(), ["init", ...typed]);
  expect(stdout).toMatch(/^next: git add \. && git commit/m);
});
