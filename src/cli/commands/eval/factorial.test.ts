import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { factorialSchema } from "../../../comparison/factorial/schema.ts";
import { KEY, moodyProject, type Moods, startMoody } from "../../../testing/moody-provider.ts";
import { agentops, git, put } from "../../../testing/project.ts";
import { json } from "../../../testing/provider.ts";
import { commitAll, edit } from "../../../testing/repository.ts";

const P = "prompts/p.prompt.yml";
const NEW_MODEL = "openai/gpt-4.1-2025-04-14";
const CROSS = ["eval", "s", "--factorial", "--control", "p@main"];

/** Of 100 cases 60 and 70 succeed with the old model, 65 and 95 with the new one: 20 points, 15 points, and 20 on each other. */
const upTo =
  (old: number, young: number): Moods[string] =>
  (n, { body }) => ({
    text: n < (body.model === "gpt-4o-2024-08-06" ? old : young) ? "yes" : "no",
  });
const MOODS: Moods = { main: upTo(60, 65), changed: upTo(70, 95) };

let provider: Awaited<ReturnType<typeof startMoody>>;
let dir = "";
beforeEach(async () => {
  provider = await startMoody(MOODS);
  dir = await moodyProject(provider.baseUrl, "", 100);
  edit(dir, "agentops.config.yaml", (text) =>
    text.replace("pricing: {", `pricing: { ${NEW_MODEL}: { inputPerMillionUsd: 200, outputPerMillionUsd: 200 },`),
  );
  await commitAll(dir, "Two prices");
  await git(dir, "checkout", "-q", "-b", "both");
  edit(dir, P, (text) => text.replace("moods: main", "moods: changed").replace(/^model: .*/m, `model: ${NEW_MODEL}`));
});
afterEach(() => provider.close());

async function crossed(args: string[] = CROSS, env: NodeJS.ProcessEnv = KEY) {
  const ran = await agentops(dir, [...args, "--json"], env);
  const document = ran.stdout === "" ? undefined : factorialSchema.parse(JSON.parse(ran.stdout));
  const experiment = document?.experiments[0];
  const metric = (name: string) => experiment?.metrics.find((m) => m.name === name);
  const effects = (name: string) => metric(name)?.effects.map((e) => Number(e.estimate.toPrecision(6)));
  return { ...ran, document, experiment, metric, effects };
}

describe("eval --factorial", () => {
  test("tells a prompt from its model, and says that they act on each other", async () => {
    const { code, stderr, experiment, effects, metric } = await crossed();
    expect([code, stderr]).toEqual([0, ""]);
    expect(experiment).toMatchObject({
      suite: "s",
      verdict: "decided",
      changed: ["prompt", "model"],
      cases: 100,
      trials: 1,
    });
    expect(metric("successRate")?.cells).toEqual([0.6, 0.7, 0.65, 0.95]);
    expect(effects("successRate")).toEqual([0.2, 0.15, 0.2]);
    // 20 tokens at 100 and at 200 USD a million.
    expect(effects("costUsd.perTask")).toEqual([0, 0.002, 0]);
    expect(metric("latencyMs.mean")?.cases).toBe(100);
    expect(experiment?.cells.map((c) => [c.prompt, c.model, c.pin.split("/")[1]])).toEqual([
      ["control", "control", "gpt-4o-2024-08-06"],
      ["candidate", "control", "gpt-4o-2024-08-06"],
      ["control", "candidate", "gpt-4.1-2025-04-14"],
      ["candidate", "candidate", "gpt-4.1-2025-04-14"],
    ]);
    expect(provider.calls).toHaveLength(400);
    const diff = JSON.parse((await agentops(dir, ["diff", "p@main", "p@worktree", "--json"])).stdout);
    const success = diff.metrics.find((m: { name: string }) => m.name === "successRate");
    expect([success.control, success.candidate], "each with the model it is published with").toEqual([0.6, 0.95]);
    const runs = JSON.parse((await agentops(dir, ["runs", "--json"])).stdout).runs;
    expect(runs.map((r: { id: string }) => r.id).toSorted()).toEqual(experiment?.cells.map((c) => c.run).toSorted());
  });

  test("of recorded answers needs no key, asks nobody and finds the same", async () => {
    expect((await crossed([...CROSS, "--record"])).code).toBe(0);
    const asked = provider.calls.length;
    await git(dir, "clean", "-xqfd", ".agentops");
    expect(readFileSync(join(dir, "fixtures/recordings/s.jsonl"), "utf8").trim().split("\n")).toHaveLength(400);
    const { code, stdout } = await agentops(dir, CROSS);
    expect([code, provider.calls.length]).toEqual([0, asked]);
    expect(stdout).toMatch(/^prompt +\+20 points \[\+14\.\d, \+25\.\d\] +< 0\.0001 +up$/m);
    expect(stdout).toMatch(/^model +\+15 points \[.*\] .* up$/m);
    expect(stdout).toMatch(/^interaction +\+20 points \[.*\] .* up$/m);
    expect(stdout).toMatch(/^prompt, with the candidate's model +\+30 points/m);
    expect(stdout).toContain("note: costUsd.perTask is not measured: no case was answered afresh in all four cells");
    expect(stdout.trim().split("\n").at(-1)).toMatch(
      /^verdict: decided: the prompt raises success: \+20 points .*they act on each other/,
    );
    const markdown = (await agentops(dir, [...CROSS, "--format", "markdown"])).stdout;
    expect(markdown).toMatch(/^\*\*agentops eval --factorial: ✅ decided\*\*: .*\n/);
    expect(markdown).toContain("| candidate's prompt | 70 % | 95 % |");
  });

  test("of too few cases decides nothing: exit 3, and says how many it takes", async () => {
    const { code, experiment } = await crossed([...CROSS, "--sample", "12"]);
    expect(code).toBe(3);
    expect(experiment).toMatchObject({ verdict: "inconclusive", cases: 12 });
    expect(experiment!.need).toBeGreaterThan(12);
    expect((await agentops(dir, [...CROSS, "--sample", "12"], KEY)).stdout).toContain("is not told by these cases");
  });

  test("that ran out of money is gone on with, and asks nothing twice", async () => {
    const first = await crossed([...CROSS, "--max-cost", "0.5"]);
    expect([first.code, first.experiment?.verdict]).toEqual([3, "inconclusive"]);
    expect(first.experiment?.stopped).toMatch(/stopped at --max-cost .*; agentops eval --resume \S+$/);
    expect(provider.calls.length).toBeLessThan(400);
    const run = first.experiment!.stopped!.split(" ").at(-1)!;
    const second = await crossed(["eval", "--resume", run]);
    expect([second.code, provider.calls.length]).toEqual([0, 400]);
    expect(second.experiment?.id).toBe(first.experiment?.id);
    expect(second.effects("successRate")).toEqual([0.2, 0.15, 0.2]);
  });

  test("is not gone on with when a version changed meanwhile", async () => {
    const first = await crossed([...CROSS, "--max-cost", "0.1"]);
    edit(dir, P, (text) => text.replace("moods: changed", "moods: main"));
    const { code, stderr } = await crossed(["eval", "--resume", first.experiment!.cells.at(-1)!.run]);
    expect([code, JSON.parse(stderr).error]).toMatchObject([
      2,
      {
        message: "prompts/p changed since the first cell was filled",
        hint: expect.stringContaining("--factorial --control p@main") as string,
      },
    ]);
  });

  test("with a cell that lost too many trials to errors ends as such a run does, names the cell and the way on", async () => {
    const main = MOODS["main"]!;
    MOODS["main"] = (n, call, response) =>
      n < 10 && call.body.model !== "gpt-4o-2024-08-06"
        ? json(response, 400, { error: { message: "refused", type: "invalid_request_error" } })
        : main(n, call, response);
    const { code, stdout, stderr } = await crossed();
    expect([code, stdout]).toEqual([2, ""]);
    expect(JSON.parse(stderr).error).toMatchObject({
      message: expect.stringMatching(
        /10 of 100 trials of control prompt × candidate model ended in an error/,
      ) as string,
      hint: expect.stringMatching(/agentops eval --resume /) as string,
    });
    MOODS["main"] = main;
    const run = JSON.parse(stderr).error.hint.split(" ").at(-1) as string;
    expect((await crossed(["eval", "--resume", run])).effects("successRate")).toEqual([0.2, 0.15, 0.2]);
    expect(provider.calls).toHaveLength(410);
  });
});

describe("eval --factorial is misuse", () => {
  test.each<[string, string[], RegExp]>([
    [
      "without a version to compare with",
      ["eval", "s", "--factorial"],
      /needs the version to compare with: --control REF/,
    ],
    ["with a run", ["eval", "s", "--factorial", "--control", "latest"], /latest is a run, and a run has one model/],
    ["with one model", [...CROSS, "--model", NEW_MODEL], /--factorial and --model exclude each other/],
    ["with recorded outputs", [...CROSS, "--outputs", "x.jsonl"], /--factorial and --outputs exclude each other/],
    ["with --early-stop", [...CROSS, "--early-stop"], /--factorial and --early-stop exclude each other/],
    ["of a version with itself", [...CROSS, "--target", "p@main"], /p@main and p@main answer alike: nothing changed/],
    ["in JUnit", [...CROSS, "--format", "junit"], /junit/],
  ])("%s", async (_name, args, message) => {
    const { code, stderr } = await agentops(dir, args, KEY);
    expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
    expect(provider.calls).toHaveLength(0);
  });

  test.each<[string, (text: string) => string, RegExp]>([
    [
      "the prompt alone changed",
      (text) => text.replace(NEW_MODEL, "openai/gpt-4o-2024-08-06"),
      /both versions answer with openai\/gpt-4o-2024-08-06/,
    ],
    ["the model alone changed", (text) => text.replace("moods: changed", "moods: main"), /only the model changed/],
    [
      "the model floats",
      (text) => text.replace(NEW_MODEL, "openai/gpt-4.1"),
      /"openai\/gpt-4\.1" floats: .*gpt-4o-2024-08-06/,
    ],
    ["it names no model", (text) => text.replace(/^model: .*\n/m, ""), /names no model/],
  ])("where %s", async (_name, change, message) => {
    edit(dir, P, change);
    const { code, stderr } = await agentops(dir, CROSS, KEY);
    expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
  });

  test("where the suite has a model of its own: at its line", async () => {
    edit(dir, "evals/s.suite.yml", (text) => `${text}model: ${NEW_MODEL}\n`);
    const { code, stderr } = await agentops(dir, CROSS, KEY);
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/evals\/s\.suite\.yml:5:8: the suite has a model of its own/),
    ]);
  });

  test("where no suite is named and none has the artifact as its target", async () => {
    put(dir, "prompts/q.prompt.yml", readFileSync(join(dir, P), "utf8").replace("name: p", "name: q"));
    for (const control of ["p@main", "prompts/p@main"]) {
      const own = await crossed(["eval", "--factorial", "--control", control, "--target", "p", "--sample", "12"]);
      expect(
        own.document?.experiments.map((e) => e.suite),
        own.stderr,
      ).toEqual(["s"]);
    }
    const { code, stderr } = await agentops(dir, ["eval", "--factorial", "--control", "q@main"], KEY);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/no suite has q as its target/)]);
  });
});
