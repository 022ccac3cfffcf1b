import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { describe, expect, test } from "vitest";
import { agentops, binary, put, tempProject } from "../../../testing/project.ts";

const REASON = ["--reason", "refunds twice"];
const CONFIG = { "agentops.config.yaml": "project: x\nenvironments:\n  - staging\n  - production\n" };
const json = (text: string) => JSON.parse(text);

async function killedIn(dir: string, args: string[] = []): Promise<string[]> {
  const { environments } = json((await binary(dir, ["status", "--json", ...args])).stdout);
  return environments.flatMap((e: any) => e.killed.map((k: any) => `${k.environment} ${k.target}`));
}

describe("what is typed", () => {
  test.each([
    ["no reason", ["kill", "agents/x"], "--reason is missing", 'agentops kill agents/x --reason "refunds twice"'],
    ["an empty reason", ["kill", "--all", "--reason", " "], "--reason is missing", "agentops kill --all --reason"],
    ["no name", ["kill", ...REASON], "nothing to kill: NAME or --all", "agentops kill agents/refund-desk"],
    ["a name and --all", ["revive", "x", "--all", ...REASON], "exclude each other", "agentops revive agents/"],
    ["a reason without quotes", ["kill", "x", "--reason", "refunds", "twice"], "too many arguments", "agentops --help"],
    ["a version", ["kill", "agents/x@v7", ...REASON], "a kill stops every version", "agentops kill agents/x --reason"],
    ["no name at all", ["kill", "Refund Desk", ...REASON], '"Refund Desk" is not a name', "a ref is NAME"],
    ["an unknown flag", ["kill", "x", "--reasn", "y"], "unknown option '--reasn'", "--reason"],
    ["an unknown format", ["status", "--format", "xml"], 'unknown format "xml"', "one of text, json"],
    [
      "an unknown environment",
      ["kill", "x", ...REASON, "--env", "prod"],
      'unknown environment "prod"',
      "staging, production",
    ],
  ])("%s is exit 2 with a way out, and kills nothing", async (_, args, message, hint) => {
    const dir = tempProject(CONFIG);
    const run = await agentops(dir, args);
    expect(run.code, run.stderr).toBe(2);
    expect(run.stderr).toContain(message);
    expect(run.stderr.slice(run.stderr.indexOf("hint:"))).toContain(hint);
    expect(existsSync(join(dir, ".agentops", "state.db.kills"))).toBe(false);
    const asJson = await agentops(dir, [...args, "--json"]);
    expect([asJson.code, asJson.stdout]).toEqual([2, ""]);
    if (!args.includes("xml")) expect(json(asJson.stderr).error.message).toContain(message);
  });
  test("global flags before the command, and = in flags, do the same", async () => {
    const dir = tempProject(CONFIG);
    expect((await agentops("/", ["-C", dir, "--env", "staging", "kill", "agents/x", ...REASON])).code).toBe(0);
    expect((await agentops("/", ["kill", "agents/x", "--reason=r", `-C${dir}`, "--env=production"])).code).toBe(0);
    expect(await killedIn(dir)).toEqual(["staging agents/x", "production agents/x"]);
  });
});

describe("kill, revive, status", () => {
  test("a bare name is both kinds; status is exit 5 until both are revived", async () => {
    const dir = tempProject(CONFIG);
    const none = await binary(dir, ["status"]);
    expect([none.code, none.stdout]).toEqual([
      0,
      expect.stringMatching(/^staging\n {2}nothing is killed\nproduction\n/),
    ]);
    const run = await binary(dir, ["kill", "refund-desk", ...REASON, "--actor", "ada"]);
    expect(run.stdout).toMatch(
      /^killed prompts\/refund-desk in production, by ada since \d{4}-.* UTC: refunds twice\n/,
    );
    const seen = await binary(dir, ["status"]);
    expect(seen.code).toBe(5);
    expect(seen.stdout).toContain("killed agents/refund-desk, by ada since");
    expect((await binary(dir, ["status", "--env", "staging"])).code).toBe(0);
    const one = await binary(dir, ["revive", "prompts/refund-desk", ...REASON, "--json"]);
    expect([one.code, json(one.stdout).schema, json(one.stdout).action]).toEqual([0, "agentops.kill/1", "revive"]);
    expect(await killedIn(dir)).toEqual(["production agents/refund-desk"]);
    expect((await binary(dir, ["revive", "agents/refund-desk", ...REASON])).code).toBe(0);
    expect((await binary(dir, ["status"])).code).toBe(0);
  });
  test("what is still killed after a revive is exit 5, with the command that helps", async () => {
    const dir = tempProject(CONFIG);
    await binary(dir, ["kill", "--all", "--env", "*", ...REASON]);
    await binary(dir, ["kill", "agents/x", ...REASON]);
    const run = await binary(dir, ["revive", "agents/x", ...REASON]);
    expect(run.code).toBe(5);
    expect(run.stdout).toContain("still killed: everything in every environment");
    expect(run.stdout).toContain("agentops revive --all --env '*' --reason TEXT");
    expect((await binary(dir, ["revive", "--all", "--env", "*", ...REASON])).code).toBe(0);
    expect(await killedIn(dir)).toEqual([]);
  });
  test.each([
    ["--env", ["--env", "staging"], { AGENTOPS_ENV: "production" }, CONFIG, "staging"],
    ["AGENTOPS_ENV", [], { AGENTOPS_ENV: "staging" }, CONFIG, "staging"],
    ["the config's last", [], {}, CONFIG, "production"],
    ["a config without environments", [], {}, {}, "production"],
    ["a config without environments, --env", ["--env", "eu"], {}, {}, "eu"],
    ["a broken config, --env", ["--env", "eu"], {}, { "agentops.config.yaml": "environments: [a\n" }, "eu"],
    ["a broken config, AGENTOPS_ENV", [], { AGENTOPS_ENV: "eu" }, { "agentops.config.yaml": "x: [" }, "eu"],
    ["a broken config", [], {}, { "agentops.config.yaml": "x: [" }, "*"],
    ["environments that are no names", [], {}, { "agentops.config.yaml": "environments: [1]\n" }, "*"],
    ["a wrong key elsewhere in the config", [], {}, { "agentops.config.yaml": "projekt: x\n" }, "production"],
  ])("the environment: %s", async (_, args, env, files, expected) => {
    const dir = tempProject(files);
    const run = await binary(dir, ["kill", "agents/x", ...REASON, "--json", ...args], env);
    expect(json(run.stdout).environment, run.stderr).toBe(expected);
    expect(run.stderr === "").toBe(expected !== "*");
    const readers = await binary(dir, ["status"]);
    expect(readers.code).toBe(5);
  });
  test("outside of any project it works, and says which store that is", async () => {
    const dir = tempProject();
    mkdirSync(join(dir, "a"));
    const run = await binary(join(dir, "a"), ["kill", "x", ...REASON, "--config", "none.yaml"]);
    expect([run.code, run.stderr]).toEqual([
      0,
      expect.stringContaining("no project here or above; only processes whose store"),
    ]);
    const seen = await binary(dir, ["status"], { AGENTOPS_STORE: join(dir, "a", ".agentops", "state.db") });
    expect([seen.code, seen.stderr]).toEqual([5, ""]);
  });
  test("a store that cannot be read and no marker: not certain, exit 4; with a marker exit 5", async () => {
    const dir = tempProject(CONFIG);
    put(dir, ".agentops/state.db", "no database ".repeat(500));
    const unsure = await binary(dir, ["status"]);
    expect(unsure.code).toBe(4);
    expect(unsure.stdout).toContain("not certain: the store cannot be read: the store's file is damaged");
    put(dir, ".agentops/state.db.kills/production~@all", "");
    expect((await binary(dir, ["status"])).code).toBe(5);
    const refused = await binary(dir, ["revive", "--all", ...REASON]);
    expect(refused.code).toBe(4);
    expect(refused.stderr).toMatch(/nothing was revived.*damaged.*\nhint: .*move it away \(not the folder/);
    expect(readdirSync(join(dir, ".agentops", "state.db.kills"))).toEqual(["production~@all"]);
  });
  test("a kill made while the store was down is in the audit after the next status", async () => {
    const dir = tempProject(CONFIG);
    put(dir, ".agentops/state.db", "no database ".repeat(500));
    await binary(dir, ["kill", "agents/x", ...REASON, "--actor", "ada"]);
    writeFileSync(join(dir, ".agentops", "state.db"), "");
    expect((await binary(dir, ["status"])).code).toBe(5);
    const db = new Database(join(dir, ".agentops", "state.db"), { readonly: true });
    expect(db.prepare("SELECT action, target, actor, reason FROM auditEvents").all()).toEqual([
      { action: "kill", target: "agents/x", actor: "ada", reason: "refunds twice" },
    ]);
    db.close();
  });
  test("loads neither parser, validator nor query builder", async () => {
    const dir = tempProject(CONFIG);
    const coverage = join(dir, "coverage");
    await binary(dir, ["kill", "x", ...REASON, "--env", "*"], { NODE_V8_COVERAGE: coverage });
    const text = readdirSync(coverage).map((file) => readFileSync(join(coverage, file), "utf8"));
    const urls = text
      .flatMap((t) => json(t).result.map((r: { url: string }) => r.url))
      .filter((u) => u.startsWith("file:"));
    expect(urls.some((url) => url.includes("better-sqlite3"))).toBe(true);
    const code = urls.map((url) => readFileSync(new URL(url), "utf8"));
    expect(code.filter((c) => /CommanderError|ZodError|SelectQueryBuilder|YAMLParseError/.test(c))).toEqual([]);
  });
});
