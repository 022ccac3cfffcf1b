import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ServerResponse } from "node:http";
import { afterEach, describe, expect, test } from "vitest";
import { agentops, put, tempProject } from "../../../testing/project.ts";
import { chatAnswer, type FakeProvider, json, startProvider } from "../../../testing/provider.ts";

type Answer = (n: number, response: ServerResponse) => unknown;

const right: Answer = (_, response) => chatAnswer(response, "yes");
const wrong: Answer = (_, response) => chatAnswer(response, "no");
const status = (code: number, body: object = { error: { message: "nothing for you" } }): Answer => (_, response) => json(response, code, body); // prettier-ignore
/** Some cases are answered otherwise. */
const but = (cases: (n: number) => boolean, other: Answer): Answer => (n, response) => (cases(n) ? other : right)(n, response); // prettier-ignore

const KEYS = { OPENAI_API_KEY: "sk-test-0123456789abcdefghij", SPARE_KEY: "sk-spare-9876543210zyxwvutsr" };

const open: FakeProvider[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((provider) => provider.close()));
});

/** One server a provider, which answers a case by its number. */
async function serve(answer: Answer): Promise<FakeProvider> {
  const provider = await startProvider((call, response) => {
    answer(Number(call.body.messages.at(-1).content), response);
  });
  open.push(provider);
  return provider;
}

interface Drill {
  main: Answer;
  spare?: Answer;
  third?: Answer;
  cases?: number;
  fallbackModels?: string;
  retries?: number;
  timeoutMs?: number;
  maxErrorRate?: number;
  suite?: string;
}

async function drill({ main, spare = right, third = right, cases = 10, ...more }: Drill) {
  const servers = { main: await serve(main), spare: await serve(spare), third: await serve(third) };
  const dir = tempProject({
    "agentops.config.yaml": `project: x
models:
  main: { kind: openai, baseUrl: "${servers.main.baseUrl}" }
  spare: { kind: openai, baseUrl: "${servers.spare.baseUrl}", apiKeyEnv: SPARE_KEY }
  third: { kind: openai, baseUrl: "${servers.third.baseUrl}" }
pricing: { main/m-2024-08-06: { inputPerMillionUsd: 100, outputPerMillionUsd: 100 }, spare/s-2024-08-06: { inputPerMillionUsd: 1000, outputPerMillionUsd: 1000 } }
limits: { concurrency: 2, retries: ${more.retries ?? 0}, timeoutMs: ${more.timeoutMs ?? 30_000}, maxErrorRate: ${more.maxErrorRate ?? 1} }
`,
    "prompts/p.prompt.yml": 'name: p\nmodel: main/m-2024-08-06\nmessages: [{ role: user, content: "{{q}}" }]\n',
    "agents/a.agent.yml": `name: a\nprompt: p\nowner: { team: x }\nfallbackModels: [${more.fallbackModels ?? "spare/s-2024-08-06, third/t-2024-08-06"}]\n`,
    "evals/s.suite.yml": `name: s\ntarget: agents/a\ndataset: d.jsonl\nscorers: [{ type: equals }]\n${more.suite ?? ""}`,
    "evals/d.jsonl": Array.from({ length: cases }, (_, n) => JSON.stringify({ id: `c${n}`, vars: { q: String(n) }, expected: "yes" })).join("\n"), // prettier-ignore
  });
  const evaluate = async (...args: string[]) => {
    const ran = await agentops(dir, ["eval", ...args, "--json"], KEYS);
    return { ...ran, run: JSON.parse(ran.stdout === "" ? "{}" : ran.stdout).runs?.[0] };
  };
  const asked = () => Object.values(servers).map(({ calls }) => calls.length);
  return { dir, evaluate, asked, ...servers };
}

const third = (n: number) => n % 3 === 0;
const one = (n: number) => n === 3;

describe("a fallback model is asked when the provider", () => {
  test.each<[string, Answer]>([
    ["closes the connection", (_, response) => response.destroy()],
    ["breaks off in the middle of an answer", (_, response) => (response.writeHead(200, { "content-length": "900" }), response.write("{"), setTimeout(() => response.destroy(), 20))], // prettier-ignore
    ["answers 500", status(500)],
    ["answers 529, as one that is overloaded", status(529)],
    ["goes on answering 429", status(429)],
    ["does not answer in time", () => undefined],
  ])("%s", async (title, main) => {
    const timeoutMs = title === "does not answer in time" ? 2000 : 30_000;
    const { evaluate, asked } = await drill({ main: but(third, main), timeoutMs });
    const { code, run } = await evaluate();
    expect(run).toMatchObject({ scored: 6, errors: 4, succeeded: 6 });
    expect(run.fallbacks).toMatchObject([{ model: "spare/s-2024-08-06", asked: 4, scored: 4, succeeded: 4 }]);
    expect([code, asked()]).toEqual([0, [10, 4, 0]]);
  });

  test("failed after every retry", async () => {
    const { evaluate, asked } = await drill({ main: but(one, status(503)), retries: 1 });
    expect((await evaluate()).run.fallbacks).toMatchObject([{ asked: 1 }]);
    expect(asked()).toEqual([11, 1, 0]);
  });
});

describe("a fallback model is not asked", () => {
  const refusal = { id: "1", object: "chat.completion", created: 1, model: "m", choices: [{ index: 0, message: { role: "assistant", content: null, refusal: "I won't" }, finish_reason: "content_filter" }], usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 } }; // prettier-ignore
  test.each<[string, Answer, string[]]>([
    ["for a bad answer", wrong, []],
    ["for a refusal", status(200, refusal), []],
    ["for an empty answer", (_, response) => chatAnswer(response, ""), []],
    ["for what is no answer at all", status(200, { hello: "world" }), []],
    ["for a request that is not valid", status(400), []],
    ["for a key that is refused", status(401), []],
    ["for an account without money", status(429, { error: { code: "insufficient_quota", message: "pay" } }), []],
    ["for a model that is not there", status(404), []],
    ["with --no-fallback", status(500), ["--no-fallback"]],
    ["for a model that replaces the agent's own", status(500), ["--model", "main/other-2024-08-06"]],
  ])("%s", async (_, main, flags) => {
    const { evaluate, asked } = await drill({ main: but(third, main) });
    const { run } = await evaluate(...flags);
    expect(run.fallbacks).toBeUndefined();
    expect(asked().slice(1)).toEqual([0, 0]);
  });

  test("when the money is gone: neither for trials that were not begun nor beyond what is left", async () => {
    const { evaluate, spare } = await drill({ main: but((n) => n > 0, status(500)), cases: 40 });
    // 0.011 USD a call of the pinned model, 0.11 of the other.
    const { run, stderr } = await evaluate("--max-cost", "0.4");
    expect(run).toMatchObject({ scored: 1, errors: 39, stopped: null });
    expect(stderr).toContain("warning: --max-cost 0.4 USD leaves nothing for fallback models");
    expect(run.fallbacks[0].metrics.costUsd.total + run.metrics.costUsd.total).toBeLessThanOrEqual(0.4);
    expect(spare.calls.length).toBe(3);
  });
});

describe("what a fallback model answers", () => {
  test("is an arm of its own, and in none of the figures of the pinned model", async () => {
    const of = { main: but(third, status(500)), spare: but((n) => n === 0, wrong) };
    const [plain, fell] = [await drill(of), await drill(of)];
    const without = (await plain.evaluate("--no-fallback")).run;
    const { fallbacks, ...with_ } = (await fell.evaluate()).run;
    const comparable = ({ metrics, ...run }: any) => ({ ...run, metrics: { ...metrics, latencyMs: 0 }, id: "", firstError: null }); // prettier-ignore
    expect(comparable(with_)).toEqual(comparable(without));
    expect(with_.metrics.latencyMs.recorded).toBe(6);
    const [arm] = fallbacks;
    expect(arm).toMatchObject({ asked: 4, scored: 4, errors: 0, succeeded: 3, fromCache: 0 });
    expect(arm.metrics.successRate).toMatchObject({ estimate: 0.75, ci95: [expect.any(Number), expect.any(Number)] });
    expect(arm.metrics.costUsd.total).toBeCloseTo(4 * 0.11, 9);
    expect(arm.metrics.latencyMs).toMatchObject({ recorded: 4 });
    const { stdout } = await agentops(fell.dir, ["runs", "show", "latest"], KEYS);
    expect(stdout).toContain("10 cases × 1 trial: 6 of 6 trials succeeded, 4 errors (4 answered by a fallback model)");
    expect(stdout).toMatch(/fallback +spare\/s-2024-08-06: asked for 4 trials whose provider failed/);
    expect(stdout).toMatch(/fallback success +75 % {2}\[[\d.]+ %, [\d.]+ %\] {2}\(3 of 4 trials\)/);
    expect(stdout).toMatch(/fallback cost +\$0.44 in all, \$0.11 a task/);
    const shown = JSON.parse((await agentops(fell.dir, ["runs", "show", "latest", "--case", "c0", "--json"], KEYS)).stdout); // prettier-ignore
    expect(shown.cases[0].trials[0]).toMatchObject({ verdict: "error", output: null, costUsd: null, fallbacks: [{ model: "spare/s-2024-08-06", verdict: "fail", output: "no" }] }); // prettier-ignore
    expect(JSON.stringify(shown)).not.toContain(KEYS.SPARE_KEY);
    const markdown = (await agentops(fell.dir, ["eval", "--no-cache", "--format", "markdown"], KEYS)).stdout;
    expect(markdown).toMatch(/\| fallback success \| 75 % /);
  });

  test("makes no pass of a run that its own model was missing from", async () => {
    const gate = "gate: { successRate: { min: 0.1 } }\n";
    const { evaluate } = await drill({ main: but((n) => n % 2 === 0, status(500)), maxErrorRate: 0.05, suite: gate }); // prettier-ignore
    const { code, stdout, stderr } = await evaluate();
    expect([code, JSON.parse(stdout).verdict]).toEqual([4, "inconclusive"]);
    expect(stderr).toContain("5 of 10 trials ended in an error");
  });

  test("does not save a run from what its own model got wrong, nor cost it what it got right", async () => {
    const gate = "gate: { successRate: { min: 0.5 }, costPerTaskUsd: { max: 0.02 }, passHatK: { k: 1, min: 0.9 }, policy: point }\n"; // prettier-ignore
    const { evaluate } = await drill({ main: but(one, status(500)), spare: wrong, maxErrorRate: 0.1, suite: gate }); // prettier-ignore
    const { code, run } = await evaluate();
    expect([code, run.checks.map((c: any) => c.verdict)]).toEqual([0, ["pass", "pass", "pass"]]);
    expect(run.fallbacks).toMatchObject([{ scored: 1, succeeded: 0 }]);
  });

  test("is compared with nothing, which a diff says", async () => {
    const { dir, evaluate, spare } = await drill({ main: but(one, status(500)), spare: wrong });
    const first = (await evaluate("--model", "third/t-2024-08-06")).run.id;
    const { run } = await evaluate("--control", first);
    expect(run.comparison.paired.cases).toBe(9);
    const said = (await agentops(dir, ["diff", first, run.id], KEYS)).stdout;
    expect(said).toContain("(1 of them: only a fallback model answered, which is no part of this)");
    expect(spare.calls.length).toBe(1);
  });
});

describe("each in order", () => {
  test("until one answers; one that cannot be asked here is passed over, and said", async () => {
    const { evaluate, asked } = await drill({
      main: but(one, status(500)),
      spare: status(500),
      fallbackModels: "nobody/x-1, main/m-2024-08-06, spare/s-2024-08-06, third/t-2024-08-06",
    });
    const { run } = await evaluate();
    expect(run.fallbacks.map((arm: any) => [arm.model, arm.scored, arm.errors])).toEqual([
      ["nobody/x-1", 0, 1],
      ["spare/s-2024-08-06", 0, 1],
      ["third/t-2024-08-06", 1, 0],
    ]);
    expect(run.fallbacks[0].firstError.message).toContain('no model provider "nobody"');
    expect(asked()).toEqual([10, 1, 1]);
  });

  test("a key that is missing is said without its value, and no eval needs it that falls back to nothing", async () => {
    const { dir, evaluate } = await drill({ main: but(one, status(500)), fallbackModels: "spare/s-2024-08-06" });
    const { OPENAI_API_KEY } = KEYS;
    const { runs } = JSON.parse((await agentops(dir, ["eval", "--json"], { OPENAI_API_KEY })).stdout);
    expect(runs[0].fallbacks).toMatchObject([{ scored: 0, errors: 1, firstError: { kind: "request" } }]);
    expect(runs[0].fallbacks[0].firstError.message).toContain("SPARE_KEY");
    expect((await evaluate("--filter", "id=c1")).run.fallbacks).toBeUndefined();
  });
});

test("a run whose own model never answers ends, whatever the others answer", async () => {
  const { evaluate, spare } = await drill({ main: status(500), cases: 60 });
  const { code, run } = await evaluate();
  expect([code, run.status]).toEqual([4, "failed"]);
  expect(run.errors).toBeLessThan(30);
  expect(run.fallbacks[0].scored).toBeGreaterThan(0);
  expect(spare.calls.length).toBeLessThan(30);
});

test("a resume asks the pinned model again, and keeps of the others only what still fails", async () => {
  let down = (n: number) => n < 4;
  const { dir, evaluate, main } = await drill({ main: (n, response) => but(down, status(500))(n, response) });
  const { run } = await evaluate();
  expect(run.fallbacks).toMatchObject([{ asked: 4, scored: 4 }]);
  down = one;
  const resumed = JSON.parse((await agentops(dir, ["eval", "--resume", run.id, "--json"], KEYS)).stdout).runs[0];
  expect(resumed).toMatchObject({ scored: 9, errors: 1, succeeded: 9, fallbacks: [{ asked: 1, fromCache: 1 }] });
  expect(main.calls.length).toBe(14);
  down = () => false;
  const whole = JSON.parse((await agentops(dir, ["eval", "--resume", run.id, "--json"], KEYS)).stdout).runs[0];
  expect([whole.scored, whole.fallbacks]).toEqual([10, undefined]);
});

describe("what is kept of it", () => {
  test("is under the fallback model's own key: the pinned model is asked again, the other is not", async () => {
    const { evaluate, asked } = await drill({ main: but(one, status(500)) });
    await evaluate();
    expect((await evaluate()).run).toMatchObject({ fromCache: 9, errors: 1, fallbacks: [{ scored: 1, fromCache: 1 }] });
    expect(asked()).toEqual([11, 1, 0]);
    expect((await evaluate("--no-cache")).run.fallbacks).toMatchObject([{ fromCache: 0 }]);
  });

  test("is recorded under its own name, and answers for nobody else when it is replayed", async () => {
    const { dir, evaluate, spare } = await drill({ main: but(one, status(500)) });
    await evaluate("--record");
    const lines = readFileSync(join(dir, "fixtures/recordings/s.jsonl"), "utf8").trim().split("\n").map((l) => JSON.parse(l)); // prettier-ignore
    expect(lines.filter(({ pin }) => pin === "spare/s-2024-08-06").map((l) => l.case)).toEqual(["c3"]);
    expect(lines).toHaveLength(10);
    put(dir, ".agentops/none", "");
    const replayed = await agentops(dir, ["eval", "--json", "--no-cache"], {});
    // A recording that is missing is no provider that failed.
    expect(JSON.parse(replayed.stdout).runs[0]).toMatchObject({ scored: 9, errorsByKind: { "missing-recording": 1 } });
    expect(JSON.parse(replayed.stdout).runs[0].fallbacks).toBeUndefined();
    expect(spare.calls.length).toBe(1);
  });

  test("names no key, in no file and on no stream", async () => {
    const quoting: Answer = status(500, { error: { message: `bad key ${KEYS.SPARE_KEY}` } });
    const { dir, evaluate } = await drill({ main: but(one, status(500)), spare: quoting });
    const { stdout, stderr } = await evaluate("--record");
    const files = [".agentops/state.db", "fixtures/recordings/s.jsonl"];
    const written = files.map((file) => readFileSync(join(dir, file), "latin1")).join("");
    expect([stdout, stderr, written].some((text) => text.includes(KEYS.SPARE_KEY))).toBe(false);
    expect(stdout).toContain("bad key [REDACTED");
  });
});

test("a fallback model under a name that moves is said, as lint does", async () => {
  const { dir, evaluate } = await drill({ main: right, fallbackModels: "third/gpt-4o" });
  expect((await evaluate()).stderr).toMatch(/warning: agents\/a: fallbackModels: "third\/gpt-4o" floats/);
  const { code, stdout } = await agentops(dir, ["lint", "agents/a"], KEYS);
  expect([code, stdout]).toEqual([2, expect.stringContaining("floating-model")]);
});
