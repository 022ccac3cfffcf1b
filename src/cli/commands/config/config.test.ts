import { join } from "node:path";
import { expect, test } from "vitest";
import { agentops, tempProject } from "../../../testing/project.ts";

const CONFIG = `project: drill
environments: [staging, production]
store: other.db
models:
  offline: { kind: offline }
  own: { kind: openai, apiKeyEnv: OWN_KEY }
policy: { production: { approvals: 2 } }
lint: {}
channels: { hook: { kind: command, command: [send, "sk-ant-0123456789abcdef0123"] } }
`;

interface Document {
  settings: { key: string; value: unknown; origin: string }[];
}

test("each value with the file, flag or variable that gave it", async () => {
  const dir = tempProject({ "agentops.config.yaml": CONFIG });
  const said = async (args: string[], env: NodeJS.ProcessEnv) => {
    const { code, stdout } = await agentops(dir, ["config", "--json", ...args], env);
    expect(code).toBe(0);
    const { settings } = JSON.parse(stdout) as Document;
    return Object.fromEntries(settings.map(({ key, value, origin }) => [key, [value, origin]]));
  };
  expect(await said([], {})).toMatchObject({
    environment: ["production", "agentops.config.yaml:2"],
    store: [join(dir, "other.db"), "agentops.config.yaml:3"],
    "models.own.kind": ["openai", "agentops.config.yaml:6"],
    "policy.production.approvals": [2, "agentops.config.yaml:7"],
    lint: [{}, "agentops.config.yaml:8"],
  });
  const env = {
    AGENTOPS_STORE: "postgres://ops:secret@db.example/agentops",
    AGENTOPS_ENV: "staging",
    AGENTOPS_ACTOR: "Ada",
  };
  expect(await said([], env)).toMatchObject({
    environment: ["staging", "AGENTOPS_ENV"],
    store: ["postgres://ops@db.example/agentops", "AGENTOPS_STORE"],
    actor: ["Ada", "AGENTOPS_ACTOR"],
  });
  expect(await said(["--env", "production", "--actor", "Bob"], env)).toMatchObject({
    environment: ["production", "--env"],
    actor: ["Bob", "--actor"],
  });
  const { stdout } = await agentops(dir, ["config", "--show-origin"], {});
  expect(stdout).toMatch(/^agentops\.config\.yaml:7 +policy\.production\.approvals=2$/m);
  expect(stdout).not.toContain("0123456789abcdef");
});

test("no secret that the file has is printed, whatever the format", async () => {
  const secret = "Kq7";
  const dir = tempProject({
    "agentops.config.yaml": `project: drill
store: postgres://ops:${secret}@127.0.0.1:9/agentops?sslkeypassword=${secret}&opaque=${secret}&sslmode=require
models:
  p: { kind: openai-compatible, baseUrl: "http://user:${secret}@127.0.0.1/v1?api_key=${secret}", headers: { Authorization: Bearer ${secret}, X-Team: ${secret} } }
  q: { kind: exec, command: [node, agent.js, --token, ${secret}, --api-key=${secret}, -p, ${secret}, "sh --password ${secret}"] }
`,
  });
  for (const args of [
    ["config", "--show-origin"],
    ["config", "--json"],
    ["doctor"],
    ["doctor", "--json"],
    ["status"],
    ["status", "--json"],
    ["store", "info"],
  ]) {
    const { stdout, stderr } = await agentops(dir, args, {});
    expect(stdout + stderr, args.join(" ")).not.toContain(secret);
    expect(stdout + stderr).not.toBe("");
  }
  const { stdout } = await agentops(dir, ["config"], {});
  expect(stdout).toContain("models.p.baseUrl=http://user:***@127.0.0.1/v1?api_key=***");
  expect(stdout).toContain("models.p.headers.Authorization=***");
  expect(stdout).toContain("models.q.command.2=--token\nmodels.q.command.3=***\nmodels.q.command.4=--api-key=***");
  expect(stdout).toContain("store=postgres://ops@127.0.0.1:9/agentops?sslmode=require");
});

test.each([["config"], ["status"], ["doctor"], ["kill", "x"], ["store", "info"], ["eval"]])(
  "keywords instead of an address are refused without their values by %s",
  async (...args) => {
    const dir = tempProject({ "agentops.config.yaml": CONFIG });
    const env = { AGENTOPS_STORE: "host=h password=SECRETPW user=u" };
    const { code, stdout, stderr } = await agentops(dir, args, env);
    expect([code, stdout + stderr]).toEqual([2, expect.not.stringContaining("SECRETPW")]);
    expect(stderr).toMatch(/keywords .* is no address of a store \[USAGE\]\nhint: postgres:\/\/USER@HOST/);
  },
);
