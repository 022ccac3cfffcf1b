import { appendFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, test } from "vitest";
import {
  caseLine,
  KEY,
  moodChanges,
  type Moods,
  moodyProject,
  startMoody,
  wait,
} from "../../../testing/moody-provider.ts";
import { agentops, git, put, spawnAgentops } from "../../../testing/project.ts";
import { json } from "../../../testing/provider.ts";
import { edit } from "../../../testing/repository.ts";

let provider: Awaited<ReturnType<typeof startMoody>> | undefined;
afterEach(async () => {
  await provider?.close();
  provider = undefined;
});

async function start(moods: Moods = {}, suite = "", cases = 80) {
  provider = await startMoody(moods);
  return { dir: await moodyProject(provider.baseUrl, suite, cases), asked: provider.asked };
}

async function gateOf(dir: string, ...args: string[]) {
  const ran = await agentops(dir, ["gate", "--base", "main", "--json", ...args], KEY);
  const document = ran.stdout === "" ? undefined : JSON.parse(ran.stdout);
  const run = document?.runs[0];
  const checks = Object.fromEntries((run?.checks ?? []).map((c: { name: string }) => [c.name, c]));
  return { ...ran, document, run, checks, control: run?.comparison?.control.run as string };
}

const refuse: Moods[string] = (_n, _call, response) => {
  json(response, 400, { error: { message: "refused", type: "invalid_request_error" } });
};

describe("the control's run", () => {
  test("is reused by the next gate, which asks nothing for it", async () => {
    const { dir, asked } = await start();
    await moodChanges(dir, "one");
    const first = await gateOf(dir);
    expect([asked("main"), asked("one")]).toEqual([80, 80]);
    await moodChanges(dir, "two");
    const second = await gateOf(dir);
    expect([asked("main"), asked("two")]).toEqual([80, 80]);
    expect(second.control).toBe(first.control);
    expect(second.run.notes.join()).toMatch(/the control's run is from \d{4}-\d\d-\d\d \d\d:\d\d UTC/);
    expect(first.run.notes).toEqual([]);
  });

  test.each<[string, (dir: string) => unknown, string[], number]>([
    [
      "the cases changed: asked for the new one only",
      (dir) => appendFileSync(join(dir, "evals/d.jsonl"), `\n${caseLine(80)}`),
      [],
      81,
    ],
    [
      "the suite changed: answered from the store",
      (dir) => edit(dir, "evals/s.suite.yml", (t) => `${t}minEffect: 0.02\n`),
      [],
      80,
    ],
    ["more trials are wanted: asked for those only", () => undefined, ["--trials", "2"], 160],
    ["it must not be: --no-cache", () => undefined, ["--no-cache"], 160],
    ["other cases are sampled", () => undefined, ["--sample", "20"], 80],
  ])("is run again when %s", async (_name, change, args, requests) => {
    const { dir, asked } = await start();
    await moodChanges(dir, "one");
    const first = await gateOf(dir);
    await change(dir);
    const second = await gateOf(dir, ...args);
    expect(second.stderr).toBe("");
    expect(second.control).not.toBe(first.control);
    expect(asked("main")).toBe(requests);
  });

  test("is run again when it had errors, which are tried again", async () => {
    let refuses = true;
    const main: Moods[string] = (n, call, response) => (refuses && n < 2 ? refuse(n, call, response) : {});
    const { dir, asked } = await start({ main });
    await moodChanges(dir, "one");
    const first = await gateOf(dir);
    expect(first.run.comparison.paired.cases).toBe(78);
    refuses = false;
    const second = await gateOf(dir);
    expect(second.run.comparison.paired.cases).toBe(80);
    expect([asked("main"), asked("one")]).toEqual([82, 80]);
  });
});

describe("against the control", () => {
  test.each<[string, Moods[string], string, string, number]>([
    ["a cost that rose beyond its bound fails", () => ({ tokens: 40 }), "costPerTaskUsd", "fail", 1],
    ["one that did not passes", () => ({ tokens: 11 }), "costPerTaskUsd", "pass", 0],
    ["a latency that rose beyond its bound fails", () => wait(150), "p95LatencyMs", "fail", 1],
  ])("%s", async (_name, mood, metric, verdict, code) => {
    const main: Moods[string] = () => (metric === "p95LatencyMs" ? wait(10) : {});
    const other = metric === "p95LatencyMs" ? "costPerTaskUsd" : "p95LatencyMs";
    const suite = `gate: { nonInferiority: { margin: 0.2 }, ${metric}: { maxIncrease: 0.5 }, ${other}: { maxIncrease: false } }\n`;
    const { dir } = await start({ main, other: mood }, suite);
    await moodChanges(dir, "other");
    const found = await gateOf(dir);
    expect(found.checks[`${metric}.maxIncrease`]).toMatchObject({ verdict, threshold: 0.5 });
    expect(found.checks["nonInferiority.margin"]).toMatchObject({ verdict: "pass" });
    expect(found.code).toBe(code);
  });

  test("a price nobody knows decides nothing", async () => {
    const { dir } = await start(
      {},
      "gate: { nonInferiority: { margin: 0.2 }, costPerTaskUsd: { maxIncrease: 0.5 }, p95LatencyMs: { maxIncrease: false } }\n",
    );
    edit(dir, "agentops.config.yaml", (text) => text.replace(/pricing: .*\n/, "").replace("openai:", "local:"));
    edit(dir, "prompts/p.prompt.yml", (text) => text.replace("openai/gpt-4o-2024-08-06", "local/nobody-2024-01-01"));
    await git(dir, "commit", "-qam", "Local");
    await moodChanges(dir, "other");
    const found = await gateOf(dir);
    expect(found.checks["costPerTaskUsd.maxIncrease"]).toMatchObject({
      verdict: "inconclusive",
      reason: expect.stringMatching("a price is unknown"),
    });
    expect(found.code).toBe(3);
  });
});

describe("--early-stop", () => {
  test("a clearly worse candidate ends before its cases do, and fails by the e-value", async () => {
    const { dir, asked } = await start({ worse: (n) => ({ text: n % 2 === 0 ? "no" : "yes" }) }, "", 300);
    await moodChanges(dir, "worse");
    const found = await gateOf(dir, "--early-stop");
    expect(asked("worse")).toBeLessThan(100);
    expect(found.run).toMatchObject({
      verdict: "fail",
      status: "stopped",
      checks: [{ name: "earlyStop", verdict: "fail", threshold: 40 }],
    });
    expect(found.run.checks[0].observed).toBeGreaterThanOrEqual(40);
    expect(found.run.stopped).toMatch(/^stopped early: \d+ cases got worse and 0 better/);
    expect(found.code).toBe(1);
    const { stdout } = await agentops(dir, ["gate", "--base", "main", "--early-stop", "--format", "markdown"], KEY);
    expect(stdout.split("\n")[0]).toContain("❌ fail");
    expect(stdout).toContain("**The run ended early:** stopped early:");
  });

  test("an equal one runs to its end", async () => {
    const { dir, asked } = await start(
      { same: () => ({}) },
      "gate: { nonInferiority: { margin: 0.2 }, p95LatencyMs: { maxIncrease: false } }\n",
    );
    await moodChanges(dir, "same");
    const found = await gateOf(dir, "--early-stop");
    expect(asked("same")).toBe(80);
    expect(found.run).toMatchObject({ verdict: "pass", stopped: null, status: "complete" });
    expect(found.code).toBe(0);
  });

  test("an added artifact has no control to be worse than", async () => {
    const { dir } = await start({}, "gate: { successRate: { min: 0.9 } }\n");
    await git(dir, "checkout", "-q", "-b", "pr");
    await git(dir, "rm", "-q", "--cached", "prompts/p.prompt.yml");
    await git(dir, "commit", "-q", "-m", "Not yet");
    await git(dir, "branch", "-f", "main");
    const found = await gateOf(dir, "--early-stop");
    expect(found.run).toMatchObject({ verdict: "pass", comparison: null });
  });
});

describe("an outside failure is exit 4 where a retry may help, else 2:", () => {
  test("the control's provider refuses the key", async () => {
    const { dir, asked } = await start({
      main: (_n, _call, response) => json(response, 401, { error: { message: "bad key", type: "auth" } }),
    });
    await moodChanges(dir, "one");
    const found = await gateOf(dir);
    expect(found.stderr).toContain("the control's run did not finish");
    expect(found.stdout).toBe("");
    expect([found.code, asked("one")]).toEqual([2, 0]);
  });

  test("the control lost too many trials", async () => {
    const { dir, asked } = await start({ main: (n, call, response) => (n < 10 ? refuse(n, call, response) : {}) });
    await moodChanges(dir, "one");
    const found = await gateOf(dir);
    expect(JSON.parse(found.stderr).error).toMatchObject({
      code: "PROVIDER_REFUSED",
      message: expect.stringContaining("10 of 80 trials of the control ended in an error, the limit is 5 %"),
    });
    expect([found.code, asked("one")]).toEqual([2, 0]);
  });

  test("the candidate lost too many trials: the document is there, undecided", async () => {
    const { dir } = await start({ one: (n, call, response) => (n < 10 ? refuse(n, call, response) : {}) });
    await moodChanges(dir, "one");
    const found = await gateOf(dir);
    expect(found.run).toMatchObject({ verdict: "inconclusive", errors: 10 });
    expect(JSON.parse(found.stderr).error.code).toBe("PROVIDER_REFUSED");
    expect(found.code).toBe(2);
  });

  test("no trial of the candidate was answered, of few", async () => {
    const { dir } = await start({ one: refuse }, "", 8);
    await moodChanges(dir, "one");
    const found = await gateOf(dir);
    expect(JSON.parse(found.stderr).error.code).toBe("PROVIDER_REFUSED");
    expect(found.code).toBe(2);
  });

  test("the candidate's provider fails: suites after it are not run", async () => {
    const { dir, asked } = await start({
      one: (_n, _call, response) => json(response, 401, { error: { message: "bad key", type: "auth" } }),
    });
    put(dir, "evals/t.suite.yml", "name: t\ntarget: prompts/p\ndataset: d.jsonl\nscorers: [{ type: contains }]\n");
    await git(dir, "add", ".");
    await git(dir, "commit", "-q", "-m", "Two suites");
    await moodChanges(dir, "one");
    const found = await gateOf(dir);
    expect(found.document.runs).toHaveLength(1);
    expect(JSON.parse(found.stderr).error.code).toBe("PROVIDER_REFUSED");
    expect([found.code, asked("main")]).toEqual([2, 80]);
  });
});

test("money that ends within the control's run decides nothing, even for a candidate that got through", async () => {
  const { dir } = await start({ main: () => ({ tokens: 100 }) }, "gate: { nonInferiority: { margin: 0.5 } }\n");
  await moodChanges(dir, "one");
  const found = await gateOf(dir, "--max-cost", "0.3");
  expect(found.run).toMatchObject({ status: "complete", scored: 80, verdict: "inconclusive" });
  expect(found.run.stopped).toMatch(/^the control's run: .*trials are left/);
  expect(found.run.comparison.notes.join()).toContain("the control's run is stopped");
  expect(found.code).toBe(3);
  const none = await gateOf(dir, "--max-cost", "0", "--no-cache");
  expect(none.run).toMatchObject({ scored: 0, verdict: "inconclusive", comparison: null });
  expect(none.code).toBe(3);
});

describe("an interrupted gate", () => {
  test.each<["SIGINT" | "SIGTERM", number]>([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ])("%s: exit %d, and the next one goes on from the answers in the store", async (signal, code) => {
    const slow: Moods[string] = () => wait(10);
    const { dir, asked } = await start({ main: slow, one: slow });
    await moodChanges(dir, "one");
    const child = spawnAgentops(dir, ["gate", "--base", "main"], KEY);
    while (asked("one") < 30) await sleep(5);
    child.kill(signal);
    const { exitCode, stdout, stderr } = await child;
    expect([exitCode, stdout]).toEqual([code, ""]);
    expect(stderr).toContain("run the gate again: it goes on from the answers in the store");
    const before = asked("one");
    const found = await gateOf(dir);
    expect(asked("main")).toBe(80);
    expect(asked("one")).toBeLessThanOrEqual(80 + 8);
    expect(asked("one") - before).toBeLessThan(80 - 20);
    expect(found.run).toMatchObject({ scored: 80, errors: 0, status: "complete" });
  });
});

test("both sides run the same cases when the dataset changed since the control's run", async () => {
  const { dir } = await start();
  await moodChanges(dir, "one");
  await gateOf(dir);
  writeFileSync(join(dir, "evals/d.jsonl"), Array.from({ length: 60 }, (_, i) => caseLine(i + 40)).join("\n"));
  const found = await gateOf(dir);
  expect(found.run.comparison.paired).toMatchObject({ cases: 60, unmatched: { control: [], candidate: [] } });
});
