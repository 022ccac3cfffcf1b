import { createReadStream } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { describe, expect, test } from "vitest";
import { agentops, hasSharedData, SHARED_DATA, tempProject } from "../../../testing/project.ts";

async function lines(file: string): Promise<any[]> {
  const rows: any[] = [];
  for await (const line of createInterface({ input: createReadStream(file) })) rows.push(JSON.parse(line));
  return rows;
}

async function runOf(dir: string, args: string[]): Promise<string> {
  const run = await agentops(dir, ["eval", ...args, "--json"]);
  expect(run.stderr).toBe("");
  return JSON.parse(run.stdout).runs[0].id;
}

describe.skipIf(!hasSharedData)("GSM8K answers somebody else recorded", () => {
  const file = (model: string) => join(SHARED_DATA, "gsm8k-solutions", `${model}.jsonl`);
  const suite = (model: string) => `
name: gsm8k
dataset: { file: "${file(model)}", id: item, vars: { question: question }, expected: reference_answer }
outputs: { file: "${file(model)}", case: item, output: output }
scorers:
  - { type: numeric, extract: { output: "A:\\\\s*(.+)$", expected: "####\\\\s*(.+)$" } }
`;
  test.each([
    ["6b_verification", 515],
    ["6b_finetuning", 286],
  ])("%s: %d of 1319, case by case as recorded", async (model, succeeded) => {
    const dir = tempProject({ "evals/gsm8k.suite.yml": suite(model) });
    const run = await agentops(dir, ["eval", "gsm8k", "--json"]);
    expect(run.stderr).toBe("");
    expect(run.code).toBe(0);
    const [result] = JSON.parse(run.stdout).runs;
    expect(result).toMatchObject({ cases: 1319, trials: 1, scored: 1319, errors: 0, succeeded });
    const exported = await agentops(dir, ["runs", "export", result.id]);
    const verdicts = new Map(
      exported.stdout
        .split("\n")
        .slice(1)
        .map((l) => JSON.parse(l))
        .map((c) => [c.case.id, c.verdict === "pass"]),
    );
    const recorded = new Map((await lines(file(model))).map((r) => [r.item, r.is_correct]));
    expect(verdicts).toEqual(recorded);
  });

  test("--outputs scores another file with the same mapping", async () => {
    const dir = tempProject({ "evals/gsm8k.suite.yml": suite("6b_verification") });
    const run = await agentops(dir, ["eval", "gsm8k", "--outputs", file("6b_finetuning"), "--json"]);
    expect(JSON.parse(run.stdout).runs[0]).toMatchObject({ scored: 1319, succeeded: 286 });
  });

  test("6b_finetuning against 6b_verification: the paired table, McNemar, Tango, and the cases 3 points would take", async () => {
    const dir = tempProject({ "evals/gsm8k.suite.yml": suite("6b_verification") });
    const control = await runOf(dir, ["gsm8k", "--outputs", file("6b_finetuning")]);
    const candidate = await runOf(dir, ["gsm8k"]);
    const { stdout } = await agentops(dir, ["diff", control, candidate, "--json"]);
    const diff = JSON.parse(stdout);
    expect(diff.verdict).toBe("better");
    expect(diff.paired).toMatchObject({
      cases: 1319,
      bothPass: 222,
      onlyControl: 64,
      onlyCandidate: 293,
      neither: 740,
    });
    expect(diff.regressions).toHaveLength(64);
    expect(diff.improvements).toHaveLength(293);
    const [success] = diff.metrics;
    expect(success).toMatchObject({ name: "successRate", test: "mcnemar-midp", verdict: "better" });
    expect(success.difference).toBeCloseTo(0.1736, 4);
    expect(success.ci95[0]).toBeCloseTo(0.1474, 4);
    expect(success.ci95[1]).toBeCloseTo(0.2004, 4);
    // R: sum(dbinom(0:64, 357, .5)) * 2 - dbinom(64, 357, .5)
    expect(Math.log10(success.pValue)).toBeCloseTo(-35.62, 1);
    // Connor (1987) at psi = 357/1319, d = .03
    expect(diff.need.other.cases).toBe(2359);
  });

  test("a case without an output is an error, and an output without a case is reported", async () => {
    const dir = tempProject({
      "evals/s.suite.yml": `
name: s
cases: [{ id: gsm8k-test-0000, expected: "18" }, { id: nobody, expected: "1" }]
outputs: { file: "${file("6b_verification")}", case: item, output: output }
scorers: [{ type: numeric, extract: "A:\\\\s*(.+)$" }]
`,
    });
    const run = await agentops(dir, ["eval", "s", "--json"]);
    expect(run.code).toBe(2);
    expect(run.stderr).toContain('"code":"RECORDING_MISSING"');
    expect(JSON.parse(run.stdout).runs[0]).toMatchObject({
      scored: 1,
      errors: 1,
      succeeded: 0,
      outputsWithoutCase: 1318,
      errorsByKind: { "missing-output": 1 },
    });
    expect(run.stderr).toContain("1318 outputs belong to no case");
    expect(run.stderr).toContain("case nobody");
  });
});

describe.skipIf(!hasSharedData)("agent traces somebody else recorded", () => {
  const tau = join(SHARED_DATA, "tau-bench", "gpt-4o-airline.traces.jsonl");
  const tau2Suite = (file: string) => `
name: airline
dataset: { file: "${file}", id: task_id }
outputs: { file: "${file}", case: task_id, output: termination_reason, toolCalls: messages, costUsd: agent_cost_usd, latencyMs: { path: duration_s, times: 1000 }, inputTokens: agent_prompt_tokens, outputTokens: agent_completion_tokens }
scorers:
  - { type: expression, value: "record.reward == 1.0" }
  - { type: expression, name: calls, value: "size(toolCalls) == int(record.n_agent_tool_calls)" , required: false }
`;
  const tauSuite = `
name: airline
dataset: { file: "${tau}", id: task_id, vars: { instruction: instruction }, expected: expected_actions }
outputs: { file: "${tau}", case: task_id, trial: trial, output: messages, toolCalls: messages }
scorers:
  - { type: expression, value: "record.reward == 1.0" }
  - { type: expression, name: calls, value: "size(toolCalls) == int(record.n_tool_calls)" }
  - { type: "trajectory:tool-used", required: false }
  - { type: "trajectory:tool-sequence", required: false }
  - { type: "trajectory:tool-args-match", required: false }
  - { type: "trajectory:step-count", value: { max: 10 }, required: false }
  - { type: tool-call-f1, threshold: 0.5, required: false }
`;

  test("tau-bench gpt-4o airline: 84 of 200 with four trials a task, and pass^1…4", async () => {
    const dir = tempProject({ "evals/airline.suite.yml": tauSuite });
    const run = await agentops(dir, ["eval", "airline", "--json"]);
    expect(run.code, run.stderr).toBe(0);
    const [result] = JSON.parse(run.stdout).runs;
    expect(result).toMatchObject({ cases: 50, trials: 4, scored: 200, errors: 0, succeeded: 84 });
    const { passHatK, scorers } = result.metrics;
    expect(Object.keys(passHatK)).toEqual(["1", "2", "3", "4"]);
    for (const [k, want] of [
      ["1", 0.42],
      ["2", 0.273333],
      ["3", 0.22],
      ["4", 0.2],
    ] as const)
      expect(passHatK[k]).toBeCloseTo(want, 6);
    expect(scorers.calls.passRate).toBe(1);
    expect(scorers["trajectory:tool-used"].passRate).toBeCloseTo(129 / 200, 9);
    expect(scorers["trajectory:tool-sequence"].passRate).toBeCloseTo(113 / 200, 9);
    expect(scorers["trajectory:tool-args-match"].passRate).toBeCloseTo(77 / 200, 9);
    const text = await agentops(dir, ["eval", "airline"]);
    expect(text.stdout).toContain("^1 0.42  ^2 0.2733  ^3 0.22  ^4 0.2");
  });

  test("tau-bench split by trial, where nothing changed: no alarm, and what it would take to decide", async () => {
    const rows = await lines(tau);
    const half = (trials: number[]) =>
      rows
        .filter((r) => trials.includes(r.trial))
        .map((r) => JSON.stringify({ ...r, trial: r.trial - (trials[0] as number) }))
        .join("\n");
    const dir = tempProject({
      "evals/airline.suite.yml": tauSuite,
      "first.jsonl": half([0, 1]),
      "second.jsonl": half([2, 3]),
    });
    const control = await runOf(dir, ["airline", "--outputs", "first.jsonl"]);
    const candidate = await runOf(dir, ["airline", "--outputs", "second.jsonl"]);
    const diff = JSON.parse((await agentops(dir, ["diff", control, candidate, "--json"])).stdout);
    expect(diff.verdict).toBe("inconclusive");
    expect(diff.paired).toMatchObject({ cases: 50, trialsControl: 2, trialsCandidate: 2, meanControl: 0.43 });
    expect(diff.metrics.filter((m: { verdict: string }) => m.verdict === "worse")).toEqual([]);
    expect(diff.metrics[0]).toMatchObject({ test: "clustered-t", verdict: "inconclusive" });
    expect(diff.need.cases).toBe(1483);
  });

  test("tau2 gpt-4o against claude-sonnet-4-5: better, dearer; a p95 of 50 values decides nothing", async () => {
    const runFile = (name: string) => join(SHARED_DATA, "tau2-runs", `${name}.airline.traces.jsonl`);
    const dir = tempProject({ "evals/airline.suite.yml": tau2Suite(runFile("gpt-4o-2024-11-20")) });
    const control = await runOf(dir, ["airline"]);
    const candidate = await runOf(dir, ["airline", "--outputs", runFile("claude-sonnet-4-5")]);
    const diff = JSON.parse((await agentops(dir, ["diff", control, candidate, "--json"])).stdout);
    const verdicts = Object.fromEntries(diff.metrics.map((m: any) => [m.name, m.verdict]));
    expect(verdicts).toMatchObject({
      successRate: "better",
      "costUsd.perTask": "worse",
      "latencyMs.p95": "inconclusive",
      "latencyMs.p50": "worse",
    });
    expect(diff.verdict).toBe("better");
    expect(diff.paired).toMatchObject({ cases: 50, bothPass: 21, onlyControl: 2, onlyCandidate: 15, neither: 12 });
    const [success, p95] = diff.metrics;
    expect(success.remarks.join()).toContain("243.6 % more costUsd.perTask");
    expect(p95.remarks.join()).toContain("72 are needed");
    expect(diff.need.other.cases).toBe(2963);
  });

  test("pass^5 of four trials is an error, not 1.0", async () => {
    const dir = tempProject({ "evals/airline.suite.yml": `${tauSuite}gate: { passHatK: { k: 5, min: 0.1 } }\n` });
    const run = await agentops(dir, ["eval", "airline"]);
    expect(run.code).toBe(2);
    expect(run.stdout).toBe("");
    expect(run.stderr).toContain("pass^5 needs at least 5 trials a case, this run has 4");
  });

  test.each([
    ["gpt-4o-2024-11-20.airline", 50],
    ["claude-sonnet-4-5.airline", 50],
    ["qwen2.5-7b.airline", 50],
    ["gpt-4.1.airline20", 20],
  ])("tau2 %s: reward, cost, latency and calls as recorded", async (name, cases) => {
    const file = join(SHARED_DATA, "tau2-runs", `${name}.traces.jsonl`);
    const dir = tempProject({ "evals/airline.suite.yml": tau2Suite(file) });
    const run = await agentops(dir, ["eval", "airline", "--json"]);
    const rows = await lines(file);
    const [result] = JSON.parse(run.stdout).runs;
    expect(result).toMatchObject({ cases, errors: 0, succeeded: rows.filter((r) => r.reward === 1).length });
    expect(result.metrics.scorers.calls.passRate).toBe(1);
    const slowest = Math.max(...rows.map((r) => r.duration_s)) * 1000;
    expect(result.metrics.latencyMs.recorded).toBe(cases);
    expect(result.metrics.latencyMs.p99).toBeLessThanOrEqual(slowest);
    expect(result.metrics.latencyMs.p99).toBeGreaterThan(1000);
    if (rows.every((r) => typeof r.agent_cost_usd === "number")) {
      expect(result.metrics.costUsd.total).toBeCloseTo(
        rows.reduce((sum, r) => sum + r.agent_cost_usd, 0),
        6,
      );
    } else expect(result.metrics.costUsd).toBeNull();
  });
});
