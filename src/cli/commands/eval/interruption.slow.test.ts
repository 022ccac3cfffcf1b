import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, test } from "vitest";
import { binary, put, spawnAgentops, tempProject } from "../../../testing/project.ts";
import { chatAnswer, type FakeProvider, json, startProvider } from "../../../testing/provider.ts";

const CASES = 200;
const TRIALS = 2;
const ENV = { OPENAI_API_KEY: "sk-test-0123456789abcdefghij" };

let provider: FakeProvider | undefined;
afterEach(async () => {
  await provider?.close();
  provider = undefined;
});

/** Right for most questions, refused for a few: the same for every run. */
async function start(latencyMs: number, refuses = true): Promise<FakeProvider> {
  provider = await startProvider(async ({ body }, response) => {
    const n = Number(body.messages.at(-1).content);
    await sleep(latencyMs);
    if (refuses && n % 40 === 7) json(response, 400, { error: { message: "refused", type: "invalid_request_error" } });
    else chatAnswer(response, n % 10 === 3 ? "no" : "yes", body.model);
  });
  return provider;
}

function project(baseUrl: string): string {
  return tempProject({
    "agentops.config.yaml": `project: x\nmodels: { openai: { kind: openai, baseUrl: "${baseUrl}" } }\nlimits: { concurrency: 4, retries: 0 }\n`,
    "prompts/p.prompt.yml": `name: p\nmodel: openai/gpt-4o-2024-08-06\nmessages: [{ role: user, content: "{{q}}" }]\n`,
    "evals/s.suite.yml": `name: s\ntarget: prompts/p\ndataset: d.jsonl\ntrials: ${TRIALS}\nscorers: [{ type: equals }]\ngate: { successRate: { min: 0.5 } }\n`,
    "evals/d.jsonl": Array.from({ length: CASES }, (_, i) =>
      JSON.stringify({ id: `c${i}`, vars: { q: `${i}` }, expected: "yes" }),
    ).join("\n"),
  });
}

/** What must be equal between an interrupted and an uninterrupted run: all but names and clocks. */
function comparable(stdout: string) {
  const document = JSON.parse(stdout);
  for (const run of document.runs) {
    delete run.id;
    delete run.metrics.latencyMs;
  }
  return document;
}

describe("an interrupted eval", () => {
  test("kill -9 loses at most the trials in flight; a resume does only what is missing and ends like an uninterrupted run", async () => {
    const { baseUrl, calls } = await start(15);
    const dir = project(baseUrl);
    const child = spawnAgentops(dir, ["eval", "--json"], ENV);
    while (calls.length < 120) await sleep(5);
    child.kill("SIGKILL");
    await child;
    const before = calls.length;
    const killed = JSON.parse((await binary(dir, ["runs", "--json"])).stdout).runs[0];
    expect(killed.status).toBe("running");
    const kept = (await binary(dir, ["runs", "export"])).stdout
      .split("\n")
      .slice(1)
      .flatMap((l) => JSON.parse(l).trials);
    // Four calls at once, and what they brought in the last 20 ms (15 ms a call), which is held for one transaction.
    expect(kept.length).toBeGreaterThanOrEqual(before - 16);

    const resumed = await binary(dir, ["eval", "--resume", "latest", "--json"], ENV);
    // Refused questions are errors, and errors are tried again.
    const errorsBefore = kept.filter((t) => t.verdict === "error").length;
    expect(calls.length - before).toBe(CASES * TRIALS - kept.length + errorsBefore);

    const whole = project(baseUrl);
    const straight = await binary(whole, ["eval", "--json"], ENV);
    expect(resumed.code).toBe(straight.code);
    expect(comparable(resumed.stdout)).toEqual(comparable(straight.stdout));
    const junit = async (d: string) =>
      (await binary(d, ["runs", "show", "latest", "--format", "junit"])).stdout.replace(/time="[^"]*"/g, "");
    expect(await junit(dir)).toBe(await junit(whole));
  }, 120_000);

  test.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("%s: exit %d, what was done is kept, and it says how to go on", async (signal, code) => {
    const { baseUrl, calls } = await start(15);
    const dir = project(baseUrl);
    const child = spawnAgentops(dir, ["eval"], ENV);
    while (calls.length < 60) await sleep(5);
    child.kill(signal);
    const { exitCode, stderr, stdout } = await child;
    expect(exitCode).toBe(code);
    expect(stdout).toBe("");
    const id = /agentops eval --resume (\S+)/.exec(stderr)?.[1];
    expect(stderr).toContain("what was done is kept");
    const run = JSON.parse((await binary(dir, ["runs", "--json"])).stdout).runs[0];
    expect(run).toMatchObject({ id, status: "interrupted" });
    const resumed = await binary(dir, ["eval", "--resume", id!, "--json"], ENV);
    expect(JSON.parse(resumed.stdout).runs[0]).toMatchObject({
      planned: 400,
      scored: 390,
      errors: 10,
      status: "complete",
    });
  });

  test("two processes cannot run the same run", async () => {
    const { baseUrl, calls } = await start(15);
    const dir = project(baseUrl);
    const child = spawnAgentops(dir, ["eval"], ENV);
    while (calls.length < 20) await sleep(5);
    const second = await binary(dir, ["eval", "--resume", "latest"], ENV);
    expect(second.code).toBe(5);
    expect(second.stderr).toMatch(/is being run by process \d+ \[CONCURRENT_CHANGE\]/);
    child.kill("SIGINT");
    await child;
  });
});

describe("the store answers what it has been asked before", () => {
  test("an equal eval makes no call; another trial, prompt or --no-cache does", async () => {
    const { baseUrl, calls } = await start(0);
    const dir = project(baseUrl);
    const first = await binary(dir, ["eval", "--json"], ENV);
    const after = calls.length;
    const second = await binary(dir, ["eval", "--json"], ENV);
    // The ten refused calls are errors, which nobody remembers.
    expect(calls.length - after).toBe(10);
    expect(JSON.parse(second.stdout).runs[0]).toMatchObject({
      fromCache: 390,
      succeeded: JSON.parse(first.stdout).runs[0].succeeded,
    });
    await binary(dir, ["eval", "--trials", "3"], ENV);
    expect(calls.length - after).toBe(10 + 200 + 10);
    const before = calls.length;
    await binary(dir, ["eval", "--no-cache"], ENV);
    expect(calls.length - before).toBe(400);
    put(
      dir,
      "prompts/p.prompt.yml",
      `name: p\nmodel: openai/gpt-4o-2024-08-06\nmessages: [{ role: system, content: Be short. }, { role: user, content: "{{q}}" }]\n`,
    );
    const edited = calls.length;
    await binary(dir, ["eval"], ENV);
    expect(calls.length - edited).toBe(400);
  }, 120_000);

  test("what came from the store is the same measurement: cost and latency as they were", async () => {
    const { baseUrl } = await start(5);
    const dir = project(baseUrl);
    const [a, b] = [
      await binary(dir, ["eval", "--sample", "20", "--json"], ENV),
      await binary(dir, ["eval", "--sample", "20", "--json"], ENV),
    ];
    const metrics = ({ stdout }: { stdout: string }) => JSON.parse(stdout).runs[0].metrics;
    expect(metrics(b)).toEqual(metrics(a));
    expect(metrics(a).costUsd.total).toBeGreaterThan(0);
  });
});

describe("--max-cost", () => {
  // 100 input and 10 output tokens of gpt-4o-2024-08-06 at 2.50 and 10 USD a million.
  const PRICE = 0.00035;
  test("stops before overspending, keeps what was paid for, and is inconclusive", async () => {
    const { baseUrl, calls } = await start(2);
    const dir = project(baseUrl);
    const run = await binary(dir, ["eval", "--max-cost", String(PRICE * 50.5), "--json"], ENV);
    expect(run.code).toBe(3);
    const [result] = JSON.parse(run.stdout).runs;
    expect(result).toMatchObject({ status: "stopped", verdict: "inconclusive" });
    expect(result.stopped).toMatch(/stopped at --max-cost .* trials are left/);
    expect(result.metrics.costUsd.total).toBeLessThanOrEqual(PRICE * 50.5);
    expect(calls.length).toBeGreaterThan(45);
    const rest = await binary(dir, ["eval", "--resume", "latest", "--json"], ENV);
    expect(JSON.parse(rest.stdout).runs[0]).toMatchObject({ status: "complete", scored: 390 });
  });
  test("an unknown price cannot be limited, and says so", async () => {
    const { baseUrl, calls } = await start(0);
    const dir = project(baseUrl);
    const run = await binary(dir, ["eval", "--model", "openai/our-own-model-7", "--max-cost", "1"], ENV);
    expect(run.code).toBe(3);
    expect(run.stdout).toContain("the price of openai/our-own-model-7 is unknown");
    expect(calls.length).toBeLessThanOrEqual(1);
  });
  test("an unknown price is null with one warning, never 0", async () => {
    const { baseUrl } = await start(0);
    const dir = project(baseUrl);
    const run = await binary(dir, ["eval", "--model", "openai/our-own-model-7", "--json"], ENV);
    expect(JSON.parse(run.stdout).runs[0].metrics.costUsd).toBeNull();
    expect(run.stderr.match(/price/g)).toHaveLength(1);
  });
});

describe("recordings", () => {
  test("--record, then the same eval without key and network; a miss names the case", async () => {
    const { baseUrl, calls } = await start(0, false);
    const dir = project(baseUrl);
    const recorded = await binary(dir, ["eval", "--sample", "30", "--record", "--json"], ENV);
    expect(recorded.code).toBe(0);
    await provider?.close();
    const made = calls.length;
    const elsewhere = project("http://127.0.0.1:9/v1");
    const { readFileSync } = await import("node:fs");
    const file = readFileSync(`${dir}/fixtures/recordings/s.jsonl`, "utf8");
    expect(file).not.toContain(ENV.OPENAI_API_KEY);
    put(elsewhere, "fixtures/recordings/s.jsonl", file);
    const replayed = await binary(elsewhere, ["eval", "--sample", "30", "--json"]);
    expect(calls.length).toBe(made);
    const summary = ({ stdout }: { stdout: string }) => JSON.parse(stdout).runs[0].succeeded;
    expect(summary(replayed)).toBe(summary(recorded));
    const miss = await binary(elsewhere, ["eval"]);
    expect(miss.code).toBe(2);
    expect(miss.stderr).toMatch(/case c\d+/);
    expect(miss.stderr).toContain("--record");
  });
});
