import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { addressOf } from "../../../state/address.ts";
import { ENGINE, few, newDatabase } from "../../../testing/engine.ts";
import { agentops, binary, put, type Ran, tempProject } from "../../../testing/project.ts";
import { withStore } from "../../../testing/store.ts";

const REASON = ["--reason", "refunds twice"];
/** An agent's name, as a file tells it. */
const FILES = {
  "agents/x.agent.yml": "",
  "agents/refund-desk.agent.yml": "",
  ".git/refs/tags/x": "",
  ".git/objects/x": "",
};
const CONFIG = { "agentops.config.yaml": "project: x\nenvironments:\n  - staging\n  - production\n" };
const json = (text: string) => JSON.parse(text);

const NOWHERE = "postgres://ada:secret@127.0.0.1:1/team";

interface Scene {
  dir: string;
  store: string;
  env: NodeJS.ProcessEnv;
  run: (args: string[], env?: NodeJS.ProcessEnv) => Promise<Ran>;
}

/** A project whose store is a file of its own, or a database that nobody else uses. */
async function project(files: Record<string, string> = CONFIG): Promise<Scene> {
  const dir = tempProject({ ...FILES, ...files });
  const store = ENGINE === "sqlite" ? join(dir, ".agentops", "state.db") : await newDatabase();
  const env = ENGINE === "sqlite" ? {} : { AGENTOPS_STORE: store };
  return { dir, store, env, run: (args, more = {}) => binary(dir, args, { ...env, ...more }) };
}

/** The same where the store cannot be used; `back` brings one, empty, into its place. */
async function withoutStore(): Promise<Scene & { why: RegExp; hint: RegExp; back: () => Scene["run"] }> {
  const scene = await project();
  const { dir, store } = scene;
  if (ENGINE === "postgres") {
    const run: Scene["run"] = (args) => binary(dir, args, { AGENTOPS_STORE: NOWHERE });
    return { ...scene, run, why: /no server answers there/, hint: /make .*ada@.* reachable/, back: () => scene.run };
  }
  put(dir, ".agentops/state.db", "no database ".repeat(500));
  const back = () => {
    writeFileSync(store, "");
    return scene.run;
  };
  return { ...scene, why: /the store's file is damaged/, hint: /move it away \(not the folder/, back };
}

async function killedIn({ run }: Scene, args: string[] = []): Promise<string[]> {
  const { environments } = json((await run(["status", "--json", ...args])).stdout);
  return environments.flatMap((e: any) => e.killed.map((k: any) => `${k.environment} ${k.target}`));
}

describe("what is typed", () => {
  test.each([
    ["no name", ["kill", ...REASON], "nothing to kill: NAME or --all", "agentops kill agents/refund-desk"],
    ["a name and --all", ["revive", "x", "--all", ...REASON], "exclude each other", "agentops revive x"],
    ["a reason without quotes", ["kill", "x", "--reason", "refunds", "twice"], "nobody knows twice", "--unknown"],
    [
      "a name that nobody knows",
      ["kill", "agents/y"],
      "nobody knows agents/y",
      "did you mean agents/x? nothing was killed",
    ],
    ["one that is nearly known", ["kill", "refund-dsk"], "nobody knows refund-dsk", "did you mean agents/refund-desk?"],
    ["the same to revive", ["revive", "refund-dsk"], "nobody knows refund-dsk", "nothing was revived"],
    ["a reason that is nearly a name", ["kill", "x", "refund-dsk"], "nobody knows refund-dsk", "-m refund-dsk"],
    [
      "two reasons",
      ["kill", "x", "it pays twice", "so I was told"],
      'not a name: "it pays twice"',
      "at most one other word",
    ],
    ["a version", ["kill", "agents/x@v7", ...REASON], "a kill stops every version", "agentops kill agents/x -m"],
    ["no name at all", ["kill", "Refund Desk", ...REASON], 'not a name: "Refund Desk"', "names are prompts/NAME"],
    ["an unknown flag", ["kill", "x", "--reasn", "y"], "unknown option '--reasn'", "--reason"],
    ["an unknown format", ["status", "--format", "xml"], 'unknown format "xml"', "one of text, json"],
    [
      "an unknown environment",
      ["kill", "x", ...REASON, "--env", "prod"],
      'unknown environment "prod"',
      "staging, production",
    ],
  ])("%s is exit 2 with a way out, and kills nothing", async (_, args, message, hint) => {
    const { dir, env } = await project();
    const run = await agentops(dir, args, env);
    expect(run.code, run.stderr).toBe(2);
    expect(run.stderr).toContain(message);
    expect(run.stderr.slice(run.stderr.indexOf("hint:"))).toContain(hint);
    expect(existsSync(join(dir, ".agentops", "state.db.kills"))).toBe(false);
    const asJson = await agentops(dir, [...args, "--json"], env);
    expect([asJson.code, asJson.stdout]).toEqual([2, ""]);
    if (!args.includes("xml")) expect(json(asJson.stderr).error.message).toContain(message);
  });
  test("global flags before the command, and = in flags, do the same", async () => {
    const scene = await project();
    const { dir, env } = scene;
    expect((await agentops("/", ["-C", dir, "--env", "staging", "kill", "agents/x", ...REASON], env)).code).toBe(0);
    expect((await agentops("/", ["kill", "agents/x", "--reason=r", `-C${dir}`, "--env=production"], env)).code).toBe(0);
    expect(await killedIn(scene)).toEqual(["staging agents/x", "production agents/x"]);
  });
});

describe("kill, revive, status", () => {
  test("a bare name is both kinds; status is exit 5 until both are revived", async () => {
    const scene = await project();
    const none = await scene.run(["status"]);
    expect([none.code, none.stdout]).toEqual([
      0,
      expect.stringMatching(/^staging\n {2}nothing is killed\nproduction\n/),
    ]);
    const run = await scene.run(["kill", "refund-desk", ...REASON, "--actor", "ada"]);
    expect(run.stdout).toMatch(
      /^killed prompts\/refund-desk in production, by ada since \d{4}-.* UTC: refunds twice\n/,
    );
    const seen = await scene.run(["status"]);
    expect(seen.code).toBe(5);
    expect(seen.stdout).toContain("killed agents/refund-desk, by ada since");
    expect((await scene.run(["status", "--env", "staging"])).code).toBe(0);
    const one = await scene.run(["revive", "prompts/refund-desk", ...REASON, "--json"]);
    expect([one.code, json(one.stdout).schema, json(one.stdout).action]).toEqual([0, "agentops.kill/1", "revive"]);
    expect(await killedIn(scene)).toEqual(["production agents/refund-desk"]);
    expect((await scene.run(["revive", "agents/refund-desk", ...REASON])).code).toBe(0);
    expect((await scene.run(["status"])).code).toBe(0);
  });
  test("what is still killed after a revive is exit 5, with the command that helps", async () => {
    const scene = await project();
    await scene.run(["kill", "--all", "--env", "*", ...REASON]);
    await scene.run(["kill", "agents/x", ...REASON]);
    const run = await scene.run(["revive", "agents/x", ...REASON]);
    expect(run.code).toBe(5);
    expect(run.stdout).toContain("still killed: everything in every environment");
    expect(run.stdout).toContain("agentops revive --all --env '*'\n");
    await scene.run(["kill", "x", "--env", "staging"]);
    const all = await scene.run(["revive", "--all", "--env", "*", ...REASON]);
    expect([all.code, all.stdout]).toEqual([5, expect.stringContaining("still killed: agents/x in staging")]);
    expect((await scene.run(["revive", "x", "--env", "staging"])).code).toBe(0);
    expect((await scene.run(["revive", "--all", "--env", "*"])).code, "it was revived already").toBe(0);
    expect(await killedIn(scene)).toEqual([]);
  });
  test.each(
    few<[string, string[], NodeJS.ProcessEnv, Record<string, string>, string]>(
      [
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
      ],
      3,
    ),
  )("the environment: %s", async (_, args, env, files, expected) => {
    const scene = await project(files);
    const run = await scene.run(["kill", "agents/x", ...REASON, "--json", ...args], env);
    expect(json(run.stdout).environment, run.stderr).toBe(expected);
    expect(run.stderr === "").toBe(expected !== "*");
    const readers = await scene.run(["status"]);
    expect(readers.code).toBe(5);
  });
  test.runIf(ENGINE === "sqlite")("with neither a project nor a store it is exit 2 and leaves nothing", async () => {
    const dir = join(tempProject(), "a");
    mkdirSync(dir);
    const verbs = [["kill", "x"], ["kill", "--all"], ["revive", "x"], ["status"], ["rollback", "x"], ["observe", "f"], ["resolve", "x"], ["history", "x"]]; // prettier-ignore
    for (const args of verbs) {
      const run = await agentops(dir, [...args, "--config", "none.yaml"], { AGENTOPS_STORE: "" });
      expect([run.code, run.stderr], args[0]).toEqual([2, expect.stringMatching(/neither a project nor a store.*\nhint: -C DIR .*AGENTOPS_STORE/)]); // prettier-ignore
    }
    expect(readdirSync(dir)).toEqual([]);
  });
  test.runIf(ENGINE === "sqlite")(
    "outside of any project a store that is named does it, and says what it could not check",
    async () => {
      const dir = join(tempProject(), "a");
      mkdirSync(dir);
      const AGENTOPS_STORE = join(dir, ".agentops", "state.db");
      const run = await agentops(dir, ["kill", "x", "--config", "none.yaml"], { AGENTOPS_STORE });
      expect([run.code, run.stderr]).toEqual([0, expect.stringContaining(`note: there was no store`)]);
      expect(run.stdout).toMatch(
        /^not checked: whether prompts\/x, agents\/x is the right name; not read: the files \(no project here or above\)/,
      );
      expect((await agentops(dir, ["status"], { AGENTOPS_STORE })).code).toBe(5);
    },
  );
  test("what is known may be a file, a tag, loose or packed, an earlier kill, or what a marker says", async () => {
    const { dir, run } = await project();
    put(dir, ".git/refs/tags/prompts/loose/v1", "");
    put(dir, ".git/packed-refs", `# pack-refs with: peeled\n${"0".repeat(40)} refs/tags/agents/packed/v12\n`);
    put(dir, ".agentops/state.db.kills/production~agents~marked", "");
    const knownOf = async (...args: string[]) => json((await run(["kill", ...args, "--json"])).stdout).targets.map((t: any) => [t.target, t.known]); // prettier-ignore
    expect(await knownOf("agents/refund-desk", "prompts/loose", "packed", "agents/marked", "all of them")).toEqual([
      ["agents/refund-desk", true],
      ["prompts/loose", true],
      ["prompts/packed", true],
      ["agents/packed", true],
      ["agents/marked", true],
    ]);
    expect(await knownOf("agents/new", "--unknown")).toEqual([["agents/new", false]]);
    expect(await knownOf("agents/new")).toEqual([["agents/new", true]]);
    put(dir, ".git/HEAD", "");
    rmSync(join(dir, ".git", "objects"), { recursive: true });
    const unsure = json((await run(["kill", "agents/newer", "--json"])).stdout);
    expect(unsure).toMatchObject({ known: null, unchecked: [expect.stringContaining("the tags")], targets: [{ changed: true }] }); // prettier-ignore
  });
  test("a reason may be one word more, may come later, and status asks for one that is missing", async () => {
    const { run, store } = await project();
    const first = await run(["kill", "agents/x", "agents/refund-desk"]);
    expect([first.code, first.stdout]).toEqual([0, expect.stringMatching(/^killed agents\/x in production, by .*: no reason given\n {2}why\? agentops kill agents\/x --env production -m TEXT\n/)]); // prettier-ignore
    expect((await run(["status"])).stdout).toContain("    why? agentops kill agents/x --env production -m TEXT\n");
    const again = json((await run(["kill", "agents/x", "it pays twice", "--json", "--actor", "bob"])).stdout);
    expect(again.targets).toMatchObject([{ changed: false, kill: { reason: "it pays twice" } }]);
    const later = json((await run(["kill", "-m", "another", "agents/x", "--json"])).stdout);
    expect(later.targets).toMatchObject([{ changed: false, kill: { reason: "it pays twice" } }]);
    const [staging, production] = json((await run(["status", "--json"])).stdout).environments;
    expect(staging.killed).toEqual([]);
    expect(production.killed.map((kill: any) => `${kill.target}: ${kill.reason}`).sort()).toEqual(["agents/refund-desk: null", "agents/x: it pays twice"]); // prettier-ignore
    await withStore(addressOf(store), async (open) => {
      const events = await open.rows(`SELECT action, target, reason FROM "auditEvents" ORDER BY id`);
      expect(events.map((event) => Object.values(event).join(" "))).toEqual(["kill agents/x ", "kill agents/refund-desk ", "kill.reason agents/x it pays twice"]); // prettier-ignore
    });
  });
  test.runIf(ENGINE === "postgres")("outside of any project a server's store does it alone, and is shown", async () => {
    const { store, run } = await project();
    const none = ["--config", join(tempProject(), "none", "agentops.config.yaml"), "--env", "production"];
    const done = await run(["kill", "x", ...REASON, "--json", ...none]);
    const marker = { took: false, problem: expect.stringContaining("AGENTOPS_MARKERS") };
    expect([done.code, json(done.stdout)]).toMatchObject([0, { store, paths: { marker, store: { took: true } } }]);
    const seen = await run(["status"]);
    expect([seen.code, seen.stdout]).toEqual([5, expect.stringContaining(`\nstore  ${store}`)]);
  });
  test("a store that cannot be read and no marker: not certain, exit 4; with a marker exit 5", async () => {
    const { dir, run, why, hint } = await withoutStore();
    const unsure = await run(["status"]);
    expect(unsure.code).toBe(4);
    expect(unsure.stdout).toMatch(new RegExp(`not certain: the store cannot be read: ${why.source}`));
    put(dir, ".agentops/state.db.kills/production~@all", "");
    expect((await run(["status"])).code).toBe(5);
    const refused = await run(["revive", "--all", ...REASON]);
    // A damaged file stays damaged; a server may come back.
    const code = ENGINE === "postgres" ? 4 : 2;
    expect(refused.code).toBe(code);
    expect(refused.stderr).toMatch(new RegExp(`nothing was revived.*${why.source}.*\\nhint: .*${hint.source}`));
    const back = await run(["rollback", "x"]);
    expect([back.code, back.stderr]).toEqual([code, expect.stringMatching(/\nhint: .*agentops kill/)]);
    expect(refused.stderr + back.stderr).not.toContain("secret");
    expect(readdirSync(join(dir, ".agentops", "state.db.kills"))).toEqual(["production~@all"]);
  });
  test("a kill made while the store was down is in the audit after the next status", async () => {
    const { store, run, back } = await withoutStore();
    await run(["kill", "agents/x", ...REASON, "--actor", "ada"]);
    expect((await back()(["status"])).code).toBe(5);
    await withStore(addressOf(store), async (open) => {
      expect(await open.rows(`SELECT action, target, actor, reason FROM "auditEvents"`)).toEqual([
        { action: "kill", target: "agents/x", actor: "ada", reason: "refunds twice" },
      ]);
    });
  });
  test("a mistyped address of a server kills nothing, makes no file and shows no password", async () => {
    const { dir } = await project();
    for (const store of ["mysql://u:s3cret@host/db", "postgres:/u:s3cret@host/db"]) {
      const run = await agentops(dir, ["kill", "agents/x", ...REASON], { AGENTOPS_STORE: store });
      expect([run.code, run.stderr]).toEqual([2, expect.stringContaining("is no address of a store [USAGE]")]);
      expect(run.stderr).not.toContain("s3cret");
    }
    expect(readdirSync(dir).filter((name) => /mysql|postgres/.test(name))).toEqual([]);
  });
  test("where `store:` cannot be read: kill acts and warns, status is not certain, the others ask for it", async () => {
    const { dir } = await project();
    put(dir, "agentops.config.yaml", "environments: [production]\nstore: { a: b }\n");
    const run = (...args: string[]) => agentops(dir, [...args, "--env", "production"], { AGENTOPS_STORE: "" });
    const what = "`store:` in .*agentops.config.yaml cannot be read";
    const killed = await run("kill", "agents/x", ...REASON);
    expect([killed.code, killed.stderr]).toEqual([0, expect.stringMatching(new RegExp(`^warning: ${what}, so this is about .*state.db; .*AGENTOPS_STORE$`))]); // prettier-ignore
    const seen = await run("status");
    expect([seen.code, seen.stdout]).toEqual([5, expect.stringMatching(new RegExp(`not certain: ${what}`))]);
    rmSync(join(dir, ".agentops"), { recursive: true });
    expect((await run("status")).code).toBe(4);
    for (const args of [
      ["history", "x"],
      ["resolve", "x"],
      ["observe", "x.jsonl"],
      ["rollback", "x"],
      ["revive", "x", ...REASON],
      ["canary", "status", "x"],
      ["store", "info"],
    ]) {
      const refused = await run(...args);
      expect([refused.code, refused.stderr], args[0]).toEqual([2, expect.stringMatching(new RegExp(`${what} \\[CONFIG_INVALID\\]`))]); // prettier-ignore
    }
  });
  // A server takes longer to reach than a query builder to load.
  const NEVER =
    ENGINE === "sqlite"
      ? /CommanderError|ZodError|YAMLParseError|ExecaError|SelectQueryBuilder/
      : /CommanderError|ZodError|YAMLParseError|ExecaError/;
  test(`loads neither parser nor validator${ENGINE === "sqlite" ? " nor query builder" : ""}`, async () => {
    const { dir, run } = await project();
    const coverage = join(dir, "coverage");
    await run(["kill", "x", ...REASON, "--env", "*"], { NODE_V8_COVERAGE: coverage });
    const text = readdirSync(coverage).map((file) => readFileSync(join(coverage, file), "utf8"));
    const urls = text
      .flatMap((t) => json(t).result.map((r: { url: string }) => r.url))
      .filter((u) => u.startsWith("file:"));
    const loads = (part: string) => urls.some((url) => url.includes(part));
    expect([loads("/dist/bin/on-call-"), loads("/node_modules/pg/")]).toEqual([true, ENGINE === "postgres"]);
    const code = urls.map((url) => readFileSync(new URL(url), "utf8"));
    expect(code.filter((c) => NEVER.test(c))).toEqual([]);
  });
});
