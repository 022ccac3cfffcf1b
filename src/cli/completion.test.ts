import { execa } from "execa";
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { agentops, BIN, cleanEnv, git, put, tempProject } from "../testing/project.ts";
import { COMMANDS } from "./commands.ts";
import { completions } from "./completion.ts";

const NAMES = {
  artifacts: () => ["prompts/triage", "prompts/desk", "agents/desk", "agents/refund"],
  versions: (address: string) => (address === "prompts/triage" ? ["v2", "v1"] : []),
  suites: () => ["triage", "safety"],
  environments: () => ["staging", "production"],
};

test.each<[string, string[]]>([
  ["ki", ["kill"]],
  ["help ga", ["gate"]],
  ["help ex", ["exit-codes"]],
  ["kill r", ["refund"]],
  ["kill ", ["triage", "prompts/desk", "agents/desk", "refund"]],
  ["kill agents/", ["agents/desk", "agents/refund"]],
  ["diff triage@v1 t", ["triage"]],
  ["show triage@", ["triage@v2", "triage@v1", "triage@worktree", "triage@stable", "triage@candidate"]],
  ["diff prompts/triage@v1 prompts/triage@v2", ["prompts/triage@v2"]],
  ["eval s", ["safety"]],
  ["eval --max-cost 3 safety t", ["triage"]],
  ["canary a", ["advance", "approve", "abort", "ack"]],
  ["canary start tr", ["triage"]],
  ["--env staging canary start tr", ["triage"]],
  ["status --env s", ["staging"]],
  ["gate --format g", ["github"]],
  ["kill --rea", ["--reason"]],
  ["kill x --reason ", []],
  ["observe ", []],
  ["nonsense ", ["status"]],
])("%j is completed", (line, expected) => {
  const found = completions(line.split(" "), COMMANDS, NAMES);
  expect(found).toEqual(line === "nonsense " ? expect.arrayContaining(expected) : expected);
});

test("in bash a version is completed behind its name, which bash takes for two words", async () => {
  const dir = tempProject({
    "agentops.config.yaml": "project: drill\nenvironments: [staging, production]\n",
    "prompts/triage.prompt.yml": "messages: [{ role: user, content: Hi }]\n",
    "evals/safety.suite.yml": "",
  });
  await git(dir, "init", "-q");
  await git(dir, "-c", "user.name=a", "-c", "user.email=a@b.c", "commit", "-q", "--allow-empty", "-m", "x");
  for (const tag of ["prompts/triage/v1", "prompts/triage/v10", "prompts/gone/v1"]) await git(dir, "tag", tag);
  await git(dir, "pack-refs", "--all");
  await git(dir, "tag", "prompts/triage/v2");
  const bin = tempProject();
  put(bin, "agentops", `#!/bin/sh\nexec ${process.execPath} ${BIN} "$@"\n`);
  chmodSync(join(bin, "agentops"), 0o755);
  const { stdout } = await agentops(dir, ["completion", "bash"]);
  writeFileSync(join(dir, "rc"), stdout);
  const at = async (line: string) => {
    const script = `. ./rc; COMP_LINE=${JSON.stringify(line)}; COMP_POINT=\${#COMP_LINE}; _agentops; printf '%s ' "\${COMPREPLY[@]}"`;
    const env = { ...cleanEnv(), PATH: `${bin}:${process.env["PATH"] ?? ""}` };
    return (await execa("bash", ["-c", script], { cwd: dir, env, extendEnv: false })).stdout.trim();
  };
  expect(await at("agentops show triage@v")).toBe("v10 v2 v1");
  expect(await at("agentops log ")).toBe("triage gone");
  expect(await at("agentops eval ")).toBe("safety");
  expect(await at("agentops status --env ")).toBe("staging production");
});

test.each(["zsh", "fish"])("the script for %s", async (shell) => {
  const { code, stdout } = await agentops("/", ["completion", shell]);
  expect([code, stdout]).toEqual([0, expect.stringContaining("agentops __complete")]);
});
