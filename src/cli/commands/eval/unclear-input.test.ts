import { copyFileSync, renameSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { agentops, put, tempProject } from "../../../testing/project.ts";
import { chatAnswer, type FakeProvider, json, startProvider } from "../../../testing/provider.ts";

const PROMPT = `name: p
model: MODEL
messages: [{ role: user, content: "{{q}}" }]
agentops: { owner: me, input: { type: object, required: [q], properties: { q: {} } } }
`;

/** A project whose suite has one dataset, of these bytes. */
function project(data: string, bytes: string, more = ""): string {
  const dir = tempProject({
    "prompts/p.prompt.yml": PROMPT.replace("MODEL", "offline/echo"),
    "evals/s.suite.yml": `name: s\ntarget: prompts/p\ndataset: ../${data}\n${more}scorers: [{ type: icontains, value: a }]\n`,
    "d.jsonl": '{"id":"1","vars":{"q":"a"}}\n',
  });
  writeFileSync(join(dir, more === "" ? data : "o.jsonl"), bytes, "latin1");
  return dir;
}

const DEEP = "[".repeat(100_000) + "]".repeat(100_000);
const OUTPUTS = "outputs: { file: ../o.jsonl, case: id, output: out }\n";

test.each<[string, string, string, string, string?]>([
  ["a key twice", "d.jsonl", '{"id":"1","vars":{"q":"a","q":"b"}}', 'd.jsonl:1:27: the key "q" is there twice'],
  ["a key twice in JSON", "d.json", '[{"id":"1","vars":{"q":"a","q":"b"}}]', 'd.json:1:28: the key "q" is there twice'],
  ["an output twice", "d.jsonl", '{"id":"1","out":"a","out":"b"}', 'o.jsonl:1:21: the key "out"', OUTPUTS],
  ["a column twice", "d.csv", "id,q,q\n1,a,b\n", 'd.csv:1: the column "q" is there twice, as the 2nd and the 3rd'],
  ["__proto__", "d.jsonl", '{"id":"1","vars":{"q":"a","__proto__":"b"}}', "d.jsonl:1:27: a key cannot be called"],
  ["a column __proto__", "d.csv", "id,q,__proto__\n1,a,b\n", "d.csv:1: a key cannot be called __proto__"],
  ["a letter of Windows", "d.jsonl", '{"id":"1","vars":{"q":"a"}}\n{"id":"caf\xe9"}', "d.jsonl:2:11: not UTF-8: the byte 0xE9"], // prettier-ignore
  ["the same in CSV", "d.csv", "id,q\n1,a\n2,caf\xe9 a\n", "d.csv:3:6: not UTF-8: the byte 0xE9"],
  ["the same in YAML", "d.yaml", "- id: 1\n  vars: { q: caf\xe9 }\n", "d.yaml:2:17: not UTF-8: the byte 0xE9"],
  ["brackets without end", "d.jsonl", `{"id":"1","expected":${DEEP}}`, "d.jsonl:1:521: brackets within brackets"],
  ["an anchor within itself", "d.yaml", "- &x { id: 1, vars: { q: *x } }\n", "d.yaml:1:26: *x stands within what"],
])("%s is refused at its place", async (_, data, bytes, says, more) => {
  const ran = await agentops(project(data, bytes, more), ["eval"]);
  expect([ran.code, ran.stdout, ran.stderr]).toEqual([2, "", expect.stringContaining(`error: ${says}`)]);
});

test.each<[string[], string]>([
  [["render", "p", "--var", 'q={"a":1,"a":2}'], 'variable q, character 8: the key "a" is there twice'],
  [
    ["render", "p", "--var", "q=" + "[".repeat(600) + "]".repeat(600)],
    "variable q, character 501: brackets within brackets",
  ],
  [["render", "p", "--var", "q=1", "--var", "q=2"], "variable q is given twice"],
  [["render", "p", "--var", "q=1", "--var", "__proto__=2"], "a key cannot be called __proto__"],
  [["eval", "named"], "evals/named.suite.yml:4:43: scorers[0].name: a scorer cannot be called __proto__"],
])("%.60j is refused", async (args, says) => {
  const dir = project("d.jsonl", '{"id":"1","vars":{"q":"a"}}\n');
  put(dir, "prompts/p.prompt.yml", PROMPT.replace("MODEL", "offline/echo").replace("q: {}", "q: { type: object }"));
  put(dir, "evals/named.suite.yml", "name: named\ntarget: prompts/p\ndataset: ../d.jsonl\nscorers: [{ type: equals, value: a, name: __proto__ }]\n"); // prettier-ignore
  const { code, stderr } = await agentops(dir, args);
  expect([code, stderr]).toEqual([2, expect.stringContaining(`error: ${says}`)]);
});

test("a variable may be called toString, as any other", async () => {
  const dir = project("d.jsonl", "");
  put(dir, "prompts/p.prompt.yml", "name: p\nmessages: [{ role: user, content: '{{toString}} {{q}}' }]\nagentops: { input: { properties: { toString: {}, q: {} } } }\n"); // prettier-ignore
  const ran = await agentops(dir, ["render", "p", "--var", "toString=1", "--var", 'q={"toString": [1]}']);
  expect(ran.stdout).toContain('1 {"toString": [1]}');
});

let provider: FakeProvider | undefined;
afterEach(async () => {
  await provider?.close();
  provider = undefined;
});

const withProvider = (baseUrl: string, cases: number, models = "") =>
  tempProject({
    "agentops.config.yaml": `project: t\nmodels: { m: { kind: openai-compatible, baseUrl: "${baseUrl}"${models} } }\npricing: { m/x: { inputPerMillionUsd: 100, outputPerMillionUsd: 1000 } }\n`,
    "prompts/p.prompt.yml": PROMPT.replace("MODEL", "m/x"),
    "evals/s.suite.yml": `name: s\ntarget: prompts/p\ncases: [${Array.from({ length: cases }, (_, i) => `{ id: c${i}, vars: { q: "${i}" } }`).join(", ")}]\nscorers: [{ type: contains, value: a }]\ngate: { costPerTaskUsd: { max: 1 } }\n`,
  });

describe("what a run cost", () => {
  test("what is known of it is said, and why the rest is not", async () => {
    provider = await startProvider(({ index }, response) => {
      if (index === 0) chatAnswer(response, "a");
      else json(response, 200, { id: "x", object: "chat.completion", created: 1, model: "x", choices: [{ index: 0, message: { role: "assistant", content: "a" }, finish_reason: "stop" }] }); // prettier-ignore
    });
    const dir = withProvider(provider.baseUrl, 2);
    const { code, stdout } = await agentops(dir, ["eval", "--concurrency", "1"]);
    expect(code).toBe(3);
    expect(stdout).toContain("cost          $0.02 known, 1 of 2 trials reported no usage");
    expect(stdout).toContain("tokens        100 in, 10 out  (of 1 of 2 trials)");
    expect(stdout).toMatch(/costPerTaskUsd\.max: \$0\.02 known, 1 of 2 trials reported no usage/);
  });
});

describe("a setting that nothing replaces", () => {
  test("is a finding of lint, and no request is made with it", async () => {
    provider = await startProvider((_, response) => {
      chatAnswer(response, "a");
    });
    const dir = withProvider(
      provider.baseUrl,
      1,
      ', headers: { authorization: "Bearer ${TOKEN}", x: "100 $ of {{it}}" }',
    );
    const says = "models.m.headers.authorization: ${TOKEN} is not replaced here, and would be used as it stands";
    const lint = await agentops(dir, ["lint"]);
    expect([lint.code, lint.stdout]).toEqual([2, expect.stringContaining(`agentops.config.yaml:2:`)]);
    expect(lint.stdout).toContain(`error: ${says} [unreplaced-variable]`);
    const run = await agentops(dir, ["eval"], { TOKEN: "s3cret" });
    expect([run.code, run.stderr]).toEqual([2, expect.stringContaining(`error: ${says} [CONFIG_INVALID]`)]);
    expect(run.stderr).toContain("apiKeyEnv: TOKEN");
    expect(provider.calls).toEqual([]);
  });
});

describe("a store that goes away under a run", () => {
  test.each<[string, (state: string) => void, string]>([
    ["deleted", (state) => rmSync(state), "was deleted while run"],
    ["replaced", (state) => renameSync(`${state}.old`, state), "was replaced while run"],
    ["emptied", (state) => truncateSync(state), "was emptied while run"],
  ])("%s: exit 4, and nothing is stored", async (_, goes, says) => {
    let state = "";
    provider = await startProvider(async ({ index }, response) => {
      if (index === 2) goes(state);
      await new Promise((done) => setTimeout(done, 120));
      chatAnswer(response, "a");
    });
    const dir = withProvider(provider.baseUrl, 30);
    state = join(dir, ".agentops", "state.db");
    put(dir, ".agentops/x", "");
    if (says.includes("replaced")) {
      await agentops(dir, ["runs"]);
      copyFileSync(state, `${state}.old`);
    }
    const ran = await agentops(dir, ["eval", "--concurrency", "1"]);
    expect([ran.code, ran.stdout, ran.stderr]).toEqual([4, "", expect.stringContaining(says)]);
    expect(ran.stderr).toContain("nothing of the run is stored [STORE_FAILED]");
    // It does not pay for the rest.
    expect(provider.calls.length).toBeLessThan(15);
  });
});
