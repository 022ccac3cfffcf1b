import { execa } from "execa";
import { join } from "node:path";
import { expect, test } from "vitest";
import { agentops, cleanEnv, git, tempProject } from "../../../testing/project.ts";

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
  expect(command).toBe(`cd "my bot" && ${inRepository ? "" : "git init && "}git add . && git commit -m "agentops"`);
  const dir = join(parent, "my bot");
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
  await git(bot, "init", "-q");
  await agentops(bot, ["eval", "support-triage"]);
  await agentops(bot, ["publish", "support-triage", "--no-push"]);
  const { code, stderr } = await agentops(bot, ["promote", "support-triage"]);
  expect(code).toBe(5);
  expect(stderr).toContain("git add evals/support-triage.suite.yml fixtures/support-triage.jsonl && git commit");
});
