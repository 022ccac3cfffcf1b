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
