import { spawnSync } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { execa } from "execa";
import { expect, test } from "vitest";
import { binary, cleanEnv, put, REPO, sampleRepository, tempProject } from "../testing/project.ts";
import { COMMANDS } from "./commands.ts";

/** What the README's tour, which is run through the binary too, does not show; each with the exit code it must end with. */
const ELSEWHERE: readonly [string, number][] = [
  ["init new", 0],
  ["show support-triage --json", 0],
  ["render support-triage --var ticket=hello", 0],
  ["judge calibrate support-triage --labels labels.jsonl", 2],
  ["approvals list", 0],
  ["observe outcomes.jsonl", 3],
  ["doctor", 0],
  ["config --json", 0],
  ["completion bash", 0],
  ["store info --json", 0],
  ["store check", 0],
  ["trace list --json", 0],
  ["collect --port 99999", 2],
  // The codes that scripts decide by.
  ["eval support-triage --target prompts/support-triage --sample 20", 3],
  ["eval strict", 1],
  ["resolve support-triage", 2],
  ["freeze --until 1h --reason drill --env production", 0],
  ["unfreeze --env production", 0],
  ["runs", 2],
  ["history support-triage", 4],
  ["status", 5],
];

/** A store that no later try can use, and one that may be there in a minute. */
const ENVIRONMENTS = (dir: string): Record<string, NodeJS.ProcessEnv> => ({
  runs: { AGENTOPS_STORE: join(dir, "junk.db") },
  "history support-triage": { AGENTOPS_STORE: "postgres://ada@127.0.0.1:1/nowhere" },
});

test("the real binary runs every command, and ends with each exit code", async () => {
  const dir = await sampleRepository();
  put(dir, "labels.jsonl", `{"case":"t-001","label":"pass"}\n`);
  put(dir, "outcomes.jsonl", `{"target":"prompts/support-triage","version":"v1","unit":"u","success":true}\n`);
  put(dir, "junk.db", "this is not a database".repeat(100));
  put(
    dir,
    "evals/strict.suite.yml",
    "name: strict\ntarget: prompts/support-triage\ncases: [{ id: a, vars: { ticket: hello }, expected: nowhere }]\nscorers: [{ type: equals }]\ngate: { successRate: { min: 0.9 }, policy: point }\n",
  );
  await binary(dir, ["kill", "agents/refund-desk", "--reason", "drill"]);
  for (const [line, code] of ELSEWHERE) {
    const env = ENVIRONMENTS(dir)[line] ?? {};
    const run = await binary(dir, line.split(" "), env);
    expect([line, run.code, run.stderr.replace(/^note:.*\n?/gm, "")]).toEqual([
      ...[line, code],
      code === 0 ? "" : expect.anything(),
    ]);
    if (line.endsWith("--json")) expect(JSON.parse(run.stdout)).toHaveProperty("schema");
  }
});

test("no command is left out", () => {
  const readme = readFileSync(join(REPO, "README.md"), "utf8");
  const ran = [...readme.matchAll(/^\$ .*?npx agentops (\w+)/gm)].map(([, name]) => name);
  const here = ELSEWHERE.map(([line]) => line.split(" ")[0]);
  expect([...ran, ...here]).toEqual(expect.arrayContaining(COMMANDS.map(({ name }) => name)));
});

test("a folder that is no project is the user's to mend", async () => {
  const run = await binary(tempProject({ "agentops.config.yaml": "project: [" }), ["eval"]);
  expect(run.code).toBe(2);
  expect(run.stderr).toContain("agentops.config.yaml:1");
});

test.each([
  ["SIGHUP", 129],
  ["SIGTERM", 143],
  ["SIGINT", 130],
] as const)("observe that waits for its input ends with %s, and keeps what it was given", async (signal, code) => {
  const dir = tempProject();
  const child = execa(process.execPath, [join(REPO, "bin", "agentops.js"), "observe"], { cwd: dir, env: cleanEnv({}), extendEnv: false, reject: false }); // prettier-ignore
  child.stdin.write('{"target":"prompts/x","version":"v1","success":true}\n{"target":"prompts/x","ver');
  await expect.poll(() => existsSync(join(dir, ".agentops", "state.db")), { timeout: 20_000 }).toBe(true);
  await pause(200);
  child.kill(signal);
  const { exitCode, stderr } = await child;
  expect([exitCode, stderr]).toEqual([code, expect.stringContaining(`stopped by ${signal}; recorded before it: 1 [`)]);
  expect((await binary(dir, ["store", "info", "--json"])).stdout).toMatch(/"name":\s*"observations",\s*"rows":\s*1\b/);
});

test.skipIf(!existsSync("/dev/full"))("stdout that cannot be written is one line and exit 4", () => {
  const dir = tempProject();
  for (const args of [["--version"], ["help"], ["status"], ["kill", "--all"], ["list", "--json"]]) {
    const full = openSync("/dev/full", "w");
    const run = spawnSync(process.execPath, [join(REPO, "bin", "agentops.js"), ...args], { cwd: dir, env: cleanEnv({}), stdio: ["ignore", full, "pipe"], encoding: "utf8" }); // prettier-ignore
    closeSync(full);
    expect([run.status, run.stderr.replace(/^note: .*\n/, "")], args[0]).toEqual([4, "error: stdout cannot be written [ENOSPC]\n"]); // prettier-ignore
  }
});
