import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { gateDocumentSchema } from "../../../gate/gate.schema.ts";
import { agentops, git, tempProject } from "../../../testing/project.ts";
import { KEY, moodChanges, moodyProject, type Moods, startMoody } from "../../../testing/moody-provider.ts";

let provider: Awaited<ReturnType<typeof startMoody>> | undefined;
afterEach(async () => {
  await provider?.close();
  provider = undefined;
});

const NO_LATENCY = "p95LatencyMs: { maxIncrease: false }";
/** The control misses every fifth case; 20 + 10 tokens against 10 + 10 are half as much again. */
const MOODS: Moods = {
  main: (n) => ({ text: n % 5 === 0 ? "no" : "yes" }),
  same: (n) => ({ text: n % 5 === 0 ? "no" : "yes", tokens: 20 }),
  better: () => ({ tokens: 20 }),
};

async function start(moods: Moods, suite: string) {
  provider = await startMoody(moods);
  return moodyProject(provider.baseUrl, suite);
}

async function gateOf(dir: string, ...args: string[]) {
  const ran = await agentops(dir, ["gate", "--base", "main", "--json", ...args], KEY);
  const document = ran.stdout === "" ? undefined : gateDocumentSchema.parse(JSON.parse(ran.stdout));
  const run = document?.runs[0];
  const check = (name: string) => run?.checks.find((c) => c.name === name);
  return { ...ran, document, run, cost: check("costPerTaskUsd.maxIncrease"), p95: check("p95LatencyMs.maxIncrease") };
}

async function diffOf(dir: string) {
  return JSON.parse((await agentops(dir, ["diff", "p@main", "p", "--json"], KEY)).stdout);
}

describe("what a diff calls worse does not pass", () => {
  test("half as dear again at equal success, in a suite that bounds nothing", async () => {
    const dir = await start(MOODS, `gate: { ${NO_LATENCY} }\n`);
    await moodChanges(dir, "same");
    const { code, cost } = await gateOf(dir);
    expect(cost).toMatchObject({ verdict: "fail", threshold: 0.2, observed: 0.5 });
    expect([code, (await diffOf(dir)).verdict]).toEqual([1, "worse"]);
  });

  test("half as slow again at equal success, of outputs that somebody recorded: they keep the latency they had", async () => {
    const outputs = (times: number) =>
      Array.from({ length: 300 }, (_, i) =>
        JSON.stringify({ id: `c${i}`, output: i % 9 === 0 ? "no" : "yes", ms: (100 + ((i * 37) % 61)) * times }),
      ).join("\n");
    const mapping = "{ file: ../a.jsonl, case: id, output: output, latencyMs: ms }";
    const cases = Array.from({ length: 300 }, (_, i) => `{ id: c${i}, expected: "yes" }`).join(", ");
    const dir = tempProject({
      "agentops.config.yaml": "project: x\n",
      "evals/s.suite.yml": `name: s\ncases: [${cases}]\noutputs: ${mapping}\nscorers: [{ type: equals }]\n`,
      "a.jsonl": outputs(1),
      "b.jsonl": outputs(1.5),
    });
    await agentops(dir, ["eval", "s"]);
    const { code, stdout } = await agentops(dir, [
      "eval",
      "s",
      "--outputs",
      "b.jsonl",
      "--control",
      "latest",
      "--json",
    ]);
    expect(code).toBe(1);
    expect(JSON.parse(stdout).runs[0].checks).toMatchObject([
      { name: "nonInferiority.margin", verdict: "pass" },
      { name: "p95LatencyMs.maxIncrease", verdict: "fail", threshold: 0.2, observed: 0.5 },
      {
        name: "costPerTaskUsd.maxIncrease",
        verdict: "not-measured",
        reason: expect.stringMatching("a price is unknown"),
      },
    ]);
    expect(JSON.parse((await agentops(dir, ["diff", "latest~1", "latest", "--json"])).stdout).verdict).toBe("worse");
  });
});

describe("an improvement for half as much again", () => {
  let dir = "";
  beforeEach(async () => {
    dir = await start(MOODS, `gate: { ${NO_LATENCY} }\n`);
    await moodChanges(dir, "better");
  });

  test("is a person's decision: exit 3, the trade named, and no number of cases asked for", async () => {
    const { code, cost, run } = await gateOf(dir);
    expect(cost).toMatchObject({ verdict: "inconclusive", observed: 0.5, trade: { successRate: 0.2 } });
    expect(cost?.reason).toMatch(
      /^\+20 points of success, .* for \+50 %.*: a person decides: agentops gate --accept "why"/,
    );
    expect(run?.need.map((n) => n.check)).not.toContain("costPerTaskUsd.maxIncrease");
    expect(code).toBe(3);
    for (const format of ["text", "markdown", "github"]) {
      const { stdout } = await agentops(dir, ["gate", "--base", "main", "--format", format], KEY);
      expect(stdout, format).toMatch(/20 points of success.*--accept/s);
    }
  });

  test("accepted passes, is in the audit with its numbers, and stays accepted for these two", async () => {
    const taken = await gateOf(dir, "--accept", "the refunds are worth it");
    expect(taken.code).toBe(0);
    expect(taken.cost).toMatchObject({ verdict: "pass", accepted: { reason: "the refunds are worth it" } });
    const { events } = JSON.parse(
      (await agentops(dir, ["history", "prompts/p", "--json", "--env", "production"], KEY)).stdout,
    );
    expect(events).toMatchObject([{ action: "gate.accept", reason: "the refunds are worth it", env: "*" }]);
    const stored = JSON.parse((await agentops(dir, ["runs", "show", taken.run!.id, "--json"], KEY)).stdout);
    expect(stored.run).toMatchObject({ verdict: "pass" });
    expect((await gateOf(dir)).code).toBe(0);
  });

  test("accepted is what promote asks for", async () => {
    await agentops(dir, ["publish", "p", "--no-push"], KEY);
    await gateOf(dir);
    expect((await agentops(dir, ["promote", "p@v1"], KEY)).code).toBe(5);
    await gateOf(dir, "--accept", "worth it");
    expect(await agentops(dir, ["promote", "p@v1"], KEY)).toMatchObject({ code: 0, stderr: "" });
  });

  test("accepted against one control is not accepted against another", async () => {
    await gateOf(dir, "--accept", "worth it");
    await git(dir, "checkout", "-q", "main");
    await git(dir, "commit", "-q", "--allow-empty", "-m", "Main moves on");
    await moodChanges(dir, "same");
    await git(dir, "checkout", "-q", "better");
    expect((await agentops(dir, ["eval", "s", "--control", "p@same", "--json"], KEY)).code).not.toBe(70);
    expect((await gateOf(dir, "--base", "main", "--no-cache")).code).toBe(3);
  });

  test("accepting needs a reason, before anything is asked", async () => {
    const before = provider!.calls.length;
    const { code, stderr } = await gateOf(dir, "--accept", " ");
    expect([code, provider!.calls.length]).toEqual([2, before]);
    expect(JSON.parse(stderr).error).toMatchObject({ code: "USAGE", message: "--accept needs a reason" });
  });
});

test("--accept takes nothing that failed, and says so", async () => {
  const dir = await start(MOODS, `gate: { ${NO_LATENCY} }\n`);
  await moodChanges(dir, "same");
  const { code, document, cost } = await gateOf(dir, "--accept", "please");
  expect([code, cost?.verdict]).toEqual([1, "fail"]);
  expect(document?.notes.join()).toContain("--accept took nothing");
});

test.each<[string, number, string]>([
  ["costBenefit: { maxCostIncrease: 0.6, perPoint: 0.05 }", 0, "pass"],
  ["costBenefit: { maxCostIncrease: 0.6, perPoint: 0.02 }", 1, "fail"],
])("%s decides instead: exit %d", async (costBenefit, code, verdict) => {
  const dir = await start(MOODS, `gate: { ${NO_LATENCY} }\n${costBenefit}\n`);
  await moodChanges(dir, "better");
  const found = await gateOf(dir);
  expect([found.code, found.cost?.verdict]).toEqual([code, verdict]);
});

describe("answers from the store", () => {
  test("are of another day: cost and latency are not measured, in a diff and a gate by them", async () => {
    const dir = await start(MOODS, `gate: { ${NO_LATENCY} }\n`);
    await moodChanges(dir, "same");
    const evalOf = (ref: string) => agentops(dir, ["eval", "s", "--target", ref, "--json"], KEY);
    for (const ref of ["p@main", "p", "p@main", "p"]) await evalOf(ref);
    const stored = JSON.parse((await agentops(dir, ["diff", "latest~1", "latest", "--json"], KEY)).stdout);
    const verdicts = (document: { metrics: { name: string; verdict: string }[] }) =>
      Object.fromEntries(document.metrics.map((m) => [m.name, m.verdict]));
    expect(verdicts(stored)).toMatchObject({
      "latencyMs.p95": "not-measured",
      "costUsd.perTask": "not-measured",
      "costUsd.perSuccess": "not-measured",
    });
    expect(stored.verdict).not.toBe("worse");
    expect(verdicts(await diffOf(dir)), "the runs that asked are taken").toMatchObject({ "costUsd.perTask": "worse" });
    const text = (await agentops(dir, ["diff", "latest~1", "latest"], KEY)).stdout;
    expect(text).toContain("costUsd.perTask: not measured: no case was answered afresh on both sides");
  });

  test("leave their pairs out and say how many; bounds of one run take all, as they were", async () => {
    const dir = await start(MOODS, `gate: { ${NO_LATENCY}, costPerTaskUsd: { max: 1 } }\n`);
    await moodChanges(dir, "same");
    const evalOf = async (...args: string[]) =>
      JSON.parse((await agentops(dir, ["eval", "s", "--json", ...args], KEY)).stdout).runs[0];
    const once = await evalOf("--target", "p@main", "--sample", "30");
    const all = await evalOf("--target", "p@main");
    expect([all.fromCache, all.metrics.latencyMs.recorded]).toEqual([30, 80]);
    expect(all.metrics.costUsd.total).toBeCloseTo((once.metrics.costUsd.total / 30) * 80, 9);
    const run = await evalOf("--target", "p", "--control", "latest", "--concurrency", "4");
    const said = Object.fromEntries(run.comparison.metrics.map((m: any) => [m.name, m.remarks.join()]));
    const left =
      "of 50 cases that were answered afresh on both sides; 30 left out: an answer stored or recorded before";
    for (const name of ["costUsd.perTask", "costUsd.perSuccess", "latencyMs.p50"]) expect(said[name]).toContain(left);
    const reason = run.checks.find((c: any) => c.name === "costPerTaskUsd.maxIncrease").reason;
    expect(reason).toContain("(30 cases left out: an answer stored or recorded before)");
  });

  test("do not make a gate pass that failed: asked again it judges what was measured", async () => {
    const dir = await start(MOODS, `gate: { ${NO_LATENCY} }\n`);
    await moodChanges(dir, "same");
    const first = await gateOf(dir);
    const asked = provider!.calls.length;
    const second = await gateOf(dir);
    expect([first.code, second.code, provider!.calls.length - asked]).toEqual([1, 1, 0]);
    expect(second.cost).toEqual(first.cost);
  });
});
