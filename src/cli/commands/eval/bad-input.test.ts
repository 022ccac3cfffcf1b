import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { agentops, tempProject } from "../../../testing/project.ts";
import { chatAnswer, type FakeProvider, json, type ProviderCall, startProvider } from "../../../testing/provider.ts";
import type { ServerResponse } from "node:http";

const PROMPT = `name: p
model: offline/stand-in-v1
messages: [{ role: user, content: "{{q}}" }]
agentops: { owner: me, input: { type: object, required: [q], properties: { q: { type: string } } } }
`;
const SUITE = `name: s
target: prompts/p
cases: [{ id: a, vars: { q: hi }, expected: hi }]
scorers: [{ type: equals }]
`;
const files = (suite: string, more: Record<string, string> = {}) => ({
  "prompts/p.prompt.yml": PROMPT,
  "evals/s.suite.yml": suite,
  ...more,
});
const withData = (name: string, data: string) =>
  files(SUITE.replace(/cases: .*/, `dataset: ../fixtures/${name}`), { [`fixtures/${name}`]: data });

describe("bad input: one clear line, exit 2", () => {
  test.each<[string, Record<string, string>, string[], string]>([
    [
      "a mistyped key",
      files(SUITE.replace("cases:", "tets:")),
      ["eval"],
      'evals/s.suite.yml:3:1: unknown key "tets" (did you mean tests/cases?)',
    ],
    [
      "promptfoo's own key",
      files(SUITE.replace("cases:", "tests:")),
      ["eval"],
      'unknown key "tests" (did you mean cases?)',
    ],
    [
      "a mistyped key in a case",
      files(SUITE.replace("expected: hi", "expectd: hi")),
      ["eval"],
      'unknown key "expectd" (did you mean expected?)',
    ],
    [
      "a mistyped key in a scorer",
      files(SUITE.replace("equals", "equals, valeu: x")),
      ["eval"],
      'evals/s.suite.yml:4:27: unknown key "valeu" (did you mean value?)',
    ],
    [
      "a suite without a scorer",
      files(SUITE.replace(/scorers: .*/, "scorers: []")),
      ["eval"],
      "a suite needs at least one scorer",
    ],
    ["a suite without scorers at all", files(SUITE.replace(/scorers: .*\n/, "")), ["eval"], "scorers: missing"],
    [
      "an unknown scorer",
      files(SUITE.replace("equals", "eqals")),
      ["eval"],
      'evals/s.suite.yml:4:19: unknown type "eqals" (did you mean equals?)',
    ],
    ["an unknown suite", files(SUITE), ["eval", "z"], 'no suite "z" in evals/'],
    ["an unknown target", files(SUITE), ["eval", "--target", "prompts/q"], "prompts/q"],
    ["a YAML syntax error", files("name: [s\ntarget: x"), ["eval"], "evals/s.suite.yml:2:"],
    ["a variable the case does not have", files(SUITE.replace("q: hi", "z: hi")), ["eval"], 'case "a"'],
    [
      "a variable the prompt does not declare",
      { ...files(SUITE), "prompts/p.prompt.yml": PROMPT.replace("{{q}}", "{{q}} {{qq}}") },
      ["lint"],
      "prompts/p.prompt.yml:3:44: error: ",
    ],
    ["an empty dataset", withData("d.jsonl", "\n\n"), ["eval"], "fixtures/d.jsonl: the dataset is empty"],
    [
      "a missing dataset",
      files(SUITE.replace(/cases: .*/, "dataset: ../fixtures/none.jsonl")),
      ["eval"],
      "no such data file: fixtures/none.jsonl",
    ],
    [
      "duplicate case ids",
      withData("d.jsonl", '{"id":"a","vars":{"q":"1"}}\n{"id":"b","vars":{"q":"1"}}\n{"id":"a","vars":{"q":"2"}}\n'),
      ["eval"],
      'fixtures/d.jsonl:3: duplicate case id "a" (first on line 1)',
    ],
    [
      "the same case twice",
      withData("d.jsonl", '{"id":"a","vars":{"q":"1"}}\n{"id":"a","vars":{"q":"1"}}\n'),
      ["eval"],
      'fixtures/d.jsonl:2: duplicate case id "a"',
    ],
    [
      "a line that is no JSON",
      withData("d.jsonl", '{"id":"a","vars":{"q":"1"}}\n{"id":\n'),
      ["eval"],
      "fixtures/d.jsonl:2:7: not JSON",
    ],
    [
      "a CSV with a broken quote",
      withData("d.csv", 'id,q,expected\na,1,1\nb,"2,2\nc,3,3\n'),
      ["eval"],
      "fixtures/d.csv:3: broken CSV",
    ],
    [
      "a CSV row with too many fields",
      withData("d.csv", "id,q,expected\na,1,1\nb,2,2,2\n"),
      ["eval"],
      "fixtures/d.csv:3: broken CSV",
    ],
    [
      "0 cases after a filter",
      files(SUITE),
      ["eval", "--filter", "tag=none"],
      "no case matches tag=none (of 1 in evals/s.suite.yml)",
    ],
    ["a filter without a value", files(SUITE), ["eval", "--filter", "tag"], 'not a filter: "tag"'],
    [
      "no API key",
      { ...files(SUITE), "agentops.config.yaml": "project: x\nmodels: { openai: { kind: openai } }\n" },
      ["eval", "--model", "openai/gpt-4o-2024-08-06"],
      "OPENAI_API_KEY",
    ],
    ["an unknown provider", files(SUITE), ["eval", "--model", "opnai/x"], 'no model provider "opnai"'],
    ["a pin without a provider", files(SUITE), ["eval", "--model", "gpt-4o"], 'not a model pin: "gpt-4o"'],
    ["a broken regex", files(SUITE.replace("equals", 'regex, value: "(a"')), ["eval"], "evals/s.suite.yml:4:"],
    ["0 trials", files(SUITE), ["eval", "--trials", "0"], "--trials takes a whole number of at least 1"],
    ["an unknown flag", files(SUITE), ["eval", "--trails", "2"], "unknown option '--trails'"],
    ["an unknown format", files(SUITE), ["eval", "--format", "xml"], 'unknown format "xml"'],
    ["an unknown command", files(SUITE), ["evaluate"], "unknown command 'evaluate'"],
    [
      "no scorer that is required",
      files(SUITE.replace("equals }", "equals, required: false }")),
      ["eval"],
      "no scorer is required, so every trial would succeed",
    ],
    ["a run id that is a pattern", files(SUITE), ["runs", "show", "%"], 'no run "%"'],
    [
      "two formats at once",
      files(SUITE),
      ["eval", "--json", "--format", "junit"],
      "--json and --format junit exclude each other",
    ],
    ["a format export does not have", files(SUITE), ["runs", "export", "--format", "csv"], 'unknown format "csv"'],
    ["an unknown run", files(SUITE), ["runs", "show", "nope"], 'no run "nope"'],
    [
      "a config with a mistyped key",
      { ...files(SUITE), "agentops.config.yaml": "project: x\nmodles: {}\n" },
      ["eval"],
      'agentops.config.yaml:2:1: unknown key "modles" (did you mean models?)',
    ],
    [
      "a policy for an environment that is not there",
      { ...files(SUITE), "agentops.config.yaml": "project: x\npolicy: { prod: { approvals: 1 } }\n" },
      ["eval"],
      'agentops.config.yaml:2:17: policy.prod: no environment "prod" (known: production)',
    ],
    [
      "rollout settings for a prompt that is not there",
      {
        ...files(SUITE),
        "agentops.config.yaml":
          "project: x\nmodels: { offline: { kind: offline } }\nrollout:\n  artifacts:\n    prompts/pp: { manual: true }\n",
      },
      ["lint"],
      'agentops.config.yaml:5:5: error: rollout.artifacts: no prompt or agent is called "prompts/pp" (did you mean prompts/p?)',
    ],
    [
      "a time to settle for a prompt that is not there",
      {
        ...files(SUITE),
        "agentops.config.yaml":
          "project: x\nmodels: { offline: { kind: offline } }\noutcomes:\n  prompts/pp: { settle: 4h }\n",
      },
      ["lint"],
      'agentops.config.yaml:4:3: error: outcomes: no prompt or agent is called "prompts/pp" (did you mean prompts/p?)',
    ],
    [
      "a key written into the config",
      {
        ...files(SUITE),
        "agentops.config.yaml": "project: x\nmodels: { o: { kind: openai, apiKey: sk-verysecretverysecret } }\n",
      },
      ["eval"],
      'unknown key "apiKey" (did you mean apiKeyEnv?)',
    ],
  ])("%s", async (_name, project, args, expected) => {
    const run = await agentops(tempProject(project), args);
    expect(run.stderr + run.stdout).toContain(expected);
    expect(run.code, run.stderr).toBe(2);
    expect(run.stderr.trim().split("\n").length, run.stderr).toBeLessThanOrEqual(2);
    expect(run.stderr + run.stdout).not.toMatch(/ at .*\.js:\d+|sk-verysecret/);
  });

  test("a file that is not UTF-8", async () => {
    const dir = tempProject(files(SUITE));
    writeFileSync(join(dir, "evals/s.suite.yml"), Buffer.concat([Buffer.from(SUITE), Buffer.from([0x23, 0xe9, 0x0a])]));
    const run = await agentops(dir, ["eval"]);
    expect(run.code).toBe(2);
    expect(run.stderr).toContain("evals/s.suite.yml:5:2: not UTF-8: the byte 0xE9");
  });

  test("a store where no folder can be made", async () => {
    const run = await agentops(tempProject(files(SUITE)), ["runs"], { AGENTOPS_STORE: "/proc/nope/state.db" });
    expect(run.code).toBe(2);
    expect(run.stderr).toContain("STORE_REFUSED");
  });

  test("no config anywhere", async () => {
    const run = await agentops("/", ["eval"]);
    expect(run.code).toBe(2);
    expect(run.stderr).toContain(
      "no agentops.config.yaml here or in any folder above [CONFIG_NOT_FOUND]\nhint: agentops init",
    );
  });

  test("errors are JSON under --json, stdout stays empty", async () => {
    const run = await agentops(tempProject(files(SUITE.replace("cases:", "tets:"))), ["eval", "--json"]);
    expect(run.stdout).toBe("");
    const { schema, error } = JSON.parse(run.stderr);
    expect(schema).toBe("agentops.error/1");
    expect(error).toMatchObject({
      code: "FILE_INVALID",
      details: { problems: [{ file: "evals/s.suite.yml", line: 3, column: 1 }] },
    });
  });
});

describe("a provider that misbehaves ends it in seconds: exit 4 where a retry may help, else 2", () => {
  const KEY = "sk-test-0123456789abcdefghij";
  let provider: FakeProvider | undefined;
  afterEach(async () => {
    await provider?.close();
    provider = undefined;
  });
  const project = (baseUrl: string, cases = 100) =>
    tempProject({
      ...files(SUITE.replace(/cases: .*/, "dataset: d.jsonl")),
      "evals/d.jsonl": Array.from({ length: cases }, (_, i) =>
        JSON.stringify({ id: `c${i}`, vars: { q: `${i}` }, expected: "yes" }),
      ).join("\n"),
      "agentops.config.yaml": `project: x\nmodels: { openai: { kind: openai, baseUrl: "${baseUrl}" } }\nlimits: { retries: 1, timeoutMs: 2000, concurrency: 4 }\n`,
    });
  const evaluate = async (answer: (call: ProviderCall, response: ServerResponse) => void, cases?: number) => {
    provider = await startProvider(answer);
    return agentops(project(provider.baseUrl, cases), ["eval", "--model", "openai/gpt-4o-2024-08-06", "--json"], {
      OPENAI_API_KEY: KEY,
    });
  };

  test("401: one wave of calls, then it stops", async () => {
    const run = await evaluate((_, response) =>
      json(response, 401, {
        error: {
          message: `Incorrect API key provided: ${KEY}`,
          type: "invalid_request_error",
          code: "invalid_api_key",
        },
      }),
    );
    expect(run.code).toBe(2);
    expect(run.stderr).toContain("answered 401");
    expect(run.stderr + run.stdout).not.toContain(KEY);
    expect(provider?.calls.length).toBeLessThanOrEqual(8);
  });

  test("429 with Retry-After: waits and succeeds", async () => {
    const run = await evaluate((call, response) => {
      if (call.index === 0)
        json(
          response,
          429,
          { error: { message: "slow down", type: "requests", code: "rate_limit_exceeded" } },
          { "retry-after": "1" },
        );
      else chatAnswer(response, "yes");
    }, 1);
    expect(run.code, run.stderr).toBe(0);
    expect(JSON.parse(run.stdout).runs[0]).toMatchObject({ scored: 1, succeeded: 1, errors: 0 });
    expect(provider?.calls.length).toBe(2);
  });

  test("429 for money spent: never retried", async () => {
    const run = await evaluate((_, response) =>
      json(response, 429, {
        error: { message: "You exceeded your current quota", type: "insufficient_quota", code: "insufficient_quota" },
      }),
    );
    expect(run.code).toBe(2);
    expect(provider?.calls.length).toBeLessThanOrEqual(4);
  });

  test.each<[string, (response: ServerResponse) => void]>([
    ["500", (response) => json(response, 500, { error: { message: "oops" } })],
    ["garbage", (response) => response.writeHead(200, { "content-type": "application/json" }).end("<html>not json")],
    ["nothing", (response) => response.destroy()],
    ["an empty object", (response) => json(response, 200, {})],
  ])("%s: an error, never a pass; stops long before the end", async (_name, answer) => {
    const run = await evaluate((_call, response) => answer(response), 500);
    expect(run.code, run.stderr).toBe(4);
    const [result] = JSON.parse(run.stdout).runs;
    expect(result).toMatchObject({ status: "failed", scored: 0, succeeded: 0 });
    expect(provider?.calls.length).toBeLessThan(100);
  });

  test("a few errors below the limit do not hide the scores; above it they do", async () => {
    const every = (n: number) => (call: ProviderCall, response: ServerResponse) =>
      Number(call.body.messages.at(-1).content) % n === 0
        ? json(response, 400, { error: { message: "bad", type: "invalid_request_error" } })
        : chatAnswer(response, "yes");
    const few = await evaluate(every(50));
    expect(few.code, few.stderr).toBe(0);
    expect(JSON.parse(few.stdout).runs[0]).toMatchObject({ errors: 2, scored: 98, succeeded: 98 });
    await provider?.close();
    const many = await evaluate(every(10));
    expect(many.code).toBe(2);
    expect(many.stderr).toContain("10 of 100 trials ended in an error, the limit is 5 %");
  });

  test.each<[string, (n: number) => number | null, number, string]>([
    ["404 for all", () => 404, 2, "PROVIDER_REFUSED"],
    ["400 for all", () => 400, 2, "PROVIDER_REFUSED"],
    ["402 for all", () => 402, 2, "PROVIDER_REFUSED"],
    ["503 for a few, too many of them", (n) => (n % 10 === 0 ? 503 : null), 4, "TRIAL_ERRORS"],
    ["400 and 503, and 503 alone are too many", (n) => (n % 40 === 0 ? 400 : n % 10 === 0 ? 503 : null), 4, "TRIAL_ERRORS"],
    ["400 and 503, and 400 alone are too many", (n) => (n % 40 === 1 ? 503 : n % 10 === 0 ? 400 : null), 2, "PROVIDER_REFUSED"],
  ])("%s", async (_, statusOf, exit, code) => {
    const run = await evaluate((call, response) => {
      const status = statusOf(Number(call.body.messages.at(-1).content));
      if (status === null) chatAnswer(response, "yes");
      else json(response, status, { error: { message: "no", type: "some" } }, { "retry-after": "0" });
    });
    expect([run.code, JSON.parse(run.stderr).error.code]).toEqual([exit, code]);
  }); // prettier-ignore

  test.each([
    ["refuses the key", 401, 2, "PROVIDER_REFUSED"],
    ["has trouble of its own", 503, 4, "TRIAL_ERRORS"],
  ] as const)("a judge that %s", async (_, status, exit, code) => {
    provider = await startProvider((_call, response) => json(response, status, { error: { message: "no", type: "some" } }, { "retry-after": "0" })); // prettier-ignore
    const judged = SUITE.replace(/scorers: .*/, "scorers: [{ type: llm-rubric, value: Good., model: openai/gpt-4o-2024-08-06 }]"); // prettier-ignore
    const config = `project: x\nmodels: { offline: { kind: offline }, openai: { kind: openai, baseUrl: "${provider.baseUrl}" } }\nlimits: { retries: 1 }\n`; // prettier-ignore
    const dir = tempProject({ ...files(judged), "agentops.config.yaml": config });
    const run = await agentops(dir, ["eval", "--json"], { OPENAI_API_KEY: KEY });
    expect([run.code, JSON.parse(run.stderr).error.code]).toEqual([exit, code]);
    const [{ errors, errorsByKind, judgeErrors }] = JSON.parse(run.stdout).runs;
    expect([errorsByKind, judgeErrors]).toEqual([{ judge: errors }, errors]);
  });

  test("what a case is filled with or measured by, and is not there, is the user's to mend; a program that ends badly may not", async () => {
    const scored = (scorer: string) => agentops(tempProject(files(SUITE.replace(/scorers: .*/, `scorers: [${scorer}]`).replace(/, expected: [^}]+/, ""))), ["eval", "--json"]); // prettier-ignore
    const codes = await Promise.all(
      ["{ type: equals }", "{ type: exec, value: [node, -e, process.exit(3)] }"].map(scored),
    );
    expect(codes.map(({ code, stderr }) => [code, JSON.parse(stderr).error.code])).toEqual([[2, "SCORER_INVALID"], [4, "TRIAL_ERRORS"]]); // prettier-ignore
  });

  test("a dead endpoint: fails within seconds, naming it", async () => {
    const dead = await startProvider(() => undefined);
    await dead.close();
    const run = await agentops(project(dead.baseUrl, 1000), ["eval", "--model", "openai/gpt-4o-2024-08-06"], {
      OPENAI_API_KEY: KEY,
    });
    expect(run.code).toBe(4);
    expect(run.stderr).toContain(new URL(dead.baseUrl).host);
    expect(run.stderr).toMatch(/agentops eval --resume/);
  }, 30_000);
});
