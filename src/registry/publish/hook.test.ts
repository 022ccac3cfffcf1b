import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { needRepo } from "../git/repo.ts";
import { gitProject, removeFolders, testEnv, twoClones } from "../temp-project.testing.ts";
import { refuseInHook } from "./hook.ts";
import { edit, failure, FILE, hook, TRIAGE } from "./publish.testing.ts";

afterAll(removeFolders);

describe("inside a hook of git's", () => {
  const BIN = join(import.meta.dirname, "../../../bin/agentops.js");
  const run = `'${process.execPath}' '${BIN}' publish -m hook > .git/said 2>&1; echo $? >> .git/said`;

  test.each(["pre-commit", "prepare-commit-msg", "commit-msg"])("%s: refused, and the commit is made", async (name) => {
    const temp = await gitProject(TRIAGE);
    await hook(temp, name, run);
    await edit(temp, "New {{ticket}}");
    await temp.git("commit", "-q", "-a", "-m", "mine");
    await temp.git("commit", "-q", "--allow-empty", "-m", "empty");
    const said = readFileSync(join(temp.root, ".git/said"), "utf8");
    expect(said).toMatch(new RegExp(`a commit is being made \\(this is its ${name} hook\\)[^]*\\n2\\n$`));
    expect(await temp.git("log", "--format=%s")).toBe("empty\nmine\nstart");
    expect(await temp.git("tag")).toBe("");
  });

  test("post-commit, also while other files are staged: published", async () => {
    const temp = await gitProject(TRIAGE);
    await hook(temp, "post-commit", `[ -e .git/once ] && exit; touch .git/once; ${run}`);
    await temp.write("other.txt", "");
    await temp.git("add", "other.txt");
    await edit(temp, "New {{ticket}}");
    await temp.git("commit", "-q", "-m", "mine", "--", FILE);
    expect(await temp.git("tag")).toBe("prompts/triage/v1");
    expect(await temp.git("status", "--porcelain")).toBe("A  other.txt");
  });

  test("post-merge, where git has not tidied the merge up yet: published", async () => {
    const temp = await gitProject(TRIAGE);
    await temp.git("switch", "-q", "-c", "side");
    await temp.git("commit", "-q", "--allow-empty", "-m", "side");
    await temp.git("switch", "-q", "main");
    await hook(temp, "post-merge", run);
    await temp.git("merge", "-q", "--no-ff", "-m", "merge", "side");
    expect(await temp.git("tag")).toBe("prompts/triage/v1");
  });

  test("pre-push of its own push: it says that it would wait for itself", async () => {
    const { a } = await twoClones(TRIAGE);
    await hook(a, "pre-push", run);
    execFileSync(process.execPath, [BIN, "publish"], { cwd: a.root, env: testEnv });
    expect(readFileSync(join(a.root, ".git/said"), "utf8")).toMatch(
      /this publish runs inside another one \(process \d+\)[^]*\n2\n$/,
    );
  });
});

test("where the system does not tell the hook's name, the index does: what is staged in it is still to be committed", async () => {
  const temp = await gitProject(TRIAGE);
  const repo = await needRepo(temp.project);
  const inHook = (file: string) => refuseInHook(repo, { GIT_INDEX_FILE: file });
  await inHook(".git/index");
  await edit(temp, "New {{ticket}}");
  await temp.git("add", "-A");
  expect((await failure(inHook(".git/index"))).message).toContain("a commit is being made");
  expect((await failure(inHook(join(temp.root, ".git/next-index-1.lock")))).code).toBe("CHECKOUT_INVALID");
  await inHook("/nonexistent/index");
});
