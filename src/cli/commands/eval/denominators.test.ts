import { afterEach, describe, expect, test } from "vitest";
import { KEY, moodyProject, startMoody } from "../../../testing/moody-provider.ts";
import { agentops, put, tempProject } from "../../../testing/project.ts";

let provider: Awaited<ReturnType<typeof startMoody>> | undefined;
afterEach(async () => {
  await provider?.close();
  provider = undefined;
});

const ids = Array.from({ length: 100 }, (_, i) => `c${i}`);
const lines = (rows: object[]) => rows.map((row) => JSON.stringify(row)).join("\n");
const SUITE = (more: string) => `name: s\ndataset: d.jsonl\n${more}\ngate: { successRate: { min: 0.9 } }\n`;

async function lineOf(dir: string, ...args: string[]) {
  const { code, stdout, stderr } = await agentops(dir, ["eval", "s", ...args], KEY);
  return { code, stderr, lines: stdout.split("\n") };
}

describe("what is empty counts: 4 of 100 fail", () => {
  const of100 = "  100 cases × 1 trial: 96 of 100 trials succeeded, 0 errors";

  test("a completion that stopped by itself and says nothing", async () => {
    provider = await startMoody({ main: (n) => ({ text: n % 25 === 0 ? "" : "yes" }) });
    const dir = await moodyProject(provider.baseUrl, "", 100);
    expect((await lineOf(dir)).lines[1]).toBe(of100);
  });

  test.each([
    ["a recorded output", "", "yes", "equals"],
    ["an expectation that another answer was given to", "yes", "", "icontains"],
  ])("%s", async (_, output, expected, type) => {
    const dir = tempProject({
      "evals/s.suite.yml": SUITE(`outputs: o.jsonl\nscorers: [{ type: ${type} }]`),
      "evals/d.jsonl": lines(ids.map((id, i) => ({ id, expected: i < 4 ? expected : "yes" }))),
      "evals/o.jsonl": lines(ids.map((id, i) => ({ case: id, output: i < 4 ? output : "yes" }))),
    });
    expect((await lineOf(dir)).lines[1]).toBe(of100);
  });
});

test("nothing scored is not scored, never 0 %", async () => {
  const dir = tempProject({
    "evals/s.suite.yml": SUITE("outputs: o.jsonl\nscorers: [{ type: regex }]"),
    "evals/d.jsonl": lines(ids.map((id) => ({ id }))),
    "evals/o.jsonl": lines(ids.map((case_) => ({ case: case_, output: "x" }))),
  });
  const { code, lines: said } = await lineOf(dir);
  expect([code, said[1], said[2], said[3]]).toEqual([
    2,
    "  100 cases × 1 trial: none of 100 trials was scored, 100 errors",
    "  success rate  not scored",
    "  regex         not scored",
  ]);
  const markdown = await lineOf(dir, "--format", "markdown");
  expect(markdown.lines).toContain("| regex | not scored |  |");
  expect((await agentops(dir, ["runs"])).stdout).toMatch(/not scored, 100 errors$/m);
  expect([...said, ...markdown.lines].join("\n")).not.toMatch(/\b0 %/);
});

test("what was left out of a run stands beside its counts", async () => {
  const recorded = "{ file: o.jsonl, case: c, output: o, trial: t, latencyMs: ms, inputTokens: i, outputTokens: u }";
  const dir = tempProject({
    "evals/s.suite.yml": SUITE(`trials: 1\noutputs: ${recorded}\nscorers: [{ type: equals, value: x }]`),
    "evals/d.jsonl": lines(ids.map((id) => ({ id }))),
    "evals/o.jsonl": lines([
      ...ids.map((c, i) => ({ c, t: 0, o: "x", ...(i < 40 && { ms: 5, i: 3, u: 1 }) })),
      ...ids.slice(0, 7).map((c) => ({ c, t: 1, o: "y" })),
      { c: "nobody", t: 0, o: "x" },
    ]),
  });
  const all = await lineOf(dir);
  expect(all.lines[1]).toBe(
    "  100 cases × 1 trial: 100 of 100 trials succeeded, 0 errors, 1 output of no case, 7 outputs of further trials left out",
  );
  expect(all.lines[3]).toBe("  latency       p50 5 ms  p95 5 ms  p99 5 ms  (of 40 of 100 trials)");
  expect(all.lines[4]).toBe("  tokens        120 in, 40 out  (of 40 of 100 trials)");
  expect((await lineOf(dir, "--sample", "60")).lines[1]).toMatch(/^ {2}60 cases \(40 of the dataset left out\) × 1 /);
});

test("a suite of few cases says what it can show; one of fifty says nothing", async () => {
  const dir = tempProject({
    "evals/s.suite.yml": SUITE("outputs: o.jsonl\nscorers: [{ type: equals, value: x }]"),
    "evals/d.jsonl": lines(ids.slice(0, 50).map((id) => ({ id }))),
    "evals/o.jsonl": lines(ids.slice(0, 50).map((case_) => ({ case: case_, output: "x" }))),
  });
  expect((await lineOf(dir)).lines.join("\n")).not.toContain("only");
  const few = await lineOf(dir, "--sample", "40");
  expect(few.lines).toContain(
    "note: only 40 cases: against a control they show at best a drop of 19.1 points (80 % power); a smaller one may go unseen",
  );
  put(dir, "evals/o2.jsonl", lines(ids.slice(0, 50).map((case_, i) => ({ case: case_, output: i < 8 ? "y" : "x" }))));
  const compared = await lineOf(dir, "--sample", "40", "--outputs", "evals/o2.jsonl", "--control", "latest");
  expect(compared.lines).toContain(
    "note: only 40 cases: they show a drop of 19.1 points (80 % power); a smaller one may go unseen",
  );
});

describe("a suite of which every trial ended in an error measured nothing, whatever share may be lost", () => {
  const none = (scorer: string, more = "") =>
    tempProject({
      "agentops.config.yaml": "project: x\nlimits: { retries: 0, maxErrorRate: 1 }\n",
      "evals/s.suite.yml": `name: s\noutputs: o.jsonl\ncases: [{ id: a }, { id: b }]\nscorers: [${scorer}]\n${more}`,
      "evals/o.jsonl": lines(["a", "b"].map((id) => ({ case: id, output: "yes" }))),
    });
  const [broken, unfilled] = ["{ type: exec, value: [node, -e, process.exit(3)] }", "{ type: equals }"];

  test.each([
    ["what may go another time", broken, "", 4, "TRIAL_ERRORS"],
    ["the same with a gate", broken, "gate: { successRate: { min: 0.9 } }\n", 4, "TRIAL_ERRORS"],
    ["what lasts", unfilled, "", 2, "SCORER_INVALID"],
  ])("%s", async (_, scorer, more, exit, code) => {
    const run = await agentops(none(scorer, more), ["eval", "--json"]);
    const { error } = JSON.parse(run.stderr);
    expect([run.code, error.code]).toEqual([exit, code]);
    expect(error.message).toContain("s: 2 of 2 trials ended in an error, so nothing was measured; the first: case a: ");
    expect(JSON.parse(run.stdout).runs[0]).toMatchObject({ scored: 0, errors: 2 });
  });

  test("one answer that was scored is something", async () => {
    const dir = none("{ type: equals }");
    put(dir, "evals/s.suite.yml", "name: s\noutputs: o.jsonl\ncases: [{ id: a, expected: yes }, { id: b }]\nscorers: [{ type: equals }]\n"); // prettier-ignore
    const run = await agentops(dir, ["eval", "--json"]);
    expect(run.code, run.stderr).toBe(0);
    expect(JSON.parse(run.stdout).runs[0]).toMatchObject({ scored: 1, errors: 1 });
  });
});
