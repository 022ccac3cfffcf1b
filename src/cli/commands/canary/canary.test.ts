import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { loadProject } from "../../../core/project.ts";
import { publish } from "../../../registry/publish/publish.ts";
import { rolloutSchema } from "../../../rollout/schema.ts";
import type { StoreAddress } from "../../../state/address.ts";
import { bucketOf, isCandidate } from "../../../serving/assignment.ts";
import { agentops, cleanEnv, put, type Ran, sampleRepository } from "../../../testing/project.ts";
import { seeded } from "../../../testing/seeded.ts";
import { newStoreAddress, withStore } from "../../../testing/store.ts";

const TARGET = "prompts/support-triage";
const FORCED = ["--override", "--reason", "a test", "--actor", "ada"];
const QUICK = ["--step-time", "0s", "--step-observations", "20"];

let dir: string;
let store: StoreAddress;
let env: NodeJS.ProcessEnv;
const run = (...args: string[]): Promise<Ran> => agentops(dir, args, env);
const canary = (...args: string[]) => run("canary", ...args);

beforeAll(async () => {
  dir = await sampleRepository();
  const project = await loadProject({ cwd: dir, env: cleanEnv() });
  const file = `${TARGET}.prompt.yml`;
  for (const word of ["Route", "Send", "Bring"]) {
    put(dir, file, readFileSync(join(dir, file), "utf8").replace(/Routes|Sends|Brings/, `${word}s`));
    await publish(project, { names: ["support-triage"], push: false });
    put(dir, file, readFileSync(join(dir, file), "utf8").replace("description: ", "description: Well. "));
  }
});

async function freshStore(): Promise<void> {
  store = await newStoreAddress();
  env = { AGENTOPS_STORE: store.location, AGENTOPS_MARKERS: store.markers ?? "" };
  expect((await run("promote", `${TARGET}@v1`, ...FORCED)).code).toBe(0);
}

/** So many users by the real assignment, as a file of observations; `rates` of success. */
function traffic(rollout: any, users: number, rates: { control: number; candidate: number }, from = 0): string {
  const random = seeded(from + 1);
  const lines = Array.from({ length: users }, (_, i) => {
    const unit = `user-${from + i}`;
    const served = isCandidate(bucketOf(rollout.id, unit), rollout.weight);
    const { version } = served ? rollout.candidate : rollout.control;
    const success = random() < (served ? rates.candidate : rates.control);
    return JSON.stringify({ target: TARGET, version, unit, success, latencyMs: 100 + random() * 50, safe: true });
  });
  put(dir, "traffic.jsonl", `${lines.join("\n")}\n`);
  return "traffic.jsonl";
}

const read = ({ stdout, stderr }: Ran) => {
  expect(stdout, stderr).not.toBe("");
  return rolloutSchema.parse(JSON.parse(stdout));
};

describe("canary on the command line", () => {
  beforeEach(freshStore);

  test("everybody gets it after a whole day of traffic, unless somebody chose otherwise", async () => {
    const short = await canary("start", `${TARGET}@v2`, ...FORCED, "--deadline", "12h");
    expect(short.stdout.replace(/\s+/g, " ")).toContain("a whole day of traffic comes first, and before that the deadline (--deadline 3d, or --fast)"); // prettier-ignore
    await canary("abort", TARGET, "-m", "too short");
    const started = read(await canary("start", `${TARGET}@v2`, ...FORCED, ...QUICK, "--steps", "0.5,1", "--json"));
    expect(Date.parse(started.everybodyNotBefore ?? "") - Date.parse(started.startedAt)).toBe(86_400_000);
    await run("observe", traffic(started, 1500, { control: 0.95, candidate: 0.97 }, 0), "--quiet");
    await canary("advance", TARGET);
    const waiting = await canary("status", TARGET);
    expect(waiting.stdout).toMatch(/100 % {5}not before \S+ \S+ UTC, in (24 h|23 h 59 min): a whole day of traffic/);
    expect(waiting.stdout.replace(/\s+/g, " ")).toContain("waits for a whole day of traffic before 100 %");
    await canary("abort", TARGET, "-m", "too slow");
    const fast = await canary("start", `${TARGET}@v2`, ...FORCED, "--fast", "--deadline", "12h");
    expect(fast.stdout).toContain("100 %     need not wait for a whole day of traffic (--fast)");
    await canary("abort", TARGET, "-m", "once more");
  });

  test("the first version against what is there and is no version; where one is served, that is the control", async () => {
    const refused = await canary("start", `${TARGET}@v2`, ...FORCED, "--control", "external/rules");
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining("that is what a candidate is compared with")]);
    expect((await canary("start", `${TARGET}@v2`, ...FORCED, "--control", "v1")).stderr).toContain("--control takes external/NAME");
    store = await newStoreAddress();
    env = { AGENTOPS_STORE: store.location, AGENTOPS_MARKERS: store.markers ?? "" };
    expect((await canary("start", `${TARGET}@v1`, ...FORCED)).stderr).toContain("--control external/NAME");
    const tried = await canary("start", `${TARGET}@v1`, ...FORCED, "--control", "external/rules", "--dry-run", "--json");
    expect([tried.code, (JSON.parse(tried.stdout) as { from: string }).from]).toEqual([0, "external/rules"]);
    const started = read(await canary("start", `${TARGET}@v1`, ...FORCED, "--control", "external/rules", "--json"));
    expect([started.control.version, started.candidate.version]).toEqual(["external/rules", "v1"]);
    expect((await run("status")).stdout).toContain("serves external/rules");
    expect((await run("rollback", TARGET)).stdout).toContain("external/rules is served, no longer v1");
  }); // prettier-ignore

  test("a good candidate climbs step by step and is promoted; each decision can be made again", async () => {
    const started = await canary(
      "start",
      `${TARGET}@v2`,
      ...FORCED,
      ...QUICK,
      "--fast",
      "--steps",
      "0.1,0.5,1",
      "--json",
    );
    let rollout = read(started);
    expect(rollout).toMatchObject({ phase: "progressing", step: 0, weight: 0.1, env: "production", control: { version: "v1" }, candidate: { version: "v2" }, analysis: { verdict: "continue" } }); // prettier-ignore
    const second = await canary("start", `${TARGET}@v3`, ...FORCED, "--json");
    expect([second.code, JSON.parse(second.stderr).error.code]).toEqual([5, "CONCURRENT_CHANGE"]);
    expect(read(await canary("advance", TARGET, "--json"))).toMatchObject({ step: 0 });
    const weights = [rollout.weight];
    for (let turn = 0; turn < 8 && rollout.phase !== "promoted"; turn++) {
      await run("observe", traffic(rollout, 1500, { control: 0.95, candidate: 0.97 }, turn * 1500), "--quiet");
      const advanced = await canary("advance", "support-triage", "--json");
      expect(advanced.code, advanced.stderr).toBe(0);
      rollout = read(advanced);
      weights.push(rollout.weight);
    }
    expect([...new Set(weights)]).toEqual([0.1, 0.5, 1]);
    expect(rollout).toMatchObject({ phase: "promoted", weight: 1, analysis: { verdict: "promote" } });
    const replay = await canary("status", TARGET, "--replay", "--json");
    expect([replay.code, JSON.parse(replay.stdout)]).toMatchObject([
      0,
      { schema: "agentops.replay/1", differences: [] },
    ]);
    const resolved = JSON.parse((await run("resolve", "support-triage", "--unit", "u", "--json")).stdout);
    expect(resolved).toMatchObject({ variant: "stable", version: "v2", reason: "STATIC" });
    expect((await run("show", "support-triage@stable")).stdout).toContain("v2");
    const tamper = "UPDATE tallies SET sum = sum - 9 WHERE metric = 'success' AND arm = 'candidate' AND look = 1";
    await withStore(store, (open) => open.rows(tamper));
    const tampered = await canary("status", TARGET, "--replay");
    expect([tampered.code, tampered.stdout]).toEqual([1, expect.stringMatching(/\d+ differ\n {2}look 1: stored /)]);
  }, 60_000);

  test("a bad one is rolled back by itself, exit 1, and serves nobody from then on", async () => {
    const rollout = read(await canary("start", `${TARGET}@v2`, ...FORCED, ...QUICK, "--steps", "0.5,1", "--json"));
    await run("observe", traffic(rollout, 800, { control: 0.95, candidate: 0.6 }), "--quiet");
    const turn = await canary("advance", TARGET);
    expect(turn.code).toBe(1);
    expect(turn.stdout).toContain("rolled-back");
    expect(JSON.parse((await run("resolve", TARGET, "--unit", "u", "--json")).stdout)).toMatchObject({ version: "v1", reason: "STATIC" }); // prettier-ignore
    expect((await canary("advance", TARGET)).code, "it stays so").toBe(1);
    expect((await canary("start", `${TARGET}@v3`, ...FORCED)).code, "and the next one may come").toBe(0);
  }, 60_000);

  test("pause, approve, kill and abort; who started does not approve", async () => {
    const started = await canary("start", TARGET, ...FORCED, ...QUICK, "--steps", "50%,1", "--manual", "--json");
    const rollout = read(started);
    expect(rollout.candidate.version).toBe("v3");
    await run("observe", traffic(rollout, 200, { control: 0.9, candidate: 0.95 }), "--quiet");
    expect(read(await canary("pause", TARGET, "--reason", "lunch", "--json"))).toMatchObject({ phase: "paused" });
    const twice = await canary("pause", TARGET);
    expect([twice.code, twice.stdout], "where it is so already").toEqual([0, expect.stringMatching(/^prompts\/support-triage v1 → v3 in production is paused already; nothing was changed .*$/)]); // prettier-ignore
    expect(read(await canary("pause", TARGET, "--json"))).toMatchObject({ phase: "paused", changed: false });
    expect(read(await canary("resume", TARGET, "--json"))).toMatchObject({ phase: "progressing", weight: 0.5 });
    const own = await canary("approve", TARGET, "--actor", "ada", "--json");
    expect([own.code, JSON.parse(own.stderr).error.code]).toEqual([5, "POLICY_REFUSED"]);
    await run("kill", TARGET, "--reason", "smoke");
    const held = await canary("advance", TARGET, "--json");
    expect([held.code, read(held).analysis.reasons.join()]).toEqual([5, expect.stringContaining("smoke")]);
    await run("revive", TARGET, "--reason", "no fire");
    expect((await canary("approve", TARGET, "--actor", "bob")).code).toBe(0);
    expect(read(await canary("abort", TARGET, "--reason", "enough", "--json"))).toMatchObject({ phase: "aborted", weight: 0, changed: true }); // prettier-ignore
    const again = await canary("abort", TARGET);
    expect([again.code, again.stdout]).toEqual([0, expect.stringContaining("in production was aborted already; nothing was changed")]); // prettier-ignore
    const late = await canary("pause", TARGET);
    expect([late.code, late.stderr]).toEqual([5, expect.stringContaining("the rollout of prompts/support-triage in production is aborted")]); // prettier-ignore
  }, 60_000);

  test("a cohort comes first: its people are served and counted apart, and no promotion passes it by", async () => {
    const file = join(dir, "agentops.config.yaml");
    const config = readFileSync(file, "utf8");
    put(dir, "agentops.config.yaml", `${config}\ncohorts: { internal: { domain: example.com } }\n`);
    const start = (...args: string[]) => canary("start", `${TARGET}@v2`, ...FORCED, "--step-time", "0s", "--step-observations", "3", "--steps", "internal,10%,100%", ...args); // prettier-ignore
    const dry = await start("--dry-run");
    expect([dry.code, dry.stdout]).toEqual([0, expect.stringContaining("in production, first for internal; nobody refuses, and nothing was written")]); // prettier-ignore
    expect((await start()).stdout).toContain("▸internal  10 %  100 %");
    // What runs keeps the people that it was started with.
    put(dir, "agentops.config.yaml", config);
    const served = async (unit: string) => (await run("resolve", TARGET, "--unit", unit)).stdout;
    expect(await served("eve@example.com")).toContain(
      "the unit is of the cohort internal; nobody outside of the served cohorts gets it",
    );
    expect(await served("eve")).toContain("everybody but the rollout's cohorts gets it");
    const bold = await run("promote", `${TARGET}@v2`);
    expect([bold.code, bold.stderr]).toEqual([5, expect.stringContaining("its canary stands at step 1 of 3, the cohort internal")]); // prettier-ignore
    const answers = ["ann", "bob", "ann"].map((name, i) => JSON.stringify({ target: TARGET, version: "v2", unit: `${name}@example.com`, success: i > 0 })); // prettier-ignore
    put(dir, "staff.jsonl", `${answers.join("\n")}\n`);
    await run("observe", "staff.jsonl", "--quiet");
    const { stdout } = await canary("status", TARGET);
    expect(stdout).toContain("progressing  step 2 of 3 (10 %)");
    expect(stdout).toContain("cohort internal  candidate 3 answers, 66.7 % ok, 2 units (not compared: not\n");
    expect(stdout).toMatch(/start {2}progressing {2}internal .*\n.*look {3}progressing {2}10 % /);
    expect((await run("status")).stdout).toContain("cohort internal  candidate 3 answers, 66.7 % ok, 2 units (not compared: not randomised)"); // prettier-ignore
    expect((await run("history", TARGET)).stdout).toContain("progressing cohort internal");
    expect(await served("eve@example.com")).toContain("the unit is of the cohort internal; everybody else at 10 %");
    expect((await run("rollback", TARGET, "--reason", "no")).code).toBe(0);
    expect(await served("eve@example.com")).toContain("@v1");
  }, 60_000);

  test("start knows who came: without --steps it leaves out what they cannot bring on, and forecasts; with them it says so", async () => {
    const from = Date.now() - 30 * 3_600_000;
    const before = (unitOf: (i: number) => string) =>
      Array.from({ length: 1800 }, (_, i) => JSON.stringify({ target: TARGET, version: "v1", unit: unitOf(i), success: i % 20 > 0, at: new Date(from + i * 60_000).toISOString() })).join("\n");
    put(dir, "before.jsonl", before((i) => `u${i % 300}`));
    expect((await run("observe", "before.jsonl")).code).toBe(0);
    const tried = await canary("start", `${TARGET}@v2`, "--dry-run", "--steps", "1%,25%,100%", ...FORCED);
    expect(tried.stdout.replace(/\s+/g, " ")).toContain("1 % cannot be left by its units before the deadline: 300 units came in 30 h, so it can have about 3, and a step needs 50; --steps 25%,100% can be");
    const started = await canary("start", `${TARGET}@v2`, ...FORCED);
    const text = started.stdout.replace(/\s+/g, " ");
    expect(text).toContain("steps 1 % is left out: 300 units came in 30 h, so it can have about 3, and a step needs 50");
    expect(text).toContain("forecast none: of 1,800 requests most are of units that came before");
    expect(read(await canary("status", TARGET, "--json"))).toMatchObject({ steps: [0.25, 0.5, 1], plan: { leftOut: [0.01, 0.05], reach: { units: 300 } } });
    expect((await canary("abort", TARGET, "--reason", "others come")).code).toBe(0);
    put(dir, "new.jsonl", before((i) => `n${i}`));
    expect((await run("observe", "new.jsonl")).code).toBe(0);
    const open = await canary("start", `${TARGET}@v2`, "--dry-run", ...FORCED);
    expect(open.stdout.replace(/\s+/g, " ")).toMatch(/as \d+ units an hour came before: 5 points worse is taken back after about/);
  }); // prettier-ignore

  test("start says which floor is in force, what a breach does, and of a floor out of reach that it is", async () => {
    const config = readFileSync(join(dir, "agentops.config.yaml"), "utf8");
    const control = (n: number) => Array.from({ length: n }, (_, i) => JSON.stringify({ target: TARGET, version: "v1", unit: `c${n}-${i}`, success: i % 5 > 0 })); // prettier-ignore
    const start = (...args: string[]) => canary("start", `${TARGET}@v2`, ...FORCED, ...args);
    const lines = async (...args: string[]) => (await start(...args)).stdout.split("\n").filter((line) => /^(floor|breaches|note)/.test(line)); // prettier-ignore
    expect(await lines("--dry-run")).toEqual([
      "floor     success waits for what the control reaches (90 % configured; too few of its outcomes are known)",
      "breaches  compared with the control's; no single one ends it",
    ]);
    put(dir, "control.jsonl", `${control(1000).join("\n")}\n`);
    expect((await run("observe", "control.jsonl", "--quiet")).code).toBe(0);
    expect((await lines("--dry-run"))[0]).toBe("floor     success below 72.1 % (90 % configured; the control has 80 % [75.1 %, 84.4 %], margin 3)"); // prettier-ignore
    put(dir, "agentops.config.yaml", `${config}\nrollout: { guardrails: { success: { floor: { absolute: 0.9 } }, safety: { critical: [pii] } } }\n`); // prettier-ignore
    const note = "the floor of 90 % is above what the control reaches (80 % [75.1 %, 84.4 %]), and { absolute } is meant as written: a candidate like the control will be taken back"; // prettier-ignore
    expect(await lines("--dry-run")).toEqual([
      "floor     success below 90 %, as written",
      "breaches  one of pii ends it; others are compared with the control's",
      `note: ${note}`,
    ]);
    expect(JSON.parse((await start("--dry-run", "--json")).stdout)).toMatchObject({ floor: { configured: 0.9, capped: false, inForce: 0.9 }, breaches: { critical: ["pii"], compared: true }, notes: [note] }); // prettier-ignore
    const started = read(await start("--json"));
    expect([started.floor, started.analysis.reasons]).toMatchObject([{ inForce: 0.9, control: { rate: 0.8 } }, expect.arrayContaining([note])]); // prettier-ignore
    put(dir, "agentops.config.yaml", config);
  }, 60_000);

  test("watch takes turns until it is over, one line a change without a terminal", async () => {
    const rollout = read(await canary("start", `${TARGET}@v2`, ...FORCED, ...QUICK, "--steps", "0.5,1", "--json"));
    const watching = canary("watch", TARGET, "--interval", "100ms");
    await run("observe", traffic(rollout, 600, { control: 0.95, candidate: 0.5 }), "--quiet");
    const done = await watching;
    expect(done.code, done.stderr).toBe(1);
    expect(done.stderr).toContain(TARGET);
    expect(done.stdout).toContain("rolled-back");
  }, 60_000);
});

describe("canary, refused", () => {
  beforeAll(freshStore);

  test.each([
    ["a start of nothing", ["start"], 2, "USAGE"],
    ["an action that is none", ["promote", TARGET], 2, "USAGE"],
    ["a name that was never released", ["status", "nobody"], 2, "ARTIFACT_NOT_FOUND"],
    ["a target without a rollout", ["advance", TARGET], 2, "ROLLOUT_NOT_FOUND"],
    ["the stable version again", ["start", `${TARGET}@v1`, ...FORCED], 2, "USAGE"],
    ["weights that fall", ["start", `${TARGET}@v2`, "--steps", "0.5,0.1"], 2, "USAGE"],
    ["a weight that could be either", ["start", `${TARGET}@v2`, "--steps", "10,100"], 2, "USAGE"],
    ["nobody's turns", ["start", `${TARGET}@v2`, "--turns", "me"], 2, "USAGE"],
    ["no control left", ["start", `${TARGET}@v2`, "--steps", "1"], 2, "USAGE"],
    ["a cohort alone", ["start", `${TARGET}@v2`, "--steps", "internal"], 2, "USAGE"],
    ["a cohort after a weight", ["start", `${TARGET}@v2`, "--steps", "1%,internal"], 2, "USAGE"],
    ["a cohort that the config has not", ["start", `${TARGET}@v2`, ...FORCED, "--steps", "staff,1%"], 2, "USAGE"],
    ["a time without a unit", ["start", `${TARGET}@v2`, "--step-time", "5"], 2, "USAGE"],
    ["an override without a reason", ["start", `${TARGET}@v2`, "--override"], 2, "USAGE"],
    ["no evidence", ["start", `${TARGET}@v2`], 5, "POLICY_REFUSED"],
    ["a version that is not there", ["start", `${TARGET}@v9`, ...FORCED], 2, "VERSION_NOT_FOUND"],
    ["the worktree", ["start", `${TARGET}@worktree`, ...FORCED], 2, "REF_INVALID"],
  ])("%s is refused", async (_, args, code, name) => {
    const refused = await canary(...args, "--json");
    expect([refused.code, refused.stdout, JSON.parse(refused.stderr).error.code]).toEqual([code, "", name]);
  });
});
