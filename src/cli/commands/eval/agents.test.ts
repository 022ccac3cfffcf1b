import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, test } from "vitest";
import { agentops, put, spawnAgentops, tempProject } from "../../../testing/project.ts";
import { chatAnswer, type FakeProvider, json, startProvider } from "../../../testing/provider.ts";

/** An agent as a user would write one: reads lines, answers lines; some inputs make it misbehave. */
const BOT = `
import { appendFileSync } from "node:fs";
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
appendFileSync("pids.txt", process.pid + "\\n");
for await (const line of createInterface({ input: process.stdin })) {
  const { id, vars } = JSON.parse(line);
  if (vars.q === "die") process.exit(3);
  if (vars.q === "hang") {
    const child = spawn("sleep", ["600"]);
    appendFileSync("pids.txt", child.pid + "\\n");
    continue;
  }
  if (vars.q === "rubbish") { console.log("not json"); continue; }
  console.log(JSON.stringify({ id, output: vars.q.toUpperCase(), toolCalls: [{ name: "shout", arguments: { text: vars.q } }], costUsd: 0.01, model: "bot-7", secret: process.env.OPENAI_API_KEY ?? "none" }));
}
`;

function botProject(questions: string[], more = ""): string {
  return tempProject({
    "agentops.config.yaml":
      "project: x\nmodels: { mybot: { kind: exec, command: [node, bot.mjs] } }\nlimits: { concurrency: 2, timeoutMs: 1500, maxErrorRate: 1 }\n",
    "bot.mjs": BOT,
    "prompts/p.prompt.yml": 'name: p\nmodel: mybot/v1\nmessages: [{ role: user, content: "{{q}}" }]\n',
    "evals/s.suite.yml": `name: s\ntarget: prompts/p\ncases: [${questions.map((q, i) => `{ id: c${i}, vars: { q: "${q}" }, expected: "${q.toUpperCase()}" }`).join(", ")}]\nscorers: [{ type: equals }, { type: "trajectory:tool-used", value: shout }]\n${more}`,
  });
}

const pidsOf = (dir: string) => readFileSync(join(dir, "pids.txt"), "utf8").trim().split("\n").map(Number);
const alive = (pid: number) =>
  existsSync(`/proc/${pid}`) && !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));

describe("an agent process", () => {
  test("is kept alive and pooled, and sees no key it was not given", async () => {
    const dir = botProject(Array.from({ length: 40 }, (_, i) => `q${i}`));
    const run = await agentops(dir, ["eval", "--json"], { OPENAI_API_KEY: "sk-test-0123456789abcdefghij" });
    const [result] = JSON.parse(run.stdout).runs;
    expect(result).toMatchObject({ scored: 40, succeeded: 40, errors: 0, answeredBy: ["bot-7"] });
    expect(result.metrics.costUsd.total).toBeCloseTo(0.4, 9);
    expect(pidsOf(dir).length).toBeLessThanOrEqual(2);
    expect(pidsOf(dir).some(alive)).toBe(false);
    // Its name does not pin what answers, so nothing of it is remembered.
    expect(JSON.parse((await agentops(dir, ["eval", "--json"])).stdout).runs[0].fromCache).toBe(0);
  });

  test("that dies, hangs or talks rubbish is an error of that trial; its children die with it", async () => {
    const dir = botProject(["a", "die", "b", "hang", "c", "rubbish", "d"]);
    const run = await agentops(dir, ["eval", "--json"]);
    const [result] = JSON.parse(run.stdout).runs;
    expect(result).toMatchObject({ scored: 4, succeeded: 4, errors: 3 });
    const { cases } = JSON.parse((await agentops(dir, ["runs", "show", "--json"])).stdout);
    const messages = cases.map((c: any) => c.trials[0].error.message).join("\n");
    expect(messages).toMatch(/exited with code 3/);
    expect(messages).toMatch(/not json/);
    expect(result.errorsByKind.timeout).toBe(1);
    await sleep(200);
    expect(pidsOf(dir).filter(alive)).toEqual([]);
  });

  test("whose figures make no sense is warned about, and its finish reason is read in any spelling", async () => {
    const dir = botProject(["a"]);
    put(
      dir,
      "bot.mjs",
      BOT.replace("costUsd: 0.01", 'costUsd: "free", usage: { input: -1, output: 2 }, finishReason: "tool_calls"'),
    );
    put(
      dir,
      "evals/s.suite.yml",
      "name: s\ntarget: prompts/p\ncases: [{ id: a, vars: { q: a } }]\nscorers: [{ type: finish-reason, value: tool-calls }]\n",
    );
    const [result] = JSON.parse((await agentops(dir, ["eval", "--json"])).stdout).runs;
    expect(result).toMatchObject({ succeeded: 1, metrics: { costUsd: null, tokens: { input: null, output: 2 } } });
    expect(result.warnings.join("\n")).toMatch(/costUsd is no number[^]*usage\.input is no number/);
  });

  test("is gone after Ctrl-C", async () => {
    const dir = botProject(["hang", "hang", "a"]);
    const child = spawnAgentops(dir, ["eval"]);
    while (!existsSync(join(dir, "pids.txt")) || pidsOf(dir).length < 4) await sleep(20);
    child.kill("SIGINT");
    expect((await child).exitCode).toBe(130);
    await sleep(300);
    expect(pidsOf(dir).filter(alive)).toEqual([]);
  });
});

describe("over HTTP", () => {
  const ENV = { OPENAI_API_KEY: "sk-test-0123456789abcdefghij" };
  let provider: FakeProvider | undefined;
  afterEach(async () => {
    await provider?.close();
    provider = undefined;
  });

  test("an http agent gets the case and answers with calls and cost", async () => {
    provider = await startProvider(({ body }, response) =>
      json(response, 200, { id: body.id, output: `${body.vars.q}!`, costUsd: 0.5, usage: { input: 3, output: 4 } }),
    );
    const dir = tempProject({
      "agentops.config.yaml": `project: x\nmodels: { remote: { kind: http, url: "${provider.baseUrl}/run" } }\n`,
      "prompts/p.prompt.yml": 'name: p\nmodel: remote/v1\nmessages: [{ role: user, content: "{{q}}" }]\n',
      "evals/s.suite.yml":
        'name: s\ntarget: prompts/p\ncases: [{ id: a, vars: { q: hi }, expected: "hi!" }]\nscorers: [{ type: equals }]\n',
    });
    const [result] = JSON.parse((await agentops(dir, ["eval", "--json"])).stdout).runs;
    expect(result).toMatchObject({
      succeeded: 1,
      metrics: { costUsd: { total: 0.5 }, tokens: { input: 3, output: 4 } },
    });
    expect(provider.calls[0]?.body).toMatchObject({
      case: "a",
      trial: 0,
      vars: { q: "hi" },
      messages: [{ role: "user", content: "hi" }],
    });
  });

  const judged = (baseUrl: string) =>
    tempProject({
      "agentops.config.yaml": `project: x\nmodels: { openai: { kind: openai, baseUrl: "${baseUrl}", stream: true } }\nlimits: { maxErrorRate: 1, retries: 0 }\n`,
      "prompts/p.prompt.yml":
        'name: p\nmodel: offline/stand-in-v1\nmessages: [{ role: system, content: "- fine: good" }, { role: user, content: "{{q}}" }]\n',
      "evals/s.suite.yml":
        "name: s\ntarget: prompts/p\ncases: [{ id: a, vars: { q: good } }, { id: b, vars: { q: good b } }]\nscorers: [{ type: llm-rubric, value: Is it polite?, model: openai/gpt-4o-2024-08-06 }]\n",
    });
  const stream = (response: any, text: string) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    const chunk = (delta: unknown, more = {}) =>
      response.write(
        `data: ${JSON.stringify({ id: "1", object: "chat.completion.chunk", created: 1, model: "gpt-4o-2024-08-06", choices: [{ index: 0, delta, finish_reason: null }], ...more })}\n\n`,
      );
    chunk({ role: "assistant", content: "" });
    chunk({ content: text });
    response.write(
      `data: ${JSON.stringify({ id: "1", object: "chat.completion.chunk", created: 1, model: "gpt-4o-2024-08-06", choices: [{ index: 0, delta: {}, finish_reason: "stop" }] })}\n\n`,
    );
    response.write(
      `data: ${JSON.stringify({ id: "1", object: "chat.completion.chunk", created: 1, model: "gpt-4o-2024-08-06", choices: [], usage: { prompt_tokens: 100, completion_tokens: 10, total_tokens: 110 } })}\n\n`,
    );
    response.end("data: [DONE]\n\n");
  };

  test("a judge scores with its reason and its cost", async () => {
    provider = await startProvider((_, response) =>
      stream(response, '{"pass": true, "score": 0.8, "reason": "kind words"}'),
    );
    const dir = judged(provider.baseUrl);
    const [result] = JSON.parse((await agentops(dir, ["eval", "--json"], ENV)).stdout).runs;
    expect(result).toMatchObject({ succeeded: 2, errors: 0 });
    expect(result.metrics.scorers["llm-rubric"].mean).toBeCloseTo(0.8, 9);
    // 100 input and 10 output tokens a verdict, at 2.50 and 10 USD a million.
    expect(result.metrics.judgeCostUsd).toBeCloseTo(2 * 0.00035, 9);
    expect((await agentops(dir, ["runs", "show", "--all"])).stdout).toContain("kind words");
  });

  test("a verdict that cannot be read is asked for once more, then an error of the judge, told apart from the agent's", async () => {
    provider = await startProvider((_, response) => stream(response, "I think it is fine."));
    const dir = judged(provider.baseUrl);
    const [result] = JSON.parse((await agentops(dir, ["eval", "--json"], ENV)).stdout).runs;
    expect(result).toMatchObject({ scored: 0, errors: 2, judgeErrors: 2, succeeded: 0, errorsByKind: { judge: 2 } });
    // Two replies for each of two cases, and every one of them was paid for.
    expect(provider.calls).toHaveLength(4);
    expect(result.metrics.judgeCostUsd).toBeCloseTo(4 * 0.00035, 9);
    const text = await agentops(dir, ["eval", "--no-cache"], ENV);
    expect(text.stdout).toContain("none of 2 trials was scored, 2 errors of the judge");
    const markdown = await agentops(dir, ["eval", "--format", "markdown"], ENV);
    expect(markdown.stdout).toContain("2 errors of the judge");
    const junit = await agentops(dir, ["eval", "--format", "junit"], ENV);
    expect(junit.stdout).toMatch(/<property name="judgeErrors" value="2"\/>[^]*<error [^>]*type="judge"/);
  });

  test("both replies of a judge that was asked twice are recorded, and answer later without a key", async () => {
    provider = await startProvider(({ body }, response) => {
      const again = body.messages.length > 2;
      stream(response, again ? '<think>hm</think> {"pass": true, "score": 1}' : "It is polite.");
    });
    const dir = judged(provider.baseUrl);
    await agentops(dir, ["eval", "--record"], ENV);
    expect(provider.calls).toHaveLength(4);
    await provider.close();
    const [result] = JSON.parse((await agentops(dir, ["eval", "--json"])).stdout).runs;
    expect(result).toMatchObject({ succeeded: 2, errors: 0, judgeErrors: 0 });
    expect(result.metrics.judgeCostUsd).toBeCloseTo(4 * 0.00035, 9);
  });

  test("a streamed answer has a time to first token", async () => {
    provider = await startProvider((_, response) => stream(response, "fine"));
    const dir = judged(provider.baseUrl);
    put(
      dir,
      "evals/s.suite.yml",
      "name: s\ntarget: prompts/p\nmodel: openai/gpt-4o-2024-08-06\ncases: [{ id: a, vars: { q: good }, expected: fine }]\nscorers: [{ type: equals }]\n",
    );
    const [result] = JSON.parse((await agentops(dir, ["eval", "--json"], ENV)).stdout).runs;
    expect(result).toMatchObject({ succeeded: 1, metrics: { tokens: { input: 100, output: 10 } } });
    expect(result.metrics.ttftMs.p50).toBeGreaterThan(0);
    expect(result.metrics.ttftMs.p50).toBeLessThanOrEqual(result.metrics.latencyMs.p50);
  });

  test("--concurrency bounds what is under way", async () => {
    provider = await startProvider(async (_, response) => {
      await sleep(30);
      chatAnswer(response, "x");
    });
    const dir = tempProject({
      "agentops.config.yaml": `project: x\nmodels: { local: { kind: openai-compatible, baseUrl: "${provider.baseUrl}" } }\n`,
      "prompts/p.prompt.yml": 'name: p\nmodel: local/m-1\nmessages: [{ role: user, content: "{{q}}" }]\n',
      "evals/s.suite.yml": `name: s\ntarget: prompts/p\ncases: [${Array.from({ length: 40 }, (_, i) => `{ id: c${i}, vars: { q: "${i}" } }`).join(", ")}]\nscorers: [{ type: contains, value: x }]\n`,
    });
    await agentops(dir, ["eval", "--concurrency", "5"]);
    expect(provider.peak()).toBe(5);
  });
});

describe("a scoring module that misbehaves is an error of its trials, and the eval goes on", () => {
  const project = (body: string) =>
    tempProject({
      "score.mjs": body,
      "agentops.config.yaml": "project: x\nlimits: { maxErrorRate: 1 }\n",
      "prompts/p.prompt.yml":
        'name: p\nmodel: offline/stand-in-v1\nmessages: [{ role: system, content: "- a: a\\n- b: b" }, { role: user, content: "{{q}}" }]\n',
      "evals/s.suite.yml":
        "name: s\ntarget: prompts/p\ncases: [{ id: a, vars: { q: a } }, { id: b, vars: { q: b } }]\nscorers: [{ type: javascript, value: ../score.mjs, timeoutMs: 700 }]\n",
    });
  test.each([
    ["exits", "process.exit(0)", /ended its thread/],
    ["loops", "while (true) {}", /no answer within 700 ms/],
    ["never answers", "return new Promise(() => {})", /no answer within 700 ms/],
    ["throws", 'throw new Error("boom")', /boom/],
    ["throws later", 'await new Promise((r) => { setTimeout(() => { throw new Error("later"); }, 5); })', /later/],
  ])("%s", async (_name, code, message) => {
    const dir = project(
      `export default async (output) => { if (output === "a") { ${code} } console.log("noise"); return true; }`,
    );
    const run = await agentops(dir, ["eval", "--json", "--concurrency", "1"]);
    const [result] = JSON.parse(run.stdout).runs;
    expect(result.errors).toBeGreaterThanOrEqual(1);
    expect(result.succeeded + result.errors).toBe(2);
    expect(result.firstError.message).toMatch(message);
    expect(run.code).toBe(0);
  });
  test("those that wait behind it are scored all the same, and waiting is not held against them", async () => {
    const dir = project(
      'const busy = (ms) => { const end = Date.now() + ms; while (Date.now() < end); }; export default (_, { case: c }) => { if (c.id === "c3") while (true) {} busy(60); return true; }',
    );
    const cases = Array.from({ length: 24 }, (_, i) => `{ id: c${i}, vars: { q: a } }`).join(", ");
    put(
      dir,
      "evals/s.suite.yml",
      `name: s\ntarget: prompts/p\ncases: [${cases}]\nscorers: [{ type: javascript, value: ../score.mjs, timeoutMs: 700 }]\n`,
    );
    const [result] = JSON.parse((await agentops(dir, ["eval", "--json"])).stdout).runs;
    expect(result).toMatchObject({ scored: 23, succeeded: 23, errors: 1, firstError: { case: "c3" } });
  });

  test("Ctrl-C does not wait for it", async () => {
    const dir = project("export default () => { while (true) {} }");
    put(
      dir,
      "evals/s.suite.yml",
      "name: s\ntarget: prompts/p\ncases: [{ id: a, vars: { q: a } }]\nscorers: [{ type: javascript, value: ../score.mjs, timeoutMs: 600000 }]\n",
    );
    const child = spawnAgentops(dir, ["eval"]);
    await sleep(1500);
    child.kill("SIGINT");
    expect((await child).exitCode).toBe(130);
  });
});

test("an answer cannot write to the terminal by itself", async () => {
  const dir = tempProject({
    "prompts/p.prompt.yml":
      'name: Text Summarizer\nmodel: offline/stand-in-v1\nmessages: [{ role: user, content: "{{q}}" }]\n',
    "evals/s.suite.yml":
      'name: s\ntarget: prompts/p\ncases: [{ id: a, vars: { q: "x\\e[2Jy\\a" }, expected: z }]\noutputs: ../o.jsonl\nscorers: [{ type: equals }]\n',
    "o.jsonl": `${JSON.stringify({ case: "a", output: "\u001b[2J\u001b]0;pwn\u0007\u0000" })}\n`,
  });
  expect((await agentops(dir, ["eval"])).code).toBe(0);
  const { stdout } = await agentops(dir, ["runs", "show"]);
  expect(stdout).toContain("\\x1b[2J");
  // eslint-disable-next-line no-control-regex -- they are what must not be there
  expect(stdout).not.toMatch(/[\u0000-\u0008\u001b]/);
});
