import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { positionOf, type Problem } from "../../core/problems.ts";
import { agentops, put, removeTempFolders, tempProject } from "../../testing/project.ts";
import { chatAnswer, startProvider } from "../../testing/provider.ts";
import { repositoryOf } from "../../testing/repository.ts";

/**
 * Files as people keep them for GitHub Models: every key of its format, and what its own tools pass over. `lint`: where, how bad, which
 * rule; `eval`: how many of the cases succeed on the offline stand-in, and how many end in the judge's error, or why it is refused.
 */
interface GithubFile {
  text: string;
  lint: string[];
  eval: { succeeded: number; of: number; judgeErrors?: number } | RegExp;
}

const MOOD = `messages:
  - role: system
    content: "- Glad: happy\\n- Sad: lost"
  - role: user
    content: "{{input}}"
`;
const OFFLINE = "model: offline/stand-in-v1\n";
const CASES = `testData:
  - { input: I am happy, expected: Glad }
  - { input: I lost my dog, expected: Sad }
`;
const judge = (more: string) =>
  `evaluators: [{ name: judge, llm: { modelId: offline/stand-in-v1, systemPrompt: "- Yes: Glad\\n- no: Sad", ${more} } }]\n`;
const YES_NO = "choices: [{ choice: Yes, score: 1 }, { choice: no, score: 0 }]";
const string = (rules: string) => `evaluators: [{ name: text, string: { ${rules} } }]\n`;
const ALL = { succeeded: 2, of: 2 };

const FILES: Record<string, GithubFile> = {
  "documented-example": {
    text: `name: Text Summarizer
description: Summarizes input text concisely
model: openai/gpt-4o-mini
modelParameters:
  temperature: 0.5
messages:
  - role: system
    content: "- summary: fox"
  - role: user
    content: |
      Summarize the given text, beginning with "Summary -":
      <text>
      {{input}}
      </text>
testData:
  - input: |
      The quick brown fox jumped over the lazy dog.
    expected: Summary - A fox jumped over a lazy dog.
evaluators:
  - name: Output should start with 'Summary -'
    string:
      startsWith: 'Summary'
`,
    lint: ["3:8 warning floating-model"],
    eval: { succeeded: 1, of: 1 },
  },
  "without-a-name": { text: OFFLINE + MOOD + CASES + string("contains: A"), lint: [], eval: ALL },
  "name-of-another": {
    text: `name: mood-bot\n${OFFLINE}${MOOD}${CASES}${string("contains: A")}`,
    lint: ["1:7 warning name-mismatch"],
    eval: ALL,
  },
  "bare-model-id": {
    text: `model: gpt-4o-mini\n${MOOD}${CASES}${string("contains: A")}`,
    lint: ["1:8 warning unknown-provider"],
    eval: ALL,
  },
  "publisher-without-a-provider": {
    text: `model: mistral-ai/mistral-small-2503\n${MOOD}${CASES}${string("contains: A")}`,
    lint: ["1:8 warning unknown-provider"],
    eval: ALL,
  },
  "completion-tokens": {
    text: `${OFFLINE}modelParameters: { maxCompletionTokens: 200, topP: 1, temperature: 0 }\n${MOOD}${CASES}${string("contains: A")}`,
    lint: [],
    eval: ALL,
  },
  "snake-case": {
    text: `${OFFLINE}modelParameters: { max_tokens: 9, max_completion_tokens: 9, top_p: 0.9, top_k: 4, frequency_penalty: 0 }\n${MOOD}${CASES}${string("contains: A")}`,
    lint: [],
    eval: ALL,
  },
  "two-limits": {
    text: `${OFFLINE}modelParameters: { maxTokens: 9, max_completion_tokens: 10 }\n${MOOD}${CASES}${string("contains: A")}`,
    lint: ["2:57 error schema"],
    eval: /two-limits.prompt.yml:2:57: .*maxTokens says 9 and max_completion_tokens 10, and they are one parameter/,
  },
  "foreign-parameter": {
    text: `${OFFLINE}modelParameters: { reasoning_effort: low }\n${MOOD}${CASES}${string("contains: A")}`,
    lint: ["2:20 warning ignored-key"],
    eval: ALL,
  },
  "foreign-keys": {
    text: `${OFFLINE}metadata: { team: cx }\nvariables: [input]\nversion: 3\ndescription:\n${MOOD}${CASES}${string("contains: A")}`,
    lint: ["3:1 warning ignored-key", "4:1 warning ignored-key"],
    eval: ALL,
  },
  "mistyped-key": {
    text: `${OFFLINE}modelParamters: { temperature: 0 }\n${MOOD}${CASES}${string("contains: A")}`,
    lint: ["2:1 error unknown-key"],
    eval: /mistyped-key.prompt.yml:2:1: unknown key "modelParamters" \(did you mean modelParameters\?\)/,
  },
  "roles-in-capitals": {
    text: (OFFLINE + MOOD + CASES + string("contains: A"))
      .replace("role: system", "role: System")
      .replace("role: user", "role: USER"),
    lint: [],
    eval: ALL,
  },
  "equals-minds-case": {
    text: `${OFFLINE}${MOOD}${CASES}evaluators:\n  - { name: same, string: { equals: "{{expected}}" } }\n  - { name: other case, string: { equals: sad } }\n`,
    lint: [],
    eval: { succeeded: 0, of: 2 },
  },
  "others-ignore-case": {
    text: `${OFFLINE}${MOOD}${CASES}evaluators:\n${["contains: A", "startsWith: gLA", "endsWith: AD"].map((rule) => `  - string: { ${rule} }\n`).join("")}`,
    lint: [],
    eval: { succeeded: 1, of: 2 },
  },
  "looks-for-nothing": {
    text: `${OFFLINE}${MOOD}testData: [{ input: I am happy, expected: "" }, { input: I lost it, expected: Glad }]\n${string('contains: "{{expected}}"')}`,
    lint: ["8:48 warning evaluator"],
    eval: { succeeded: 1, of: 2 },
  },
  "judged-by-choices": {
    text: OFFLINE + MOOD + CASES + judge(`prompt: "Is {{completion}} what {{expected}} says?", ${YES_NO}`),
    lint: [],
    eval: { succeeded: 1, of: 2 },
  },
  "judge-chooses-nothing": {
    text: OFFLINE + MOOD + CASES + judge('prompt: "{{completion}}", choices: [{ choice: maybe, score: 0.5 }]'),
    lint: [],
    eval: { succeeded: 0, of: 2, judgeErrors: 2 },
  },
  "built-in-evaluator": {
    text: `${OFFLINE}${MOOD}${CASES}evaluators:\n  - name: Similarity\n    uses: github/similarity\n`,
    lint: ["12:11 warning evaluator"],
    eval: /built-in-evaluator.prompt.yml:12:11: the evaluator github\/similarity is GitHub's own[^]*hint: .*llm-rubric/,
  },
  "cases-alone": {
    text: OFFLINE + MOOD + CASES,
    lint: [],
    eval: /cases-alone.prompt.yml: no evaluators: every answer would pass/,
  },
  "two-rules-in-one": {
    text: OFFLINE + MOOD + CASES + string("contains: a, equals: Glad"),
    lint: ["10:36 warning evaluator"],
    eval: /two-rules-in-one.prompt.yml:10:36: equals and contains in one evaluator/,
  },
  "case-lacks-a-variable": {
    text: `${OFFLINE}${MOOD}testData: [{ input: I am happy, expected: Glad }, { input: I lost it }]\n${string('equals: "{{expected}}"')}`,
    lint: [],
    eval: /case-lacks-a-variable.prompt.yml:8:14: testData\[1\]: there is no variable "expected" \(known: input\)/,
  },
};

describe("an id that floats in a file of GitHub's", () => {
  afterAll(removeTempFolders);
  const text = `model: openai/gpt-4o-mini\n${MOOD}${CASES}${string("contains: A")}`;

  test("is a warning to eval, and refused by publish and gate unless it is allowed", async () => {
    const provider = await startProvider((_, response) => {
      chatAnswer(response, "a");
    });
    const dir = await repositoryOf({
      "agentops.config.yaml": `project: x\nmodels: { openai: { kind: openai, baseUrl: "${provider.baseUrl}" } }\n`,
      "README.md": "x",
    });
    put(dir, "prompts/mood.prompt.yml", text);
    put(dir, "prompts/alone.prompt.yml", `${OFFLINE}${MOOD}${CASES}`);
    const env = { OPENAI_API_KEY: "sk-test-0123456789abcdefghij" };
    // No name: there is no suite, so the prompts that carry one are run, and what cannot be is said.
    const run = await agentops(dir, ["eval", "--json"], env);
    expect(JSON.parse(run.stdout).runs).toMatchObject([{ suite: "mood.prompt", succeeded: 2 }]);
    expect(run.stderr).toMatch(/alone.prompt.yml: not run: testData or evaluators alone judge nothing/);
    expect(run.stderr).toMatch(/prompts\/mood: "openai\/gpt-4o-mini" floats/);
    const refused = /mood.prompt.yml.*"openai\/gpt-4o-mini" floats[^]*allowFloating: true/;
    for (const command of [
      ["publish", "mood"],
      ["gate", "--base", "main"],
    ]) {
      const { code, stderr } = await agentops(dir, command, env);
      expect([code, stderr]).toEqual([2, expect.stringMatching(refused)]);
    }
    put(dir, "prompts/mood.prompt.yml", `${text}agentops: { allowFloating: true }\n`);
    const gated = await agentops(dir, ["gate", "--base", "main", "--json"], env);
    expect(JSON.parse(gated.stdout)).toMatchObject({ runs: [{ suite: "mood.prompt", artifact: "prompts/mood" }] });
    expect((await agentops(dir, ["publish", "mood"], env)).code).toBe(0);
    await provider.close();
  });
});

describe("twenty-one files of GitHub Models", () => {
  const paths = Object.fromEntries(Object.keys(FILES).map((name) => [name, `prompts/${name}.prompt.yml`]));
  let dir = "";
  let problems: Problem[] = [];
  beforeAll(async () => {
    dir = tempProject({
      "agentops.config.yaml": "project: x\nmodels: { openai: { kind: openai } }\nlimits: { maxErrorRate: 1 }\n",
      ...Object.fromEntries(Object.entries(FILES).map(([name, { text }]) => [paths[name] ?? "", text])),
    });
    problems = JSON.parse((await agentops(dir, ["lint", "--json"])).stdout).problems;
  });
  afterAll(removeTempFolders);

  test("are twenty-one", () => {
    expect(Object.keys(FILES)).toHaveLength(21);
  });

  test.each(Object.entries(FILES))("%s", async (name, { lint, eval: ends }) => {
    const path = paths[name] ?? "";
    const own = problems.filter(({ file, rule }) => file === path && rule !== "missing-owner");
    expect(own.map((p) => `${positionOf(p).slice(path.length + 1)} ${p.severity} ${p.rule}`)).toEqual(lint);
    const { code, stdout, stderr } = await agentops(dir, ["eval", path, "--model", "offline/stand-in-v1", "--json"]);
    if (ends instanceof RegExp) {
      expect(code).toBe(2);
      const { message, hint } = JSON.parse(stderr).error;
      expect(`${message}\nhint: ${hint}`).toMatch(ends);
      return;
    }
    const [run] = JSON.parse(stdout).runs;
    expect(run).toMatchObject({
      suite: `${name}.prompt`,
      target: { ref: `prompts/${name}` },
      cases: ends.of,
      succeeded: ends.succeeded,
      judgeErrors: ends.judgeErrors ?? 0,
    });
  });
});
