import { join } from "node:path";
import Database from "better-sqlite3";
import { afterEach, describe, expect, test } from "vitest";
import { evaluationSchema } from "../../../gate/evaluation.schema.ts";
import { caseLine, KEY, type Moods, moodyProject, startMoody } from "../../../testing/moody-provider.ts";
import { agentops, put, tempProject } from "../../../testing/project.ts";
import { json } from "../../../testing/provider.ts";
import { edit } from "../../../testing/repository.ts";

let provider: Awaited<ReturnType<typeof startMoody>> | undefined;
afterEach(async () => {
  await provider?.close();
  provider = undefined;
});

const P = "prompts/p.prompt.yml";
/** Answers within a millisecond or two say nothing about latency. */
const MARGIN = "gate: { nonInferiority: { margin: 0.1 }, p95LatencyMs: { maxIncrease: false } }\n";

/** The prompt as committed is the control; the worktree has another mood. */
async function start(mood: string, moods: Moods = {}, suite = MARGIN) {
  provider = await startMoody(moods);
  const dir = await moodyProject(provider.baseUrl, suite);
  edit(dir, P, (text) => text.replace("moods: main", `moods: ${mood}`));
  return { dir, asked: provider.asked };
}

async function evalOf(dir: string, ...args: string[]) {
  const ran = await agentops(dir, ["eval", "s", "--json", ...args], KEY);
  const document = ran.stdout === "" ? undefined : evaluationSchema.parse(JSON.parse(ran.stdout));
  return { ...ran, run: document?.runs[0] };
}

const half: Moods[string] = (n) => ({ text: n % 2 === 0 ? "no" : "yes" });
const few: Moods[string] = (n) => ({ text: n % 20 === 0 ? "no" : "yes" });

describe("eval --control", () => {
  test.each<[string, string, number, string]>([
    ["a candidate that is no worse", "same", 0, "pass"],
    ["a worse one", "half", 1, "fail"],
    ["one the cases do not decide", "few", 3, "inconclusive"],
  ])("REF, %s", async (_name, mood, code, verdict) => {
    const { dir, asked } = await start(mood, { half, few });
    const { run, ...ran } = await evalOf(dir, "--control", "p@main");
    expect(ran.stderr).toBe("");
    expect(run).toMatchObject({
      verdict,
      checks: [
        { name: "nonInferiority.margin", threshold: 0.1, verdict },
        { name: "costPerTaskUsd.maxIncrease", threshold: 0.2, verdict: "pass" },
      ],
      comparison: { control: { ref: "prompts/p" }, paired: { cases: 80 } },
    });
    expect([ran.code, asked("main"), asked(mood)]).toEqual([code, 80, 80]);
  });

  test("RUN: nothing is asked for it", async () => {
    const { dir, asked } = await start("half", { half });
    const { run: control } = await evalOf(dir, "--target", "p@main");
    for (const name of [control!.id, "latest~1"]) {
      const { run, code } = await evalOf(dir, "--control", name);
      expect(run!.comparison!.control.run).toBe(control!.id);
      expect([code, asked("main")]).toEqual([1, 80]);
    }
  });

  test("a run of a release whose scorers judge otherwise is no control", async () => {
    const { dir, asked } = await start("half", { half });
    const { run: before } = await evalOf(dir, "--target", "p@main");
    const store = new Database(join(dir, ".agentops/state.db"));
    store.prepare("UPDATE runs SET spec = json_remove(spec, '$.scoring')").run();
    store.close();
    const named = await evalOf(dir, "--control", before!.id);
    expect([named.code, named.stderr]).toEqual([2, expect.stringMatching(/was scored by another release/)]);
    const { run } = await evalOf(dir, "--control", "p@main");
    expect(run!.comparison!.control.run).not.toBe(before!.id);
    expect(asked("main")).toBe(80);
    const { stdout } = await agentops(dir, ["diff", before!.id, run!.id]);
    expect(stdout).toMatch(/scored by two releases/);
  });

  test("text and Markdown show the control, the change and the regressions", async () => {
    const { dir } = await start("half", { half });
    const text = (await agentops(dir, ["eval", "--control", "p@main"], KEY)).stdout;
    expect(text).toMatch(/control +prompts\/p \(unpublished, [0-9a-f]{8}\), run /);
    expect(text).toMatch(/Δ successRate +100 % → 50 %, −50 points \[.*\] p < 0\.0001: worse/);
    expect(text).toMatch(/worse +40 cases: c0, c2, c4, c6, c8/);
    const markdown = (await agentops(dir, ["eval", "--control", "p@main", "--format", "markdown"], KEY)).stdout;
    expect(markdown).toContain("| successRate | 100 % | 50 % |");
  });

  test("--early-stop ends a worse one early", async () => {
    const { dir, asked } = await start("none", { none: () => ({ text: "no" }) });
    const { run, code } = await evalOf(dir, "--control", "p@main", "--early-stop");
    expect(run).toMatchObject({ verdict: "fail", status: "stopped", checks: [{ name: "earlyStop" }] });
    expect(asked("none")).toBeLessThan(40);
    expect(code).toBe(1);
  });

  test("--early-stop watches nothing where the control had other trials", async () => {
    const { dir, asked } = await start("none", { none: () => ({ text: "no" }) });
    const { run: control } = await evalOf(dir, "--target", "p@main");
    const { run } = await evalOf(dir, "--control", control!.id, "--trials", "2", "--early-stop");
    expect(run).toMatchObject({ verdict: "fail", status: "complete" });
    expect(run!.notes).toContain("no early stop: the stored run of the control had other cases or trials");
    expect(asked("none")).toBe(160);
  });

  test("a provider that refuses the key is exit 2", async () => {
    const down: Moods[string] = (_n, _call, response) =>
      json(response, 401, { error: { message: "no", type: "auth" } });
    const { dir } = await start("down", { down });
    expect((await evalOf(dir, "--control", "p@main")).code).toBe(2);
  });
});

describe("eval --control with recorded outputs", () => {
  const outputs = (from: number) =>
    Array.from({ length: 80 }, (_, i) => JSON.stringify({ id: `c${i}`, output: i < from ? "no" : "yes" })).join("\n");
  const project = () =>
    tempProject({
      "evals/s.suite.yml": `name: s\ndataset: d.jsonl\noutputs: { file: good.jsonl, case: id, output: output }\nscorers: [{ type: equals }]\n${MARGIN}`,
      "evals/d.jsonl": Array.from({ length: 80 }, (_, i) => caseLine(i)).join("\n"),
      "evals/good.jsonl": outputs(0),
      "bad.jsonl": outputs(30),
    });

  test("RUN compares two files of outputs", async () => {
    const dir = project();
    const { run: control } = await evalOf(dir);
    const { run, code } = await evalOf(dir, "--outputs", "bad.jsonl", "--control", control!.id);
    expect(run).toMatchObject({ verdict: "fail", comparison: { paired: { bothPass: 50, onlyControl: 30 } } });
    expect(code).toBe(1);
    const same = await evalOf(dir, "--control", control!.id);
    expect(same.run).toMatchObject({ verdict: "pass" });
  });

  test("REF is refused: it would change nothing", async () => {
    const dir = project();
    put(dir, P, 'name: p\nmodel: offline/x\nmessages: [{ role: user, content: "x" }]\n');
    const { code, stderr } = await evalOf(dir, "--control", "p");
    expect(JSON.parse(stderr).error).toMatchObject({
      message: "evals/s.suite.yml: recorded outputs are scored, so a ref as control would change nothing",
      hint: "name the stored run of the other outputs: --control RUN",
    });
    expect(code).toBe(2);
  });
});

describe("eval --control refuses before anything is asked", () => {
  test.each<[string, string[], RegExp]>([
    ["--early-stop without a control", ["--early-stop"], /--early-stop needs a control to be worse than/],
    ["--resume", ["--control", "p@main", "--resume", "latest"], /--resume and --control exclude each other/],
    ["an unknown artifact", ["--control", "nobody@main"], /nobody/],
    ["an unknown revision", ["--control", "p@nowhere"], /no git revision "nowhere"/],
    ["an unknown run", ["--control", "00000000"], /no run "00000000"/],
  ])("%s", async (_name, args, message) => {
    const { dir, asked } = await start("same");
    const { code, stderr, stdout } = await agentops(dir, ["eval", "s", ...args], KEY);
    expect(stderr).toMatch(message);
    expect([code, stdout, asked("same"), asked("main")]).toEqual([2, "", 0, 0]);
  });

  test("a run of another suite, and one that is not complete", async () => {
    const { dir, asked } = await start("same");
    put(dir, "evals/t.suite.yml", "name: t\ntarget: prompts/p\ndataset: d.jsonl\nscorers: [{ type: equals }]\n");
    const { run } = await evalOf(dir);
    const other = await agentops(dir, ["eval", "t", "--control", run!.id], KEY);
    expect(other.stderr).toContain(`run ${run!.id} is of suite s, so it is no control for t`);
    expect(other.code).toBe(2);
    const short = await evalOf(dir, "--max-cost", "0.01", "--no-cache");
    const half = await agentops(dir, ["eval", "s", "--control", short.run!.id], KEY);
    expect(half.stderr).toContain(`run ${short.run!.id} is stopped, and a control must be complete`);
    expect(half.stderr).toContain(`agentops eval --resume ${short.run!.id}`);
    expect(half.code).toBe(2);
    expect(asked("same")).toBeLessThan(90);
  });
});
