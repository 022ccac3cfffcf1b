import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ENGINE, newDatabase } from "../../../testing/engine.ts";
import { agentops, git, put, sampleRepository, tempProject } from "../../../testing/project.ts";
import { commitAll } from "../../../testing/repository.ts";
import { diagnosed } from "./diagnosed.testing.ts";

const NOBODY = {
  GIT_AUTHOR_NAME: undefined,
  GIT_AUTHOR_EMAIL: undefined,
  GIT_COMMITTER_NAME: undefined,
  GIT_COMMITTER_EMAIL: undefined,
};

describe("agentops doctor", () => {
  test("finds nothing wrong in a project that is well, and fits a narrow screen", async () => {
    const dir = await sampleRepository();
    const env = ENGINE === "sqlite" ? {} : { AGENTOPS_STORE: await newDatabase() };
    const { code, stdout, stderr } = await agentops(dir, ["doctor", "--actor", "ada"], env);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/^ok {7}node {7}20\.\d+\.\d+$/m);
    expect(stdout).toMatch(/^ok {7}identity {3}Ada <ada@example.com>$/m);
    expect(stdout).toMatch(/^ok {7}actor {6}ada, from --actor$/m);
    expect(stdout).toMatch(/^ok {7}signing {4}not configured$/m);
    expect(stdout).toMatch(/^no problem$/m);
    expect(stdout).not.toContain("\u001b");
    // An address is as long as it is.
    const broken = stdout.split("\n").filter((line) => !/^ *\S+$/.test(line));
    for (const line of broken) expect(line.length, line).toBeLessThanOrEqual(60);
  });

  test("says who would act, and what says so", async () => {
    const dir = tempProject();
    const by = async (env: NodeJS.ProcessEnv, args: string[] = []) => (await diagnosed(dir, env, args))["actor"]?.found;
    expect(await by({ AGENTOPS_ACTOR: "ada", GITHUB_ACTOR: "bob" })).toBe("ada, from AGENTOPS_ACTOR");
    expect(await by({ GITHUB_ACTOR: "bob" })).toBe("Ada <ada@example.com>, from git");
    expect(await by({ AGENTOPS_ACTOR: "" })).toBe("Ada <ada@example.com>, from git");
    const nobody = { GIT_COMMITTER_NAME: "", GIT_COMMITTER_EMAIL: "", GIT_CONFIG_GLOBAL: "/dev/null" };
    expect(await by({ ...nobody, GITHUB_ACTOR: "bob", USER: "root" })).toBe("bob, from GITHUB_ACTOR");
    expect(await by({ ...nobody, GITLAB_USER_LOGIN: "eve", USER: "root" })).toBe("eve, from GITLAB_USER_LOGIN");
    expect(await by({ ...nobody, GITHUB_ACTOR: "42", USER: "root" })).toBe("root, from USER");
    expect(await by({ USER: "root" }, ["--actor", "ada"])).toBe("ada, from --actor");
    expect(await by(nobody)).toMatch(/, from the login name$/);
  });

  test("what was typed wrong is exit 2 and no diagnosis", async () => {
    const dir = tempProject();
    expect(await agentops(dir, ["doctor", "-C", "nowhere"])).toMatchObject({ code: 2, stdout: "" });
    expect(await agentops(dir, ["doctor", "--format", "xml"])).toMatchObject({ code: 2, stdout: "" });
  });
});

describe("git", () => {
  test("without an identity is a problem, with the commands that set it", async () => {
    const dir = await sampleRepository();
    const none = (await diagnosed(dir, NOBODY))["identity"];
    expect(none).toEqual({
      state: "problem",
      found: "git's user.name and user.email are not set",
      hint: 'git config --global user.name "Your Name" && git config --global user.email you@example.com',
    });
    await git(dir, "config", "user.name", "Ada");
    const half = (await diagnosed(dir, NOBODY))["identity"];
    expect(half).toMatchObject({ state: "problem", found: "git's user.email is not set" });
    await git(dir, "config", "user.email", "ada@example.com");
    expect((await diagnosed(dir, NOBODY))["identity"]).toMatchObject({ state: "ok", found: "Ada <ada@example.com>" });
  });

  test("that is not there, or has no repository", async () => {
    const dir = tempProject();
    expect((await diagnosed(dir))["git"]).toMatchObject({
      state: "warning",
      found: expect.stringMatching(/^\d+\.\d+.*, not in a repository$/),
    });
    const { git: missing, identity } = await diagnosed(dir, { PATH: join(dir, "nothing") });
    expect(missing).toMatchObject({ state: "problem", found: "git could not be started" });
    expect(identity).toMatchObject({ state: "warning", found: "not checked: git does not work here" });
  });

  test("signs with a key, and by whom a version must be signed", async () => {
    const dir = await sampleRepository();
    await git(dir, "config", "gpg.format", "ssh");
    await git(dir, "config", "user.signingkey", "~/key.pub");
    put(dir, ".agentops/allowed_signers", "# who may sign\nada@example.com,bob@example.com ssh-ed25519 AAAA\n");
    expect((await diagnosed(dir, { HOME: dir }))["signing"]).toMatchObject({ found: expect.stringContaining("; 0 allowed signers"), state: "warning" }); // prettier-ignore
    await commitAll(dir, "Who signs");
    const missing = (await diagnosed(dir, { HOME: dir }))["signing"];
    expect(missing).toMatchObject({
      state: "warning",
      found: "ssh key ~/key.pub, which is not there; 2 allowed signers",
    });
    put(dir, "key.pub", "ssh-ed25519 AAAA");
    expect((await diagnosed(dir, { HOME: dir }))["signing"]).toMatchObject({ state: "ok", hint: null });
    put(dir, ".agentops/allowed_signers", "");
    await commitAll(dir, "Nobody");
    expect((await diagnosed(dir, { HOME: dir }))["signing"]).toMatchObject({ state: "warning" });
  });
});

describe("the config", () => {
  test("that does not load is the problem, and the other checks go on", async () => {
    const dir = tempProject({ "agentops.config.yaml": "project: x\nmodles: {}\n", "deep/er/file": "" });
    const { project, keys, providers, drivers, store } = await diagnosed(join(dir, "deep", "er"));
    const file = join(dir, "agentops.config.yaml");
    expect(project).toMatchObject({
      state: "problem",
      found: `${file}:2:1: unknown key "modles" (did you mean models?)`,
    });
    expect([keys?.state, providers?.state]).toEqual(["warning", "warning"]);
    expect([drivers?.state, store?.state]).toEqual(["ok", "ok"]);
  });

  test.each<[string, string[], string]>([
    ["is in no folder above", ["-C", "/"], "no agentops.config.yaml here or in any folder above"],
    ["is not where it was said to be", ["--config", "no/where.yaml"], "no config file at no/where.yaml"],
    ["knows no such environment", ["--env", "prod"], 'unknown environment "prod"'],
  ])("that %s", async (_, args, message) => {
    const { project, drivers } = await diagnosed(tempProject(), {}, args);
    expect(project).toMatchObject({ state: "problem", found: expect.stringContaining(message) });
    expect(drivers?.state).toBe("ok");
  });

  test("names keys that are not set; a value is never shown", async () => {
    const models =
      "{ a: { kind: openai, apiKeyEnv: MISSING_KEY }, b: { kind: anthropic, apiKeyEnv: SET_KEY }, c: { kind: google } }";
    const dir = tempProject({ "agentops.config.yaml": `project: x\nmodels: ${models}\n` });
    const env = { SET_KEY: "the value of it", AGENTOPS_ACTOR: "the value of it" };
    const { keys, providers, actor } = await diagnosed(dir, env);
    expect(keys).toEqual({
      state: "warning",
      found: "not set: MISSING_KEY, GOOGLE_GENERATIVE_AI_API_KEY",
      hint: "export MISSING_KEY=… && export GOOGLE_GENERATIVE_AI_API_KEY=…",
    });
    expect(providers).toMatchObject({ state: "ok", found: "the packages for google load" });
    // Even where it was pasted into the wrong place.
    expect(actor?.found).toBe("[REDACTED], from AGENTOPS_ACTOR");
    const text = await agentops(dir, ["doctor"], env);
    expect(text.stdout + text.stderr).not.toContain("the value of it");
    expect(text.stdout).toMatch(/^ {9}export MISSING_KEY=… &&$/m);
  });
});
