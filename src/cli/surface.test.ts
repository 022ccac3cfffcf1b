import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { describe, expect, test } from "vitest";
import { agentops, cleanEnv, put, REPO, sampleProject, tempProject } from "../testing/project.ts";
import { COMMANDS } from "./commands.ts";

describe("help", () => {
  test.each(["", ...COMMANDS.map((c) => c.name)])("agentops %s --help is as agreed", async (command) => {
    const run = await agentops(REPO, [...(command === "" ? [] : [command]), "--help"]);
    expect(run.code).toBe(0);
    await expect(run.stdout).toMatchFileSnapshot(
      `../../fixtures/golden/help/${command === "" ? "agentops" : command}.txt`,
    );
  });
  test.each([
    ["stop", "did you mean agentops kill?"],
    ["undo", "did you mean agentops rollback?"],
    ["ship", "did you mean agentops canary start or agentops promote?"],
    ["validate", "did you mean agentops lint?"],
    ["test", "did you mean agentops eval?"],
    ["abort", "did you mean agentops canary abort?"],
    ["rolback", "did you mean rollback?"],
    ["zzzzzzzz", "known: status, kill, rollback, "],
  ])("%s is no command: %s", async (typed, hint) => {
    const run = await agentops("/", [typed]);
    expect([run.code, run.stderr]).toEqual([2, expect.stringContaining(hint)]);
  });
  test.each([
    [["canary", "stauts", "x"], "did you mean agentops canary status?"],
    [["canary", "strat", "x@v2"], "did you mean agentops canary start?"],
    [["canary", "abrt", "x"], "did you mean agentops canary abort?"],
    [["approvals", "aprove"], "did you mean agentops approvals approve?"],
    [
      ["canary", "start", "x@v2", "--no-manual"],
      "hint: leave --manual out; what the config turns on is turned off there",
    ],
    [["canary", "start", "x@v2", "--manul"], "(Did you mean --manual?)"],
  ])("%j: %s", async (typed, hint) => {
    const run = await agentops("/", typed);
    expect([run.code, run.stderr]).toEqual([2, expect.stringContaining(hint)]);
  });
  test("a missing argument names the command's own help", async () => {
    for (const [args, command] of [
      [["rollback"], "rollback"],
      [["--env", "x", "history"], "history"],
      [["promote"], "promote"],
    ] as const) {
      const run = await agentops("/", [...args]);
      expect([run.code, run.stderr]).toEqual([2, expect.stringContaining(`hint: agentops help ${command}`)]);
    }
  });
  test("help exit-codes, --version, no command", async () => {
    expect((await agentops(REPO, ["help", "exit-codes"])).stdout).toContain("inconclusive");
    expect((await agentops(REPO, ["--version"])).stdout).toMatch(/^\d+\.\d+\.\d+$/);
    expect((await agentops(REPO, [])).stdout).toContain("Usage: agentops");
    expect((await agentops(REPO, ["help", "eval"])).stdout).toContain("--max-cost");
  });
});

describe("extra arguments", () => {
  const counted = COMMANDS.filter(({ args }) => args?.includes("...") !== true).map(({ name, args }) => [name, (args ?? "").split(" ").filter(Boolean).length] as const); // prettier-ignore
  test("are those of most commands", () => expect(counted.length).toBeGreaterThan(8));
  test.each([...counted, ["help", 1] as const])("agentops %s refuses one more than it takes", async (name, most) => {
    const run = await agentops("/", [name, ...Array.from({ length: most + 1 }, () => "x")]);
    expect([run.code, run.stdout]).toEqual([2, ""]);
    expect(run.stderr).toMatch(/^error: too many arguments for '\w+'. Expected \d arguments? but got \d.* \[USAGE\]$/m);
  });
});

describe("init", () => {
  test("writes a project that lints and evaluates with no key, and never overwrites", async () => {
    const dir = join(tempProject(), "new project");
    const first = await agentops(REPO, ["init", dir, "--json"]);
    expect(JSON.parse(first.stdout).created).toContain("agentops.config.yaml");
    expect((await agentops(dir, ["lint"])).code).toBe(0);
    const evaluated = await agentops(dir, ["eval", "--json"]);
    expect(evaluated.code, evaluated.stderr).toBe(0);
    expect(JSON.parse(evaluated.stdout).verdict).toBe("pass");
    put(dir, "agentops.config.yaml", "project: mine\n");
    const again = JSON.parse((await agentops(dir, ["init", "--json"])).stdout);
    expect(again.created).toEqual([]);
    expect(readFileSync(join(dir, "agentops.config.yaml"), "utf8")).toBe("project: mine\n");
    expect(readFileSync(join(dir, ".agentops", ".gitignore"), "utf8")).toBe("*\n!.gitignore\n!allowed_signers\n");
    // The user's own is not touched.
    expect(existsSync(join(dir, ".gitignore"))).toBe(false);
  });
});

describe("lint formats", () => {
  const dir = () => {
    const project = sampleProject();
    put(
      project,
      "prompts/bad.prompt.yml",
      `name: bad\nmodel: openai/gpt-4o\nmessages:\n  - role: user\n    content: "{{a}}, 100 %: {{b}}"\nagentops: { owner: me, input: { type: object, properties: { a: {}, c: {} } } }\n`,
    );
    return project;
  };
  test("text: file, line, column, rule; exit 2", async () => {
    const run = await agentops(dir(), ["lint"]);
    expect(run.code).toBe(2);
    expect(run.stdout).toMatch(/^prompts\/bad\.prompt\.yml:2:8: error: .*\[unknown-provider\]$/m);
    expect(run.stdout).toMatch(/^prompts\/bad\.prompt\.yml:5:\d+: error: .*"b".*\[undeclared-variable\]$/m);
    expect(run.stdout).toMatch(/warning: .*"c".*\[unused-variable\]$/m);
  });
  test("github annotations", async () => {
    const run = await agentops(dir(), ["lint", "--format", "github"]);
    expect(run.stdout).toMatch(/^::error file=prompts\/bad\.prompt\.yml,line=2,col=8,title=unknown-provider::/m);
  });
  test("SARIF 2.1.0", async () => {
    const log = JSON.parse((await agentops(dir(), ["lint", "--format", "sarif"])).stdout);
    expect(log.version).toBe("2.1.0");
    const [{ tool, results }] = log.runs;
    expect(tool.driver.rules.map((r: { id: string }) => r.id)).toContain("undeclared-variable");
    expect(results).toContainEqual(
      expect.objectContaining({
        level: "error",
        locations: [expect.objectContaining({ physicalLocation: expect.objectContaining({ artifactLocation: { uri: "prompts/bad.prompt.yml" } }) })], // prettier-ignore
      }),
    );
  });
  test("an unknown suite of an agent, a suite's dataset that is missing, a gate that cannot be met", async () => {
    const project = dir();
    const agent = join(project, "agents/refund-desk.agent.yml");
    put(
      project,
      "agents/refund-desk.agent.yml",
      readFileSync(agent, "utf8").replace("evals: [refund-desk]", "evals: [refund-dsk]"),
    );
    put(
      project,
      "evals/x.suite.yml",
      "name: x\ntarget: prompts/supprt-triage\ndataset: none.jsonl\nscorers: [{ type: equals }]\ngate: { safety: { min: 0.9 } }\n",
    );
    put(
      project,
      "evals/y.suite.yml",
      'name: y\ntarget: agents/refund-desk\ncases: [{ id: a, vars: { message: x } }]\nscorers: [{ type: "trajectory:tool-sequence", value: [lookup_order, isue_refund] }]\n',
    );
    const { problems } = JSON.parse((await agentops(project, ["lint", "--json"])).stdout);
    const found = problems.map((p: any) => `${p.file}:${p.line} ${p.rule}`);
    expect(found).toEqual(
      expect.arrayContaining([
        "agents/refund-desk.agent.yml:52 unknown-suite",
        "evals/x.suite.yml:2 unknown-target",
        "evals/x.suite.yml:3 missing-file",
        "evals/x.suite.yml:5 unreachable-gate",
        "evals/y.suite.yml:4 unknown-tool",
      ]),
    );
  });
});

describe("eval formats", () => {
  const project = () =>
    tempProject({
      "prompts/p.prompt.yml": `name: p\nmodel: offline/stand-in-v1\nmessages:\n  - { role: system, content: "- yes: yes\\n- no: no" }\n  - { role: user, content: "{{q}}" }\n`,
      "evals/s.suite.yml": `name: s\ntarget: prompts/p\ncases:\n  - { id: "a|b <x>", vars: { q: "yes, it is" }, expected: "yes" }\n  - { id: c, vars: { q: "no <b>" }, expected: "yes" }\nscorers: [{ type: equals }]\ngate: { successRate: { min: 0.9 }, policy: point }\n`,
    });
  test("a failed gate is exit 1 in every format", async () => {
    const dir = project();
    for (const format of ["text", "json", "markdown", "junit", "github"])
      expect((await agentops(dir, ["eval", "--format", format])).code, format).toBe(1);
  });
  test("markdown: verdict in the first line, cells that cannot be broken out of", async () => {
    const { stdout } = await agentops(project(), ["eval", "--format", "markdown"]);
    expect(stdout.split("\n")[0]).toBe("**agentops eval: ❌ fail**");
    expect(stdout).toContain("| successRate.min | ❌ fail |");
  });
  test("junit: a failure with its reason, well-formed", async () => {
    const dir = project();
    const run = await agentops(dir, ["eval", "--format", "junit", "--output", "out/report.xml"]);
    expect(run.stdout).toBe("");
    const xml = readFileSync(join(dir, "out/report.xml"), "utf8");
    expect(xml).toMatch(/<testsuite name="s" tests="2" failures="1" errors="0"/);
    expect(xml).toContain('name="a|b &lt;x>"');
    expect(xml).toMatch(/<failure message="equals: output is not/);
  });
  test("github: the check that failed is an error annotation", async () => {
    const { stdout } = await agentops(project(), ["eval", "--format", "github"]);
    expect(stdout).toMatch(
      /^::error file=evals\/s\.suite\.yml,title=s%3A successRate\.min fail::0\.5 against at least 0\.9%0Afailing: c$/m,
    );
  });
  test("runs show explains a failing case", async () => {
    const dir = project();
    await agentops(dir, ["eval"]);
    const { stdout } = await agentops(dir, ["runs", "show"]);
    expect(stdout).toMatch(
      /fail c\n {2}q +no <b>\n {2}expected +yes\n {2}output +no\n {2}✗ equals: output is not "yes"/,
    );
    const one = JSON.parse((await agentops(dir, ["runs", "show", "latest", "--case", "a|b <x>", "--json"])).stdout);
    expect(one.cases).toHaveLength(1);
    expect((await agentops(dir, ["runs", "show", "--case", "zz"])).code).toBe(2);
  });
});

describe("streams", () => {
  test("stdout is one JSON document; progress and warnings stay on stderr; --quiet silences them", async () => {
    const dir = sampleProject();
    const run = await agentops(dir, ["eval", "--json", "--quiet"]);
    expect(JSON.parse(run.stdout).schema).toBe("agentops.eval/1");
    expect(run.stderr).toBe("");
  });
  test("no colour without a terminal, colour with FORCE_COLOR, none with NO_COLOR or --no-color", async () => {
    const dir = sampleProject();
    const ESC = "\u001b[";
    expect((await agentops(dir, ["eval"])).stdout).not.toContain(ESC);
    expect((await agentops(dir, ["eval"], { FORCE_COLOR: "1" })).stdout).toContain(ESC);
    expect((await agentops(dir, ["eval"], { FORCE_COLOR: "1", NO_COLOR: "1" })).stdout).not.toContain(ESC);
    expect((await agentops(dir, ["--no-color", "eval"], { FORCE_COLOR: "1" })).stdout).not.toContain(ESC);
    expect((await agentops(dir, ["eval", "--no-color"], { FORCE_COLOR: "1" })).stdout).not.toContain(ESC);
  });
  test("a reader that goes away early is no error", async () => {
    const dir = sampleProject();
    await agentops(dir, ["eval"]);
    const { stderr, stdout } = await execa(
      "sh",
      ["-c", `"${process.execPath}" "${join(REPO, "bin/agentops.js")}" runs export | head -c 10`],
      { cwd: dir, env: cleanEnv(), extendEnv: false },
    );
    expect(stdout).toHaveLength(10);
    expect(stderr).toBe("");
  });
  test("-C runs elsewhere; the store is where AGENTOPS_STORE says", async () => {
    const dir = sampleProject();
    const store = join(tempProject(), "elsewhere.db");
    expect((await agentops("/", ["-C", dir, "eval", "support-triage"], { AGENTOPS_STORE: store })).code).toBe(0);
    expect((await agentops("/", ["eval", "support-triage", "-C", dir], { AGENTOPS_STORE: store })).code).toBe(0);
    expect(existsSync(store)).toBe(true);
    expect(existsSync(join(dir, ".agentops"))).toBe(false);
  });
  describe("a store that no later try can use is exit 2 with the way out, and status is not certain:", () => {
    const inStore = async (dir: string, sql: string) => {
      const { default: Database } = await import("better-sqlite3");
      const db = new Database(join(dir, ".agentops/state.db"));
      db.exec(sql);
      db.close();
    };
    const damage = (dir: string) => {
      const file = join(dir, ".agentops/state.db");
      for (const rest of ["-wal", "-shm"]) rmSync(`${file}${rest}`, { force: true });
      writeFileSync(file, readFileSync(file).fill(0x5a, 4096));
    };
    test.each<[string, string, (dir: string) => unknown, number?]>([
      ["of a newer agentops", "STORE_NEWER", (dir) => inStore(dir, "PRAGMA user_version = 99"), 0],
      ["that is no database", "STORE_REFUSED", (dir) => put(dir, ".agentops/state.db", "this is not a database".repeat(100))],
      ["that is damaged", "STORE_REFUSED", damage],
      ["that is a folder", "STORE_REFUSED", (dir) => (rmSync(join(dir, ".agentops/state.db")), mkdirSync(join(dir, ".agentops/state.db")))],
      ["in a folder that is a file", "STORE_REFUSED|ARTIFACT_NOT_FOUND", (dir) => (rmSync(join(dir, ".agentops"), { recursive: true }), put(dir, ".agentops", ""))],
    ])("%s", async (_, code, spoil, seen = 4) => {
      const dir = sampleProject();
      await agentops(dir, ["eval"], { AGENTOPS_STORE: "" });
      for (const file of ["-wal", "-shm"]) rmSync(join(dir, `.agentops/state.db${file}`), { force: true });
      await spoil(dir);
      const run = (...args: string[]) => agentops(dir, [...args, "--env", "production"], { AGENTOPS_STORE: "" });
      for (const args of [["runs"], ["rollback", "support-triage"], ["history", "support-triage"], ["canary", "advance", "support-triage"], ["canary", "watch", "support-triage"], ["revive", "support-triage", "-m", "r"]]) {
        const { code: exit, stderr } = await run(...args);
        expect([args, exit, stderr]).toEqual([args, 2, expect.stringMatching(new RegExp(`\\[(${code})\\]\nhint: `))]);
      }
      expect((await run("resolve", "support-triage")).code).toBe(2);
      expect((await run("status")).code).toBe(seen);
    });
  }); // prettier-ignore
});
