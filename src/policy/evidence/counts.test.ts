import { createHash } from "node:crypto";
import { cpSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { describe, expect, test } from "vitest";
import { ALL_CASES } from "../../testing/engine.ts";
import { git, tempProject } from "../../testing/project.ts";
import { CASES, cases, type Desk, desk, deskAt, PROMPT, prompt, SUITE, suite } from "./desk.testing.ts";

const PASSES = { [SUITE]: suite({ min: 0.7 }) };

async function evaluated(at: Desk, code = 0, ...args: string[]): Promise<void> {
  const run = await at.run("eval", "desk", ...args);
  expect([run.code, run.stderr]).toEqual([code, expect.any(String)]);
}

/** The refusal of v1 as text; throws when it is promoted. */
async function refusal(at: Desk): Promise<{ message: string; hint: string }> {
  const { code, stderr } = await at.run("promote", "desk@v1", "--json");
  expect(code, stderr).toBe(5);
  const [found] = JSON.parse(stderr).error.details.refusals;
  return found;
}

async function promoted(at: Desk): Promise<void> {
  const { code, stderr } = await at.run("promote", "desk@v1");
  expect([code, stderr]).toEqual([0, ""]);
}

/** What a crash, or an older release, left in the file of runs. */
function inRuns(at: Desk, sql: string): void {
  const file = new Database(join(at.dir, ".agentops", "state.db"));
  file.exec(sql);
  file.close();
}

describe("a run counts", () => {
  test("when its files are those at the version's commit, in a folder below the top", async () => {
    const at = await desk({ files: PASSES });
    await evaluated(at);
    const exported = await at.run("runs", "export", "--format", "evidence");
    expect(JSON.parse(exported.stdout)).toMatchObject({
      schema: "agentops.evidence/2",
      kind: "bounds",
      inputs: [
        { role: "model", path: "bots/agentops.config.yaml", pin: "offline/stand-in-v1" },
        { role: "suite", path: `bots/${SUITE}`, blob: await at.git("rev-parse", `HEAD:bots/${SUITE}`) },
        { role: "dataset", path: `bots/${CASES}`, blob: await at.git("hash-object", CASES) },
      ],
    });
    await promoted(at);
  });

  test("when they are at the head of main, whatever the version had; with the very command that the refusal names", async () => {
    const at = await desk();
    at.put(SUITE, suite({ min: 0.7 }));
    at.put("evals/it's one.mjs", "");
    await evaluated(at);
    const { message, hint } = await refusal(at);
    expect(message).toMatch(
      /not counted:\n {4}run \S+ used evals\/desk.suite.yml otherwise than committed at v1 or main$/,
    );
    expect(hint.split("\n").at(-1)!.trim()).toBe(`git add ${SUITE} && git commit`);
    await git(at.dir, "add", SUITE);
    await git(at.dir, "commit", "-q", "-m", "Less is enough");
    await promoted(at);
  });

  test("not when they are links out of the repository: what helps is the file itself", async () => {
    const at = await desk({ files: PASSES });
    const outside = tempProject({ "cases.jsonl": cases().replace(/\n$/, "\n\n") });
    rmSync(join(at.dir, CASES));
    symlinkSync(join(outside, "cases.jsonl"), join(at.dir, CASES));
    await at.commit(CASES);
    await evaluated(at);
    expect((await refusal(at)).hint).toContain(`put the file itself in the place of ${CASES}, which is a link out of the repository, and commit it`); // prettier-ignore
    rmSync(join(at.dir, CASES));
    cpSync(join(outside, "cases.jsonl"), join(at.dir, CASES));
    await at.commit(CASES);
    await promoted(at);
  });

  test("not when they are on a branch that is not merged", async () => {
    const at = await desk();
    await at.git("checkout", "-q", "-b", "mine");
    at.put(SUITE, suite({ min: 0.7 }));
    await evaluated(at);
    expect((await refusal(at)).hint).toContain(`git add ${SUITE} && git commit   then merge it into main`);
    await at.commit(SUITE);
    expect((await refusal(at)).hint).toMatch(/merge it into main$/);
    await at.git("checkout", "-q", "main");
    await at.git("merge", "-q", "mine");
    await promoted(at);
  });

  test.runIf(ALL_CASES)("where there is a remote, when they are pushed", async () => {
    const at = await desk();
    const bare = join(tempProject(), "origin.git");
    await git(at.top, "clone", "-q", "--bare", at.top, bare);
    await at.git("remote", "add", "origin", bare);
    await at.git("fetch", "-q", "origin");
    await at.git("branch", "-q", "--set-upstream-to", "origin/main");
    at.put(SUITE, suite({ min: 0.7 }));
    await evaluated(at);
    expect((await refusal(at)).hint).toContain(`git add ${SUITE} && git commit && git push`);
    await at.commit(SUITE);
    const { message, hint } = await refusal(at);
    expect([message, hint]).toEqual([
      expect.stringContaining("at v1 or origin/main"),
      expect.stringMatching(/\bgit push$/),
    ]);
    await at.git("push", "-q");
    await promoted(at);
  });

  test.runIf(ALL_CASES)("without main, when they are at the head of what is checked out", async () => {
    const at = await desk();
    await at.git("branch", "-q", "-m", "main", "trunk");
    at.put(SUITE, suite({ min: 0.7 }));
    await at.commit(SUITE);
    await evaluated(at);
    await promoted(at);
  });

  test.runIf(ALL_CASES)("with cases that git ignores, when they are added all the same", async () => {
    const at = await desk({ files: { ...PASSES, ".gitignore": "made.jsonl\n" } });
    at.put("fixtures/made.jsonl", cases());
    at.put(SUITE, suite({ min: 0.7 }).replace("desk.jsonl", "made.jsonl"));
    await at.commit(SUITE);
    await evaluated(at);
    const { message, hint } = await refusal(at);
    expect(message).toMatch(/used fixtures\/made.jsonl, not committed at v1 or main$/);
    expect(hint).toContain("git add -f fixtures/made.jsonl && git commit");
    await at.commit("-f", "fixtures/made.jsonl");
    await promoted(at);
  });

  test.runIf(ALL_CASES)("in a checkout with CRLF, and not when one word there is another", async () => {
    const at = await desk({ files: PASSES });
    await at.git("config", "core.autocrlf", "true");
    for (const [file, text] of [[SUITE, suite({ min: 0.7 })], [CASES, cases()]] as const) at.put(file, text.replaceAll("\n", "\r\n")); // prettier-ignore
    expect(await at.git("hash-object", SUITE)).toBe(await at.git("rev-parse", `HEAD:bots/${SUITE}`));
    await evaluated(at);
    await promoted(at);
    const other = await desk({ files: PASSES });
    await other.git("config", "core.autocrlf", "true");
    other.put(SUITE, suite({ min: 0.6 }).replaceAll("\n", "\r\n"));
    await evaluated(other);
    expect((await refusal(other)).message).toContain(`used ${SUITE} otherwise`);
  });

  test.runIf(ALL_CASES)("with CRLF that git converts nothing of, it is another file", async () => {
    const at = await desk({ files: PASSES });
    at.put(CASES, cases().replaceAll("\n", "\r\n"));
    await evaluated(at);
    expect((await refusal(at)).message).toContain(`used ${CASES} otherwise`);
  });

  test.runIf(ALL_CASES)("with cases in Git LFS, whose pointer is committed", async () => {
    const at = await desk({ files: PASSES });
    const sha256 = createHash("sha256").update(cases()).digest("hex");
    const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${sha256}\nsize ${cases().length}\n`;
    at.put(CASES, pointer);
    await at.commit(CASES);
    at.put(".gitattributes", "*.jsonl filter=lfs diff=lfs merge=lfs -text\n");
    await at.git("add", ".gitattributes");
    await at.git("commit", "-q", "-m", "LFS");
    at.put(CASES, cases());
    await at.git("tag", "-d", "prompts/desk/v1");
    await at.run("publish", "desk", "--no-push");
    await evaluated(at);
    await promoted(at);
    expect((await at.run("runs", "export", "--format", "evidence")).stdout).toContain(await at.git("rev-parse", `HEAD:bots/${CASES}`)); // prettier-ignore
  });

  test.runIf(ALL_CASES)("in a repository whose objects have SHA-256 names", async () => {
    const dir = tempProject();
    await git(dir, "init", "-q", "-b", "main", "--object-format=sha256");
    const at = await deskAt(dir);
    at.put("agentops.config.yaml", "project: test\nmodels: { offline: { kind: offline } }\n");
    for (const [file, text] of Object.entries({ [PROMPT]: prompt(), [SUITE]: suite({ min: 0.7 }), [CASES]: cases() })) at.put(file, text); // prettier-ignore
    await at.commit(".");
    expect((await at.run("publish", "desk", "--no-push")).code).toBe(0);
    await evaluated(at);
    await promoted(at);
  });
});

describe("a run does not count", () => {
  test.runIf(ALL_CASES)("when a script changed while it was used, even if it is back", async () => {
    const script = "{ type: exec, value: [sh, score.sh] }";
    const honest = "cat > /dev/null; echo true\n";
    const at = await desk({
      files: {
        [SUITE]: suite({ min: 0.7, scorers: `{ type: equals, required: false }, ${script}` }),
        // It is changed by the first trial.
        "evals/score.sh": `${honest}echo "# touched" >> score.sh\n`,
      },
    });
    await evaluated(at);
    await at.git("checkout", "-q", "--", ".");
    expect((await refusal(at)).message).toMatch(/run \S+ was made while evals\/score.sh changed$/);
  });

  test.runIf(ALL_CASES)("when it was resumed with another script", async () => {
    const files = {
      [SUITE]: suite({ min: 0.7, scorers: "{ type: exec, value: [sh, score.sh] }" }),
      "evals/score.sh": "cat > /dev/null; echo false\n",
    };
    const at = await desk({ files });
    await evaluated(at, 1);
    inRuns(at, "DELETE FROM trials; UPDATE runs SET status = 'interrupted', pid = NULL");
    at.put("evals/score.sh", "cat > /dev/null; echo true\n");
    expect((await at.run("eval", "--resume", "latest")).code).toBe(0);
    await at.git("checkout", "-q", "--", ".");
    expect((await refusal(at)).message).toMatch(/run \S+ was made while evals\/score.sh changed$/);
  });

  test.runIf(ALL_CASES)("from before runs said what they were made of: listed, with the command", async () => {
    const at = await desk({ files: PASSES });
    await evaluated(at);
    inRuns(at, "UPDATE runs SET spec = json_remove(spec, '$.inputs')");
    const { message, hint } = await refusal(at);
    expect(message).toMatch(/run \S+ does not say which files it was made of$/);
    expect(hint).toContain("agentops eval desk --target prompts/desk@v1");
  });
});
