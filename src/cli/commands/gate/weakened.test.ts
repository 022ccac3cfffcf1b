import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { gateDocumentSchema } from "../../../gate/gate.schema.ts";
import { agentops, git, put } from "../../../testing/project.ts";
import { commitAll, edit, repositoryOf } from "../../../testing/repository.ts";

const PROMPT = (words: string) =>
  `name: p\nmodel: offline/stand-in-v1\nmessages: [{ role: user, content: "${words} {{q}}" }]\n`;
const SUITE = `name: s
target: prompts/p
dataset: ../cases.jsonl
scorers:
  - { type: regex, value: "." }
  - { type: regex, value: "[a-z]" }
gate: { successRate: { min: 0.9 } }
`;
const CASES = Array.from({ length: 12 }, (_, i) => ({ id: `c${i}`, vars: { q: `say ${i}` }, expected: "x" }));
const lines = (cases: object[]) => `${cases.map((one) => JSON.stringify(one)).join("\n")}\n`;
const [S, P] = ["evals/s.suite.yml", "prompts/p.prompt.yml"];

async function project(): Promise<string> {
  const dir = await repositoryOf({ [P]: PROMPT("Say it."), [S]: SUITE, "cases.jsonl": lines(CASES) });
  await git(dir, "checkout", "-q", "-b", "pr");
  edit(dir, P, () => PROMPT("Say it twice."));
  return dir;
}

async function gateOf(dir: string, format: string) {
  await commitAll(dir, "pr");
  const { stdout, stderr } = await agentops(dir, ["gate", "--base", "main", "--format", format]);
  expect(stdout, stderr).not.toBe("");
  return stdout;
}

test.each<[string, (dir: string) => void, string[]]>([
  [
    "took cases out and let errors pass",
    (dir) => {
      put(dir, "cases.jsonl", lines([...CASES.slice(2, 11), { ...CASES[11], expected: "y" }]));
      put(dir, "agentops.config.yaml", "project: test\nlimits: { maxErrorRate: 0.5 }\n");
    },
    [
      "2 of 12 cases dropped (c0, c1)",
      "1 case with another input or expectation (c11)",
      "limits.maxErrorRate 5 % → 50 %",
    ],
  ],
  [
    "took another file, and looks at another artifact",
    (dir) => {
      put(dir, "few.jsonl", lines(CASES.slice(3)));
      edit(dir, S, (t) => t.replace("cases.jsonl", "few.jsonl").replace("prompts/p", "prompts/p@v1"));
    },
    ["3 of 12 cases dropped (c0, c1, c2)", "it no longer judges prompts/p"],
  ],
  ["is gone", (dir) => rmSync(join(dir, S)), ["the suite was removed"]],
  [
    "moved, and asks for more",
    (dir) => {
      const moved = readFileSync(join(dir, S), "utf8").replace("../cases", "../../cases").replace("0.9", "0.95");
      put(dir, "evals/more/s.suite.yml", moved);
      rmSync(join(dir, S));
    },
    [],
  ],
])("a suite that %s", async (_, change, expected) => {
  const dir = await project();
  change(dir);
  const { weakened } = gateDocumentSchema.parse(JSON.parse(await gateOf(dir, "json")));
  expect(weakened.flatMap(({ changes }) => changes.map(({ what }) => what))).toEqual(expected);
});

test("a weakened suite is the first line of every report, and of one that has nothing to judge", async () => {
  const dir = await project();
  edit(dir, S, (t) => t.replace("min: 0.9", "min: 0.5").replace(/.*"\[a-z\]".*\n/, ""));
  const what = "scorer regex#2 removed; bound successRate.min 0.9 → 0.5";
  const said = `suite weakened by this change: s: ${what}`;
  expect((await gateOf(dir, "text")).split("\n")[0]).toBe(said);
  edit(dir, P, () => PROMPT("Say it thrice."));
  const markdown = await gateOf(dir, "markdown");
  expect(markdown.split("\n")[0]).toBe(`⚠️ **Suite weakened by this change**: \`s\`: ${what.replace("#", "\\#")}`);
  expect(markdown).toContain("**agentops gate: ");
  edit(dir, P, () => PROMPT("Say it."));
  expect((await gateOf(dir, "github")).split("\n")[0]).toBe(said);
  put(dir, "x", "");
  expect(await gateOf(dir, "junit")).toMatch(
    /<testsuites[^>]*>\s*<testsuite name="suites weakened[\s\S]*?<testcase[^>]* name="suite weakened by this change: scorer regex#2/,
  );
});

test("a suite that a prompt file carries is held to what it was as well", async () => {
  const asked = (cases: number, evaluators: string) =>
    `${PROMPT("Say it.")}testData: [${["a", "b", "c"].slice(0, cases).map((q) => `{ q: ${q}, expected: x }`).join(", ")}]\nevaluators: [${evaluators}]\nagentops: { allowFloating: true }\n`; // prettier-ignore
  const [loose, strict] = ["{ name: any, string: { contains: s } }", "{ name: x, string: { contains: x } }"];
  const dir = await repositoryOf({ [P]: asked(3, `${loose}, ${strict}`) });
  await git(dir, "checkout", "-q", "-b", "pr");
  edit(dir, P, () => asked(2, loose).replace("Say it.", "Say it twice."));
  const { weakened } = gateDocumentSchema.parse(JSON.parse(await gateOf(dir, "json")));
  expect(weakened).toMatchObject([{ suite: "p.prompt", file: P }]);
  const what = weakened[0]!.changes.map((change) => change.what).join("; ");
  expect(what).toMatch(/^scorer x removed; 1 of 3 cases dropped/);
});
