import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type GatePlan, gatePlanSchema } from "../../../gate/plan/plan.schema.ts";
import { KEY, moodyProject, startMoody } from "../../../testing/moody-provider.ts";
import { agentops, git, put } from "../../../testing/project.ts";
import { branchWith, commitAll, edit } from "../../../testing/repository.ts";

const PROMPT = "prompts/p.prompt.yml";
const SUITE = "evals/s.suite.yml";

let provider: Awaited<ReturnType<typeof startMoody>>;
beforeEach(async () => {
  provider = await startMoody();
});
afterEach(() => provider.close());

const gateOf = (dir: string, ...args: string[]) => agentops(dir, ["gate", "--base", "main", ...args], KEY);

async function planOf(dir: string, ...args: string[]): Promise<GatePlan> {
  const { code, stdout, stderr } = await gateOf(dir, "--dry-run", "--json", ...args);
  expect([code, stderr]).toEqual([0, ""]);
  return gatePlanSchema.parse(JSON.parse(stdout));
}

const sidesOf = (plan: GatePlan) => plan.runs.flatMap(({ sides }) => sides);

/** On `topic`, whose prompt is another than on `main`. */
async function branched(suite = ""): Promise<string> {
  const dir = await moodyProject(provider.baseUrl, suite);
  await branchWith(dir, "topic", PROMPT, (text) => text.replace("moods: main", "moods: other"));
  return dir;
}

describe("a dry run", () => {
  test("before anything was ever run: both sides, all calls, and no price that nobody knows", async () => {
    const dir = await branched("trials: 2\n");
    const plan = await planOf(dir);
    expect(plan).toMatchObject({ atBest: "pass", calls: 320, judgeCalls: 0, costUsd: null, maxCostUsd: null });
    expect(plan.runs).toMatchObject([{ artifact: "prompts/p", suite: "s", suiteFile: SUITE }]);
    const side = { model: "openai/gpt-4o-2024-08-06", cases: 80, trials: 2, answers: 160, calls: 160, stored: 0, costUsd: null, basis: null }; // prettier-ignore
    expect(sidesOf(plan)).toMatchObject([
      { side: "control", ref: expect.stringMatching(/^prompts\/p@[0-9a-f]{40}$/), ...side },
      { side: "candidate", ref: "prompts/p", ...side },
    ]);
    expect([provider.calls.length, existsSync(join(dir, ".agentops"))]).toEqual([0, false]);
    const { stdout } = await gateOf(dir, "--dry-run");
    expect(stdout).toContain("80 cases × 2 trials: 160 calls\n");
    expect(stdout).toContain("unknown: no complete run of this suite with this model yet");
    expect(stdout).toContain("would ask: 320 calls, cost unknown (of 2 sides)");
  });

  test("is the gate itself: what it says would be asked is asked, for what it says", async () => {
    const dir = await branched();
    await agentops(dir, ["eval", "s"], KEY);
    // The candidate's answers are in the store now; of the control nothing is but what one costs.
    const plan = await planOf(dir);
    expect(sidesOf(plan)).toMatchObject([
      { side: "control", calls: 80, stored: 0, reuses: null, basis: { perCallUsd: expect.closeTo(0.002, 9) } },
      { side: "candidate", calls: 0, stored: 80, costUsd: 0 },
    ]);
    expect(plan.costUsd).toBeCloseTo(80 * 0.002, 9);
    const asked = provider.calls.length;
    const { runs } = JSON.parse((await gateOf(dir, "--json")).stdout);
    expect(provider.calls.length - asked).toBe(plan.calls);
    expect(runs[0].metrics.costUsd.total).toBeCloseTo(plan.costUsd!, 9);
    const again = await planOf(dir);
    expect(sidesOf(again)).toMatchObject([{ reuses: runs[0].comparison.control.run, calls: 0 }, { calls: 0 }]);
    expect([again.calls, again.costUsd]).toEqual([0, 0]);
    expect((await gateOf(dir, "--dry-run")).stdout).toContain("stands for it");
    expect((await planOf(dir, "--no-cache")).calls).toBe(160);
  });

  test("says where a cap would end it, and takes a sample and trials as the gate does", async () => {
    const dir = await branched();
    await agentops(dir, ["eval", "s"], KEY);
    const plan = await planOf(dir, "--no-cache", "--max-cost", "0.1", "--sample", "60", "--trials", "2");
    expect(sidesOf(plan)).toMatchObject([
      { cases: 60, trials: 2, calls: 120, costUsd: expect.closeTo(0.24, 9), maxCost: { stops: true, afterCalls: 50 } },
      { cases: 60, trials: 2, calls: 120, maxCost: { stops: true, afterCalls: 50 } },
    ]);
    const { stdout } = await gateOf(dir, "--dry-run", "--no-cache", "--max-cost", "0.1");
    expect(stdout).toContain("--max-cost $0.1 stops it after about 50 of 80 calls, which decides nothing");
    const enough = await planOf(dir, "--no-cache", "--max-cost", "1");
    expect(sidesOf(enough).map(({ maxCost }) => maxCost)).toEqual(Array(2).fill({ stops: false, afterCalls: null }));
  });

  test("counts what a request of the control will have answered for the candidate by then", async () => {
    const dir = await moodyProject(provider.baseUrl);
    // Another version, the same requests.
    await branchWith(dir, "topic", PROMPT, (text) => `${text}description: what it is for\n`);
    const plan = await planOf(dir);
    expect(sidesOf(plan).map(({ calls, stored }) => [calls, stored])).toEqual([
      [80, 0],
      [0, 80],
    ]);
    await gateOf(dir, "--json");
    expect(provider.calls.length).toBe(80);
  });

  test("of a price that is unknown says so, never 0", async () => {
    const dir = await branched();
    edit(dir, "agentops.config.yaml", (text) => text.replace(/^pricing.*\n/m, ""));
    edit(dir, PROMPT, (text) => text.replace("gpt-4o-2024-08-06", "ft-nobody-2024-08-06"));
    await commitAll(dir, "unknown");
    await agentops(dir, ["eval", "s"], KEY);
    const [, candidate] = sidesOf(await planOf(dir, "--no-cache", "--max-cost", "1"));
    expect(candidate).toMatchObject({ costUsd: null, basis: { perCallUsd: null }, maxCost: { stops: null } });
    expect((await gateOf(dir, "--dry-run", "--no-cache")).stdout).toContain("does not tell all of it (no price");
  });

  test("writes nothing: no run, no evidence, no summary of a job", async () => {
    const dir = await branched();
    await agentops(dir, ["eval", "s"], KEY);
    put(dir, "summary.md", "");
    const before = await agentops(dir, ["store", "info", "--json"]);
    const stamp = statSync(join(dir, ".agentops/state.db")).mtimeMs;
    const files = readdirSync(join(dir, ".agentops")).filter((name) => !/-(shm|wal)$/.test(name));
    await agentops(dir, ["gate", "--base", "main", "--dry-run"], { ...KEY, GITHUB_STEP_SUMMARY: join(dir, "summary.md") }); // prettier-ignore
    expect(statSync(join(dir, ".agentops/state.db")).mtimeMs).toBe(stamp);
    expect(readdirSync(join(dir, ".agentops")).filter((name) => !/-(shm|wal)$/.test(name))).toEqual(files);
    expect((await agentops(dir, ["store", "info", "--json"])).stdout).toBe(before.stdout);
    expect(statSync(join(dir, "summary.md")).size).toBe(0);
  });
});

describe("what the gate would say whatever is answered", () => {
  test.each<[string, (dir: string) => Promise<void> | void, string, string]>([
    ["nothing changed", (dir) => edit(dir, PROMPT, (text) => `${text}# looked at\n`), "pass", "verdict: pass: no prompt and no agent changed in meaning (1 compared)"], // prettier-ignore
    ["nothing measures it", (dir) => put(dir, "prompts/q.prompt.yml", "name: q\nmodel: openai/gpt-4o-2024-08-06\nmessages: [{ role: user, content: hi }]\n"), "inconclusive", "verdict: inconclusive: no suite measures prompts/q"], // prettier-ignore
    ["the suite is weakened", (dir) => (edit(dir, PROMPT, (t) => t.replace("main", "other")), edit(dir, SUITE, (t) => t.replace("min: 0.9", "min: 0.5"))), "pass", "suite weakened by this change: s: bound successRate.min 0.9 → 0.5"], // prettier-ignore
    [
      "it was deleted",
      async (dir) => {
        await git(dir, "rm", "-q", PROMPT, SUITE);
      },
      "pass",
      "nothing was measured",
    ],
  ])("%s", async (_, change, atBest, said) => {
    const dir = await moodyProject(provider.baseUrl, "gate: { successRate: { min: 0.9 } }\n");
    await git(dir, "checkout", "-q", "-b", "topic");
    await change(dir);
    const dry = await gateOf(dir, "--dry-run");
    expect(dry.code).toBe(0);
    expect(dry.stdout).toContain(said);
    const plan = await planOf(dir);
    expect(plan.atBest).toBe(atBest);
    const real = JSON.parse((await gateOf(dir, "--json")).stdout);
    const head = ({ notes, weakened, changed, base, compared }: typeof real) => ({ notes, weakened, changed, base, compared }); // prettier-ignore
    expect(head(real)).toEqual(head(plan));
    if (plan.runs.length === 0) expect(real.verdict).toBe(plan.atBest);
  });
});

describe("is told apart from a gate", () => {
  test.each([
    [["--format", "junit"], "--dry-run has no --format junit"],
    [["--format", "github"], "--dry-run has no --format github"],
    [["--accept", "worth it"], "--dry-run and --accept exclude each other"],
    [["--format", "nonsense"], 'unknown format "nonsense"'],
  ])("%j is refused before anything is read", async (args, said) => {
    const dir = await moodyProject(provider.baseUrl);
    const { code, stdout, stderr } = await gateOf(dir, "--dry-run", ...args);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(said);
  });

  test("what the gate refuses before it asks is refused alike", async () => {
    const dir = await branched();
    edit(dir, SUITE, (text) => `${text}gate: { passHatK: { k: 3, min: 0.5 } }\n`);
    const [dry, real] = [await gateOf(dir, "--dry-run"), await gateOf(dir)];
    expect([dry.code, dry.stderr]).toEqual([2, real.stderr]);
    expect(provider.calls.length).toBe(0);
  });

  test("as Markdown it is a table", async () => {
    const { stdout } = await gateOf(await branched(), "--dry-run", "--format", "markdown");
    expect(stdout).toMatch(/^\*\*agentops gate, dry run\*\*: would ask 160 calls, cost unknown/);
    expect(stdout).toMatch(
      /\| `prompts\/p` \| `s` \| candidate `prompts\/p` \| 80 cases × 1 trial: 80 calls \| unknown/,
    );
  });
});

test("a gate asks no fallback model, on neither side", async () => {
  const dir = await branched();
  const spare = await startMoody();
  try {
    edit(dir, "agentops.config.yaml", (text) => text.replace("models: { ", `models: { spare: { kind: openai, baseUrl: "${spare.baseUrl}" }, `)); // prettier-ignore
    put(dir, "agents/a.agent.yml", "name: a\nprompt: p\nowner: { team: x }\nfallbackModels: [spare/m-2024-08-06]\n");
    edit(dir, SUITE, (text) => text.replace("target: prompts/p", "target: agents/a"));
    await git(dir, "checkout", "-q", "-B", "main");
    await commitAll(dir, "An agent that falls back");
    await branchWith(dir, "next", PROMPT, (text) => text.replace("moods: other", "moods: next"));
    await provider.close();
    const { code, stderr } = await gateOf(dir, "--json");
    expect(code).toBe(4);
    expect(stderr).toContain("cannot reach");
    expect(spare.calls.length).toBe(0);
    provider = await startMoody();
  } finally {
    await spare.close();
  }
});
