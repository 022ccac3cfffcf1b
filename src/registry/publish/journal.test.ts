import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { BIN } from "../../testing/project.ts";
import { gitProject, removeFolders, type TempProject, testEnv } from "../temp-project.testing.ts";
import { publish } from "./publish.ts";
import { edit, failure, hook, TRIAGE } from "./publish.testing.ts";

afterAll(removeFolders);

/** Publishes with the real command, which is killed in a hook once the commit is there. */
async function killed(temp: TempProject): Promise<void> {
  await hook(temp, "post-commit", "kill -9 $AGENTOPS_WAITING");
  const child = spawn(process.execPath, [BIN, "publish"], { cwd: temp.root, env: testEnv, stdio: "ignore" });
  await once(child, "exit");
  await hook(temp, "post-commit", "exit 0");
  await expect.poll(() => existsSync(join(temp.root, ".git/index.lock"))).toBe(false);
}

test("a commit of a publish that was killed is not tagged with what a hook put into it", async () => {
  const temp = await gitProject(TRIAGE);
  await publish(temp.project);
  await hook(temp, "pre-commit", "git add -A");
  await temp.write(".env", "API_KEY=sk-secret");
  await edit(temp, "New {{ticket}}");
  await killed(temp);
  expect(await temp.git("show", "--name-only", "--format=")).toContain(".env");
  const error = await failure(publish(temp.project));
  expect(error).toMatchObject({
    code: "CHECKOUT_INVALID",
    message: expect.stringMatching(/is of a publish that did not end, and holds what is not the artifact's: \.env; nothing is tagged/) as string, // prettier-ignore
  });
  expect(await temp.git("tag")).toBe("prompts/triage/v1");
  // The hint, as it is typed.
  const [way = ""] = /^git reset.*(?=, then)/.exec(error.hint ?? "") ?? [];
  for (const command of way.split(" && ")) await temp.git(...command.split(" ").slice(1));
  await hook(temp, "pre-commit", "exit 0");
  await publish(temp.project);
  expect(await temp.git("show", "--name-only", "--format=", "prompts/triage/v2^{commit}")).toBe("prompts/triage.prompt.yml"); // prettier-ignore
});

test("one that holds what was planned is used", async () => {
  const temp = await gitProject(TRIAGE);
  await publish(temp.project);
  await edit(temp, "New {{ticket}}");
  await killed(temp);
  const { published } = await publish(temp.project);
  expect(published).toMatchObject([{ version: "v2", commit: await temp.git("rev-parse", "HEAD") }]);
  expect(existsSync(join(temp.root, ".git/agentops-publish.json"))).toBe(false);
});

test("somebody who went on from it keeps their commit, and may say that it is meant", async () => {
  const temp = await gitProject(TRIAGE);
  await publish(temp.project);
  await hook(temp, "pre-commit", "git add -A");
  await temp.write("a b.txt", "");
  await edit(temp, "New {{ticket}}");
  await killed(temp);
  await hook(temp, "pre-commit", "exit 0");
  await temp.git("commit", "-q", "--allow-empty", "-m", "went on");
  const error = await failure(publish(temp.project));
  expect(error.hint).toMatch(
    /^git rebase -i [0-9a-f]{12}, with "edit" at [0-9a-f]{12}: git rm -q --cached 'a b\.txt' /,
  );
  expect(error.hint).not.toContain("git reset");
  const file = String(error.details?.["journal"]);
  await rm(file);
  expect((await publish(temp.project)).published).toMatchObject([{ version: "v2" }]);
});

test.each(["", "{", "{}", '{"head":null,"own":3}'])("what is no journal stops nobody: %j", async (text) => {
  const temp = await gitProject(TRIAGE);
  await temp.write(".git/agentops-publish.json", text);
  expect((await publish(temp.project)).published).toMatchObject([{ version: "v1" }]);
});
