import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { binary, put, REPO, sampleRepository, tempProject } from "../testing/project.ts";
import { COMMANDS } from "./commands.ts";

/** What the README's tour, which is run through the binary too, does not show; each with the exit code it must end with. */
const ELSEWHERE: readonly [string, number][] = [
  ["init new", 0],
  ["show support-triage --json", 0],
  ["render support-triage --var ticket=hello", 0],
  ["judge calibrate support-triage --labels labels.jsonl", 2],
  ["approvals list", 0],
  ["observe outcomes.jsonl", 0],
  ["doctor", 0],
  ["store info --json", 0],
  ["store check", 0],
  // The codes that scripts decide by.
  ["eval support-triage --target prompts/support-triage --sample 20", 3],
  ["eval strict", 1],
  ["resolve support-triage", 2],
  ["runs", 4],
  ["status", 5],
];

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
    const env = line === "runs" ? { AGENTOPS_STORE: join(dir, "junk.db") } : {};
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
