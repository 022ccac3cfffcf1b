import { describe, expect, test } from "vitest";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadProject } from "../../core/project.ts";
import { positionOf } from "../../core/problems.ts";
import { cleanEnv, tempProject } from "../../testing/project.ts";
import { lintProject } from "./lint.ts";

/** Made of pieces, so that nobody's scanner takes this file for a leak. */
const KEY = ["gh", "p_", "q7Zx2LmP9vTb4NcR8sWk3HdY6jGf1AeU5oIq"].join("");
const DECLARED = "{ q: {}, who: { type: string }, plan: { enum: [a, b] }, on: { type: string, format: date }, n: { type: integer }, docs: { type: array } }"; // prettier-ignore

/** One prompt, p, whose messages are these. */
function prompt(system: string, user: string, more = ""): Record<string, string> {
  const content = (text: string) => text.split("\n").map((line) => `\n      ${line}`).join(""); // prettier-ignore
  return {
    "prompts/p.prompt.yml": `name: p\nmessages:\n  - role: system\n    content: |${content(system)}\n  - role: user\n    content: |${content(user)}\nagentops:\n  owner: o\n  input: { properties: ${DECLARED} }\n${more}`,
  };
}

async function found(files: Record<string, string>, bytes: Record<string, string> = {}): Promise<string[]> {
  const dir = tempProject(files);
  for (const [name, text] of Object.entries(bytes)) writeFileSync(join(dir, name), text, "latin1");
  const { problems } = await lintProject(await loadProject({ cwd: dir, env: cleanEnv() }));
  expect(JSON.stringify(problems)).not.toContain(KEY);
  return problems
    .filter(({ rule }) => rule !== "unused-variable" && rule !== "undeclared-variable")
    .map((p) => `${positionOf(p)} ${p.severity} ${p.rule}: ${p.message}`);
}

const P = "prompts/p.prompt.yml";
const SUITE = "name: s\ntarget: prompts/p\ndataset: ../d.jsonl\nscorers: [{ type: equals }]\n";
const one = (place: string, rest: string) => [expect.stringContaining(`${place} ${rest}`)];

describe("a key in a file", () => {
  test.each<[string, Record<string, string>, string[]]>([
    ["a prompt", prompt("x", `log in with ${KEY}`), one(`${P}:8:19`, "error secret: this looks like a secret: GitHub token")], // prettier-ignore
    ["a suite", { ...prompt("x", "{{q}}"), "d.jsonl": "", "evals/s.suite.yml": SUITE.replace("equals", `equals, value: ${KEY}`) }, one("evals/s.suite.yml:4:34", "error secret")], // prettier-ignore
    ["a dataset", { ...prompt("x", "{{q}}"), "evals/s.suite.yml": SUITE, "evals/t.suite.yml": SUITE.replace("name: s", "name: t"), "d.jsonl": `{}\n\n{"id":"1","vars":{"q":"key:\\n${KEY}"}}\n` }, one("d.jsonl:3:30", "error secret")], // prettier-ignore
    ["the config", { "agentops.config.yaml": `project: t\nmodels: { m: { kind: openai, headers: { x: "${KEY}" } } }\n` }, one("agentops.config.yaml:2:45", "error secret")], // prettier-ignore
  ])("%s: an error, once, at its place, and never the key itself", async (_, files, problems) => {
    expect(await found(files)).toEqual(problems);
  });

  test("is none once its fingerprint stands in the config", async () => {
    const dir = tempProject(prompt("x", KEY));
    const { problems } = await lintProject(await loadProject({ cwd: dir, env: cleanEnv() }));
    const fingerprint = /notSecrets: (\[.*?\])/.exec(problems.find((p) => p.rule === "secret")?.hint ?? "")?.[1];
    expect(await found({ ...prompt("x", KEY), "agentops.config.yaml": `project: t\nlint: { notSecrets: ${fingerprint} }\n` })).toEqual([]); // prettier-ignore
  });
});

describe("a user's text in a system message", () => {
  test.each<[string, string, number]>([
    ["a text", "You serve {{who}}, {{who}}.", 1],
    ["what nobody declared", "You serve {{other}}.", 1],
    ["documents", "Know: {{#each docs}}{{this}}{{/each}}", 1],
    ["one of a list, a number, a date, a question", "{{plan}} {{n}} {{on}} {{#if who}}kindly{{/if}}", 0],
  ])("%s", async (_, system, n) => {
    const problems = (await found(prompt(system, "{{q}}"))).filter((p) => p.includes("user-in-system"));
    expect(problems).toHaveLength(n);
    for (const problem of problems) expect(problem).toMatch(/^prompts\/p\.prompt\.yml:5:\d+ warning user-in-system: /);
  });

  test("is none where the prompt says that no user writes it", async () => {
    expect(await found(prompt("You serve {{who}}.", "{{q}}", "  trusted: [who]\n"))).toEqual([]);
  });
});

describe("what reaches the model as text", () => {
  test.each<[string, string, string]>([
    ["C:\\{{q}} and {{q}}", "8:9", "\\{{q}} is an escape: the model gets the text {{q}}, and no value"],
    ["{{q}} {% if n %}x", "8:13", "{% if n %} is Jinja, and goes to the model as it stands"],
    ["{# todo #} {{q}}", "8:7", "{# todo #} is Jinja"],
    ["<%= q %> {{q}}", "8:7", "<%= q %> is EJS"],
    ["{{q}}: {who}", "8:14", "{who} goes to the model as it stands, not as the value of who"],
    ["{{q}}: ${who}", "8:14", "${who} goes to the model as it stands"],
    ["{{q}}: %(who)s", "8:14", "%(who)s goes to the model as it stands"],
  ])("%s", async (user, place, says) => {
    expect(await found(prompt("x", user))).toEqual(one(`${P}:${place}`, `warning literal-syntax: ${says}`));
  });

  test.each(['{"who": {"a": 1}} {other} {{q}}', "C:\\\\{{q}}", "100 % {{q}} 50 %", "f(x) { return {}; } {{q}}"])(
    "nothing is wrong with %s",
    async (user) => {
      expect(await found(prompt("x", user))).toEqual([]);
    },
  );
});

test("what is not UTF-8 is a finding at its place, in each kind of file, and ends no lint", async () => {
  const files = { ...prompt("x", "{{q}}"), "evals/s.suite.yml": SUITE, "d.jsonl": "" };
  const bytes = {
    "prompts/p.prompt.yml": "name: p\nx: \xe9\n",
    "d.jsonl": '{"id":"1"}\n{"id":"\xe9"}\n',
    "evals/s.suite.yml": SUITE.replace("equals", "equals, value: \xe9"),
  };
  expect(
    await found(files, { "prompts/p.prompt.yml": bytes["prompts/p.prompt.yml"], "d.jsonl": bytes["d.jsonl"] }),
  ).toEqual([
    expect.stringContaining("prompts/p.prompt.yml:2:4 error not-utf8: not UTF-8: the byte 0xE9"),
    expect.stringContaining("d.jsonl:2:8 error not-utf8"),
  ]);
  expect(await found(files, { "evals/s.suite.yml": bytes["evals/s.suite.yml"] })).toEqual(one("evals/s.suite.yml:4:34", "error not-utf8")); // prettier-ignore
});

test("a scorer's value that is another number than was written is told, where that matters", async () => {
  const scorers = [
    "{ type: numeric, value: 010 }",
    "{ type: equals, value: 1.50 }",
    "{ type: not-numeric, value: 12345678901234567890 }",
    "{ type: numeric, value: 3.10, tolerance: 0.10 }",
  ];
  const suite = SUITE.replace("[{ type: equals }]", `[${scorers.join(", ")}]`);
  const files = { ...prompt("x", "{{q}}"), "d.jsonl": "", "evals/s.suite.yml": suite };
  expect(await found(files)).toEqual([
    expect.stringMatching(/^evals\/s\.suite\.yml:4:\d+ warning number-spelling: 3 numbers .* 010 .*, 1\.50 .*, 12345/),
  ]);
  const allow = "project: t\nlint: { allow: [number-spelling] }\n";
  expect(await found({ ...files, "agentops.config.yaml": allow })).toEqual([]);
});

test("a schema that is a text, as GitHub has it, says one thing", async () => {
  const more = 'responseFormat: json_schema\njsonSchema: \'{"name": "x", "name": "y"}\'\n';
  expect(await found(prompt("x", "{{q}}", more))).toEqual([
    expect.stringContaining(
      'error invalid-json-schema: jsonSchema says two things: the key "name" is there twice (line 1, column 15 of this text)',
    ),
  ]);
});

test("all that is wrong with a suite, in one round", async () => {
  const suite = SUITE.replace("name: s", "name: other").replace("target:", "trails: 3\ntarget:").replace("d.jsonl", "gone.jsonl"); // prettier-ignore
  const problems = await found({ ...prompt("x", "{{q}}"), "evals/s.suite.yml": suite });
  const places = problems.map((problem) => problem.split(": ")[0]);
  expect(places).toEqual(expect.arrayContaining(["evals/s.suite.yml:1:7 error name-mismatch", "evals/s.suite.yml:2:1 error unknown-key"])); // prettier-ignore
  expect(problems).toEqual(expect.arrayContaining([expect.stringContaining("gone.jsonl")]));
});

const places = async (suite: string) =>
  (await found({ ...prompt("x", "{{q}}"), "d.jsonl": "", "evals/s.suite.yml": suite })).map((one) => one.split(": ")[0]); // prettier-ignore

test("all that is wrong with a suite's scorers, in one round", async () => {
  const scorers = [
    "{ type: regex, value: '(' }",
    "{ type: expression, value: 'output ===' }",
    "{ type: is-json, value: { type: strng } }",
    "{ type: llm-rubric, value: good, provider: nobody/gpt-4.1-2025-04-14 }",
    "{ type: regex, value: '(', extract: '[' }",
  ];
  const suite = SUITE.replace("[{ type: equals }]", scorers.map((one) => `\n  - ${one}`).join(""));
  const rules = (await places(suite)).map((place) => place?.replace(/:\d+ /, " "));
  expect(rules.sort()).toEqual([
    "evals/s.suite.yml:5 error scorer",
    "evals/s.suite.yml:6 error scorer",
    "evals/s.suite.yml:7 error scorer",
    "evals/s.suite.yml:8 error unknown-provider",
    "evals/s.suite.yml:9 error scorer",
    "evals/s.suite.yml:9 error scorer",
  ]);
});

test.each<[string, string, string[]]>([
  ["no trials", SUITE.replace("name:", "trials: 0\nname:"), ["1:9 error schema", "2:7 error name-mismatch", "3:9 error unknown-target", "5:33 error scorer"]], // prettier-ignore
  ["a scorer that nobody knows", SUITE.replace("equals }", "eqals, category: safety }, { type: equals }"), ["1:7 error name-mismatch", "2:9 error unknown-target", "4:19 error schema", "4:68 error scorer"]], // prettier-ignore
  ["a case that is none", SUITE.replace(/dataset.*/, "cases: [x, { id: a }]"), ["1:7 error name-mismatch", "2:9 error unknown-target", "3:9 error schema", "4:33 error scorer"]], // prettier-ignore
  ["no cases at all", SUITE.replace(/dataset.*/, "description: x"), ["1:1 error schema", "1:7 error name-mismatch", "2:9 error unknown-target", "4:33 error scorer"]], // prettier-ignore
  ["no name that can be one", SUITE.replace("name: s", "name: [s]"), ["1:7 error schema", "2:9 error unknown-target", "4:33 error scorer"]], // prettier-ignore
  ["no scorers", SUITE.replace(/scorers.*/, "scorers: []"), ["1:7 error name-mismatch", "2:9 error unknown-target", "4:10 error schema"]], // prettier-ignore
])("%s hides nothing else of a suite", async (_, suite, expected) => {
  const more = suite.replace("name: s", "name: other").replace("prompts/p", "prompts/gone").replace("{ type: equals }", "{ type: regex, value: '(' }"); // prettier-ignore
  expect(new Set(await places(more))).toEqual(new Set(expected.map((place) => `evals/s.suite.yml:${place}`)));
});

describe("few-clusters", () => {
  const rows = (clusters: (string | null)[], key = "cluster") =>
    clusters.map((c, i) => `${JSON.stringify({ id: `c${i}`, q: "x", expected: "y", ...(c !== null && { [key]: c }) })}\n`).join(""); // prettier-ignore
  const of = (n: number, cases: number) => Array.from({ length: cases }, (_, i) => `k${i % n}`);
  const told = "warning few-clusters: 50 cases in 5 clusters: a comparison of fewer than 6 clusters can show no difference, however large"; // prettier-ignore
  const files = (data: string, suite = SUITE) => ({ ...prompt("x", "{{q}}"), "evals/s.suite.yml": suite, "d.jsonl": data }); // prettier-ignore
  const mapped = SUITE.replace("dataset: ../d.jsonl", "dataset:\n  file: ../d.jsonl\n  id: id\n  vars: { q: q }\n  expected: expected\n  cluster: doc"); // prettier-ignore

  test.each<[string, Record<string, string>, unknown[]]>([
    ["five clusters of ten cases", files(rows(of(5, 50))), [`evals/s.suite.yml:3:10 ${told}`]],
    ["a dataset of somebody else's, where its field is named", files(rows(of(5, 50), "doc"), mapped), [`evals/s.suite.yml:8:12 ${told}`]],
    ["cases that stand in the suite", files("", SUITE.replace("dataset: ../d.jsonl", "cases: [{ id: a, vars: { q: x }, expected: y, cluster: one }, { id: b, vars: { q: x }, expected: y }]")), one("evals/s.suite.yml:3:8", "warning few-clusters: 2 cases in 2 clusters")],
    ["six clusters", files(rows(of(6, 50))), []],
    ["five clusters and one case of its own", files(rows([...of(5, 50), null])), []],
    ["few cases without clusters", files(rows([null, null])), []],
    ["no cases", files(""), []],
    ["a dataset that cannot be read is told when it is run", files(`${rows(of(2, 4))}{"id":\n`), []],
  ])("%s", async (_, all, problems) => expect(await found(all)).toEqual(problems)); // prettier-ignore

  test("no more of a dataset is read than it takes: what follows six clusters may be anything", async () => {
    expect(await found(files(`${rows(of(6, 6))}{"id":\n`))).toEqual([]);
  });
});
