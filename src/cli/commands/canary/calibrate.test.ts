import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { loadProject } from "../../../core/project.ts";
import { canaryCalibrationSchema } from "../../../operations/calibration/schema.ts";
import { publish } from "../../../registry/publish/publish.ts";
import type { StoreAddress } from "../../../state/address.ts";
import { agentops, cleanEnv, put, type Ran, sampleRepository } from "../../../testing/project.ts";
import { seeded } from "../../../testing/seeded.ts";
import { newStoreAddress, withStore } from "../../../testing/store.ts";

const TARGET = "prompts/support-triage";
const FORCED = ["--override", "--reason", "a test", "--actor", "ada"];
/** A rollout that may end within a few hours. */
const SHORT = ["--steps", "0.2,0.5,1", "--step-time", "1h", "--step-observations", "20", "--fast"];

let dir: string;
let store: StoreAddress;
let env: NodeJS.ProcessEnv;
const run = (...args: string[]): Promise<Ran> => agentops(dir, args, env);
const calibrate = (...args: string[]) => run("canary", "calibrate", "support-triage", ...args);

let config: string | undefined;

/** Little to show, so that little traffic does. */
function configured(safety: string): void {
  config ??= readFileSync(join(dir, "agentops.config.yaml"), "utf8");
  const guardrails = `success: { margin: 0.15 }, latency: false, cost: false, ${safety}`;
  put(dir, "agentops.config.yaml", `${config}\nrollout: { guardrails: { ${guardrails} } }\n`);
}

beforeAll(async () => {
  dir = await sampleRepository();
  configured("safety: false");
  const project = await loadProject({ cwd: dir, env: cleanEnv() });
  const file = `${TARGET}.prompt.yml`;
  for (const word of ["Well", "Better"]) {
    put(dir, file, readFileSync(join(dir, file), "utf8").replace("description: ", `description: ${word}. `));
    await publish(project, { names: ["support-triage"], push: false });
  }
});

beforeEach(async () => {
  store = await newStoreAddress();
  env = { AGENTOPS_STORE: store.location, AGENTOPS_MARKERS: store.markers ?? "" };
  expect((await run("promote", `${TARGET}@v1`, ...FORCED)).code).toBe(0);
});

/** So many requests within the last hours, of v1; whose the i-th is, undefined for nobody known, and whether it was good. */
async function observed(n: number, hours: number, one: (i: number, random: () => number) => object): Promise<void> {
  const random = seeded(n);
  const from = Date.now() - hours * 3_600_000;
  const lines = Array.from({ length: n }, (_, i) => {
    const at = new Date(from + (i * hours * 3_600_000) / n).toISOString();
    return JSON.stringify({ target: TARGET, version: "v1", success: random() < 0.95, at, ...one(i, random) });
  });
  put(dir, "traffic.jsonl", `${lines.join("\n")}\n`);
  const { code, stderr } = await run("observe", "traffic.jsonl", "--quiet");
  expect(code, stderr).toBe(0);
}

const read = ({ stdout, stderr }: Ran) => {
  expect(stdout, stderr).not.toBe("");
  return canaryCalibrationSchema.parse(JSON.parse(stdout));
};

async function everything(): Promise<unknown> {
  return withStore(store, async (open) => {
    const tables = await open.db.introspection.getTables();
    return Promise.all(tables.map(async ({ name }) => [name, await open.rows(`SELECT * FROM "${name}"`)]));
  });
}

describe("canary calibrate", () => {
  test("of sticky users few are taken back, most are promoted, and nothing is written", async () => {
    await observed(800, 8, (_, random) => ({ unit: `u${Math.floor(random() * 700)}` })); // prettier-ignore
    const before = await everything();
    const ran = await calibrate(...SHORT, "--runs", "5", "--json");
    const found = read(ran);
    expect(await everything()).toEqual(before);
    expect([ran.code, found.verdict, found.flips, found.need]).toEqual([0, "compatible", 0, null]);
    expect(found.read).toMatchObject({ requests: 800, withoutUnit: 0, isCut: false });
    expect(found.read.perHour).toBeCloseTo(100, 0);
    expect(found.falseAlarms).toMatchObject({ alpha: 0.05 });
    expect(found.falseAlarms.runs).toBeLessThanOrEqual(1);
    expect(found.ended.promoted).toBeGreaterThanOrEqual(4);
    expect(found.hours!.median).toBeGreaterThanOrEqual(3);
    expect(found.steps.map(({ weight }) => weight)).toEqual([0.2, 0.5]);
    for (const { weight, units } of found.steps) {
      expect(Math.abs(units.mean - weight)).toBeLessThan(0.05);
      expect([units.least <= units.mean, units.mean <= units.most]).toEqual([true, true]);
    }
    const again = ["--runs", "1", "--seed", "7", "--json"];
    const [one, other] = [read(await calibrate(...SHORT, ...again)), read(await calibrate(...SHORT, ...again))];
    expect(one).toEqual({ ...other, since: one.since });
    const screen = await calibrate(...SHORT, "--runs", "1", "--seed", "7");
    expect(screen.stdout).toContain("v1 in production, against itself on its stored traffic\n");
    expect(screen.stdout).toContain("false alarms are compatible with the 5 % that is promised");
    expect(Math.max(...screen.stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  test("one unit that makes most requests moves their share, not that of the units, and is said", async () => {
    await observed(300, 6, (i, random) => ({ unit: random() < 0.6 ? "crawler" : `u${i}` }));
    const { read: traffic, steps } = read(await calibrate(...SHORT, "--runs", "8", "--json"));
    expect(traffic.topUnit).toBeGreaterThan(0.5);
    const { units, requests } = steps[0]!;
    expect(units.most - units.least).toBeLessThan(0.2);
    expect(requests.most - requests.least).toBeGreaterThan(0.4);
    expect((await calibrate(...SHORT, "--runs", "2")).stdout.replace(/\s+/g, " ")).toMatch(/one unit makes \d\d(\.\d)? % of the requests/); // prettier-ignore
  });

  test("without units every request is one of its own; of too little traffic it says how much is needed, exit 3", async () => {
    const nothing = await calibrate("--runs", "2");
    expect([nothing.code, nothing.stdout]).toEqual([3, expect.stringContaining("nothing was observed of it since")]);
    await observed(300, 5, () => ({}));
    const few = await calibrate("--runs", "4", "--json");
    const found = read(few);
    expect([few.code, found.verdict, found.ended.open]).toEqual([3, "too-little", 4]);
    expect(found.read).toMatchObject({ requests: 300, units: 0, withoutUnit: 1 });
    expect(found.need!.hours).toBeGreaterThanOrEqual(25);
    expect((await calibrate("--runs", "2")).stdout.replace(/\s+/g, " ")).toContain("too little traffic: most runs stay open after 5 h. This plan takes at least"); // prettier-ignore
  });

  test("a rule that the control breaks itself raises more alarms than promised: exit 1, and which it was", async () => {
    await observed(300, 5, (i) => ({ unit: `u${i}`, ...(i % 10 === 0 && { safe: false, breach: "pii" }) }));
    configured("safety: { critical: [pii] }");
    const ran = await calibrate(...SHORT, "--runs", "6");
    configured("safety: false");
    expect(ran.code).toBe(1);
    expect(ran.stdout).toContain("by critical 6\n");
    expect(ran.stdout).toContain("warning: more false alarms than chance explains.");
  });

  test("what another rollout gave is not replayed as the version's, and whom it gave both is counted", async () => {
    await run("canary", "start", `${TARGET}@v2`, ...FORCED, ...SHORT, "--unobserved");
    await observed(60, 1, (i) => ({ unit: `u${i % 30}`, version: i < 30 === i % 2 > 0 ? "v2" : "v1", at: undefined }));
    const { seen, read: traffic } = read(await calibrate("--runs", "1", "--json"));
    expect(traffic.requests).toBe(30);
    expect(seen).toEqual({ rollouts: 1, units: 30, both: 30, back: expect.any(Number) });
  });

  test.each([
    [["--runs", "0"], "--runs takes a whole number of at least 1"],
    [["--runs", "10001"], "--runs takes at most 10000"],
    [["--since", "week"], '--since takes a number and ms, s, m, h or d, not "week"'],
    [["--replay"], "canary calibrate takes no --replay"],
  ])("%j is a mistake, exit 2", async (args, message) => {
    const { code, stderr } = await calibrate(...args);
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
  });

  test("what nobody is served has no control", async () => {
    env = { ...env, AGENTOPS_ENV: "staging" };
    expect((await calibrate()).code).toBe(2);
  });
});
