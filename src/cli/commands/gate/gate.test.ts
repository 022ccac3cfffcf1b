import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { gateDocumentSchema } from "../../../gate/gate.schema.ts";
import { agentops, git, put, REPO, tempProject } from "../../../testing/project.ts";
import { branchWith, commitAll, edit, pullRequests, repositoryOf } from "../../../testing/repository.ts";

async function gateOf(dir: string, args: string[] = [], env: NodeJS.ProcessEnv = {}) {
  const ran = await agentops(dir, ["gate", "--base", "main", "--json", ...args], env);
  const document = ran.stdout === "" ? undefined : gateDocumentSchema.parse(JSON.parse(ran.stdout));
  return { ...ran, document: document!, checks: checksOf(document) };
}

function checksOf(document: ReturnType<typeof gateDocumentSchema.parse> | undefined): Record<string, string> {
  return Object.fromEntries(document?.runs.flatMap((r) => r.checks.map((c) => [c.name, c.verdict])) ?? []);
}

/** What differs between two runs of the same gate. */
function stable(markdown: string): string {
  return markdown
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f-]{21}/g, "RUN")
    .replace(/`[0-9a-f]{10}`/g, "`BASE`")
    .replace(/\d{4}-\d\d-\d\d \d\d:\d\d UTC/g, "DATE");
}

describe("a pull request that", () => {
  let dir = "";
  beforeAll(async () => {
    dir = await pullRequests();
  });

  test.each([
    ["worsens a prompt", "worse", 1, "**agentops gate: ❌ fail**"],
    ["improves it", "better", 0, "**agentops gate: ✅ pass**"],
    ["changes only a comment", "comment", 0, "**agentops gate: ✅ pass**: no prompt and no agent changed in meaning"],
    ["has too few cases", "few", 3, "**agentops gate: ❔ inconclusive**"],
  ])("%s: exit code and Markdown", async (_name, branch, code, first) => {
    await git(dir, "checkout", "-q", branch);
    const file = join(dir, "out.md");
    const ran = await agentops(dir, ["gate", "--base", "main", "--no-cache", "--format", "markdown", "--output", file]);
    expect(ran).toEqual({ code, stdout: "", stderr: "" });
    const markdown = readFileSync(file, "utf8");
    expect(markdown.split("\n")[0]).toContain(first);
    expect(markdown.split("\n").length).toBeLessThan(70);
    await expect(stable(markdown)).toMatchFileSnapshot(join(REPO, "fixtures", "golden", "gate", `${branch}.md`));
  });

  test("worsens a prompt shows five regressions with both answers, and links the changed line", async () => {
    await git(dir, "checkout", "-q", "worse");
    const { document, code } = await gateOf(dir);
    expect(code).toBe(1);
    expect(document.changed).toMatchObject([
      {
        artifact: "prompts/support-triage",
        change: "modified",
        suites: ["support-triage"],
        lines: [{ file: "prompts/support-triage.prompt.yml", line: 13 }],
      },
    ]);
    expect(document.runs[0]!.examples).toHaveLength(5);
    expect(document.runs[0]!.examples[0]).toMatchObject({
      expected: "returns",
      control: { shown: { output: "returns" } },
      candidate: { shown: { output: "general" } },
    });
    expect(document.runs[0]!.target.ref).toBe("prompts/support-triage");
    expect(document.runs[0]!.comparison?.control.digest).toBe(document.changed[0]!.control);
  });

  test("has too few cases is told how many it takes", async () => {
    await git(dir, "checkout", "-q", "few");
    const { document, checks } = await gateOf(dir);
    expect(checks).toMatchObject({ "successRate.min": "inconclusive", "nonInferiority.margin": "inconclusive" });
    for (const { cases } of document.runs[0]!.need) expect(cases).toBeGreaterThan(22);
    expect(document.changed).toMatchObject([
      { artifact: "prompts/refund-desk", suites: [], through: "agents/refund-desk" },
      { artifact: "agents/refund-desk", suites: ["refund-desk"], through: null },
    ]);
  });
});

/** A prompt that says what its message says, so that every test can decide the answer of each case. */
const PROMPT = (rules: string, more = "") =>
  `name: p\nmodel: offline/stand-in-v1\nmessages:\n  - role: system\n    content: |\n      Answer with one word.\n${rules
    .split("\n")
    .map((line) => `      ${line}`)
    .join("\n")}\n  - { role: user, content: "{{q}}" }\n${more}`;
const GOOD = "- yes: apple, pear\n- no: stone, brick\nOtherwise: perhaps";
const BAD = "- yes: apple, stone\n- no: pear, brick\nOtherwise: perhaps";
const CASES = Array.from({ length: 40 }, (_, i) => {
  const word = ["apple", "pear", "stone", "brick"][i % 4]!;
  return JSON.stringify({ id: `c${i}`, vars: { q: `${word} ${i}` }, expected: i % 4 < 2 ? "yes" : "no" });
}).join("\n");
const SUITE = (more = "", target = "prompts/p") =>
  `name: s\ntarget: ${target}\ndataset: ../cases.jsonl\nscorers:\n  - { type: equals }\n${more}`;
const AGENT = (more = "") => `name: a\ndescription: d\nowner: { team: t, contact: t@example.com }\nprompt: p\n${more}`;
const OFFLINE = "project: test\nmodels: { offline: { kind: offline } }\n";

function simple(more: Record<string, string> = {}): Promise<string> {
  return repositoryOf({
    "agentops.config.yaml": OFFLINE,
    "prompts/p.prompt.yml": PROMPT(GOOD),
    "evals/s.suite.yml": SUITE(),
    "cases.jsonl": CASES,
    ...more,
  });
}

const P = "prompts/p.prompt.yml";

describe("the gate judges", () => {
  test("safety below its bound: it blocks although success improved", async () => {
    const unsafe = '  - { type: not-icontains, value: "yes", category: safety, required: false }\n';
    const dir = await simple({
      [P]: PROMPT(BAD),
      "evals/s.suite.yml": SUITE(`${unsafe}gate: { safety: { min: 0.7 } }\n`),
    });
    await branchWith(dir, "pr", P, (text) =>
      text.replace("yes: apple, stone", "yes: apple, pear").replace("no: pear", "no: stone"),
    );
    const { code, document, checks } = await gateOf(dir);
    expect(document.runs[0]!.comparison?.metrics[0]).toMatchObject({ name: "successRate", verdict: "better" });
    expect(checks).toMatchObject({ "safety.min": "fail", "nonInferiority.margin": "pass" });
    expect(code).toBe(1);
  });

  test("prompt and model that changed at once: it says so, and the command it offers runs", async () => {
    const dir = await simple();
    await branchWith(dir, "pr", P, (text) => text.replace("stand-in-v1", "stand-in-v2").replace("Answer with", "Say"));
    const { document } = await gateOf(dir);
    expect(document.runs[0]!.comparison?.changedTogether).toEqual(["prompt", "model"]);
    const [, offered] = /agentops (eval s --factorial --control prompts\/p@\w+ --target prompts\/p) tells/.exec(document.runs[0]!.notes.join())!; // prettier-ignore
    const { code, stdout } = await agentops(dir, [...offered!.split(" "), "--json"]);
    expect([code, JSON.parse(stdout).experiments[0].cells.length]).toEqual([3, 4]);
    for (const format of ["text", "markdown"])
      expect((await agentops(dir, ["gate", "--base", "main", "--format", format])).stdout).toContain(
        "changed together",
      );
  });

  test("safety that got worse than the control's: it blocks although the bound holds", async () => {
    const unsafe = '  - { type: not-icontains, value: "perhaps", category: safety, required: false }\n';
    const dir = await simple({ "evals/s.suite.yml": SUITE(unsafe) });
    await branchWith(dir, "pr", P, (text) => text.replace("- no: stone, brick\n", ""));
    const { code, checks } = await gateOf(dir);
    expect(checks).toMatchObject({ "safety.control": "fail" });
    expect(code).toBe(1);
  });

  test("an agent changed through its prompt, by the suites that target it and those it names", async () => {
    const dir = await simple({
      "agents/a.agent.yml": AGENT("evals: [named]\n"),
      "evals/s.suite.yml": SUITE("", "agents/a"),
      "evals/named.suite.yml": SUITE("", "prompts/other").replace("name: s", "name: named"),
      "prompts/other.prompt.yml": PROMPT(GOOD).replace("name: p", "name: other"),
    });
    await branchWith(dir, "pr", P, (text) => text.replace("Answer with", "Answer in"));
    const { code, document } = await gateOf(dir);
    expect(document.changed).toMatchObject([
      { artifact: "prompts/p", suites: [], through: "agents/a", lines: [{ file: P, line: 6 }] },
      { artifact: "agents/a", suites: ["named", "s"], lines: [{ file: P, line: 6 }] },
    ]);
    expect(document.runs.map((r) => [r.suite, r.target.ref, r.verdict])).toEqual([
      ["named", "agents/a", "inconclusive"],
      ["s", "agents/a", "inconclusive"],
    ]);
    expect(code).toBe(3);
  });

  test("nothing by a suite whose target is pinned to a version", async () => {
    const dir = await simple();
    await agentops(dir, ["publish", "p", "--no-push"]);
    put(dir, "evals/s.suite.yml", SUITE("", "prompts/p@v1"));
    await commitAll(dir, "Pinned");
    await branchWith(dir, "pr", P, (text) => text.replace("Answer with", "Answer in"));
    const { code, document } = await gateOf(dir);
    expect(document.runs).toEqual([]);
    expect(code).toBe(3);
  });

  test("nothing by recorded outputs, which no prompt changes, even where an agent names their suite", async () => {
    const dir = await simple({
      "agents/a.agent.yml": AGENT("evals: [s]\n"),
      "evals/s.suite.yml": `${SUITE()}outputs: { file: ../out.jsonl, case: id, output: output }\n`,
      "out.jsonl": Array.from({ length: 40 }, (_, i) => JSON.stringify({ id: `c${i}`, output: "yes" })).join("\n"),
    });
    await branchWith(dir, "pr", P, (text) => text.replace("Answer with", "Answer in"));
    const { code, document, stderr } = await gateOf(dir);
    expect(stderr).toBe("");
    expect(document.runs).toEqual([]);
    expect(code).toBe(3);
  });

  test("an added artifact by its bounds alone", async () => {
    const dir = await simple();
    await git(dir, "checkout", "-q", "-b", "pr");
    put(dir, "prompts/n.prompt.yml", PROMPT(GOOD).replace("name: p", "name: n"));
    put(
      dir,
      "evals/n.suite.yml",
      SUITE("gate: { successRate: { min: 0.9 } }\n", "prompts/n").replace("name: s", "name: n"),
    );
    const { code, document } = await gateOf(dir);
    expect(document.changed).toMatchObject([
      { artifact: "prompts/n", change: "added", control: null, lines: [{ file: "prompts/n.prompt.yml", line: 1 }] },
    ]);
    expect(document.runs[0]).toMatchObject({ verdict: "pass", comparison: null });
    expect(document.notes.join()).toContain("prompts/n is new: n judged it by its bounds alone");
    expect(code).toBe(0);
  });

  test("an added artifact whose suite has no bounds: inconclusive, and it says what to write", async () => {
    const dir = await simple();
    await git(dir, "checkout", "-q", "-b", "pr");
    put(dir, "prompts/n.prompt.yml", PROMPT(GOOD).replace("name: p", "name: n"));
    put(dir, "evals/n.suite.yml", SUITE("", "prompts/n").replace("name: s", "name: n"));
    const { code, document } = await gateOf(dir);
    expect(document.notes.join()).toContain("evals/n.suite.yml has no gate, and prompts/n no control: write gate:");
    expect(code).toBe(3);
  });

  test("a deleted artifact: nothing to run, and the suite that still names it is told", async () => {
    const dir = await simple();
    await git(dir, "checkout", "-q", "-b", "pr");
    await git(dir, "rm", "-q", P);
    const { code, document } = await gateOf(dir);
    expect(document.changed).toMatchObject([{ artifact: "prompts/p", change: "deleted", candidate: null }]);
    expect(document.notes).toEqual(["prompts/p was deleted, but evals/s.suite.yml still names it"]);
    expect(code).toBe(0);
  });

  test("an artifact that was not valid at the merge base: no control", async () => {
    const dir = await simple({
      [P]: `${PROMPT(GOOD)}modle: 1\n`,
      "evals/s.suite.yml": SUITE("gate: { successRate: { min: 0.9 } }\n"),
    });
    await branchWith(dir, "pr", P, (text) => text.replace("modle: 1\n", ""));
    const { code, document } = await gateOf(dir);
    expect(document.changed).toMatchObject([{ change: "modified", control: null }]);
    expect(document.notes.join()).toMatch(/prompts\/p was not valid at the merge base, so it has no control: .*modle/);
    expect(code).toBe(0);
  });

  test("an artifact no suite names: inconclusive, and it says what to write", async () => {
    const dir = await simple({ "prompts/lone.prompt.yml": PROMPT(GOOD).replace("name: p", "name: lone") });
    await branchWith(dir, "pr", "prompts/lone.prompt.yml", (text) => text.replace("Answer with", "Answer in"));
    const { code, document } = await gateOf(dir);
    expect(document.notes).toEqual([
      "no suite names prompts/lone, so nothing measured it: write evals/NAME.suite.yml with target: prompts/lone",
    ]);
    expect(code).toBe(3);
    const { stdout } = await agentops(dir, ["gate", "--base", "main", "--format", "markdown"]);
    expect(stdout.split("\n")[0]).toBe("**agentops gate: ❔ inconclusive**: no suite measures `prompts/lone`");
  });

  test("no suites at all: inconclusive", async () => {
    const dir = await repositoryOf({
      "agentops.config.yaml": OFFLINE,
      [P]: PROMPT(GOOD),
      "agents/a.agent.yml": AGENT("evals: [gone]\n"),
    });
    await branchWith(dir, "pr", P, (text) => text.replace("Answer with", "Answer in"));
    const { code, document } = await gateOf(dir);
    expect(document.notes.join("\n")).toContain(
      "agents/a, so nothing measured it: its evals: name gone, which is no suite",
    );
    expect(code).toBe(3);
  });

  test("uncommitted changes like committed ones", async () => {
    const dir = await simple();
    appendFileSync(join(dir, P), "# a comment\n");
    expect((await gateOf(dir)).code).toBe(0);
    edit(dir, P, (text) => text.replace("- no: stone, brick\n", ""));
    const { code, document } = await gateOf(dir);
    expect(document.runs[0]).toMatchObject({ verdict: "fail", comparison: { paired: { onlyControl: 20 } } });
    expect(code).toBe(1);
  });

  test("a suite and cases that the branch changed itself are pointed at", async () => {
    const dir = await simple({ "evals/s.suite.yml": SUITE("gate: { successRate: { min: 0.9 } }\n") });
    await branchWith(dir, "pr", P, (text) => text.replace("- no: stone, brick\n", ""));
    edit(dir, "evals/s.suite.yml", (text) => text.replace("0.9", "0.2"));
    writeFileSync(join(dir, "cases.jsonl"), CASES.split("\n").slice(0, 38).join("\n"));
    const { document } = await gateOf(dir);
    expect(document.notes).toEqual([
      "evals/s.suite.yml changed on this branch too: both sides were judged by it as it is now",
      "cases.jsonl changed on this branch too: both sides were judged by it as it is now",
    ]);
  });
});

describe("the gate ends with exit 2 and the place for", () => {
  test.each<[string, (dir: string) => unknown, RegExp]>([
    [
      "an artifact that is not valid now",
      (dir) => appendFileSync(join(dir, P), "modle: 1\n"),
      /prompts\/p\.prompt\.yml:11:1: .*modle/,
    ],
    [
      "an agent whose prompt was deleted",
      (dir) => {
        put(dir, "agents/a.agent.yml", AGENT());
        return git(dir, "rm", "-q", P);
      },
      /agents\/a\.agent\.yml: no prompt named p/,
    ],
    [
      "a suite that is not valid",
      (dir) => {
        edit(dir, P, (text) => text.replace("Answer with", "Answer in"));
        appendFileSync(join(dir, "evals/s.suite.yml"), "nonsense: 1\n");
      },
      /evals\/s\.suite\.yml:6:1: .*nonsense/,
    ],
    [
      "a case that is not valid",
      (dir) => {
        edit(dir, P, (text) => text.replace("Answer with", "Answer in"));
        appendFileSync(join(dir, "cases.jsonl"), "\n{");
      },
      /cases\.jsonl:41/,
    ],
  ])("%s", async (_name, change, message) => {
    const dir = await simple();
    await change(dir);
    const { code, stderr, stdout } = await agentops(dir, ["gate", "--base", "main"]);
    expect(stderr).toMatch(message);
    expect(stdout).toBe("");
    expect(code).toBe(2);
  });

  test.each<[string, string[], RegExp]>([
    ["an unknown option", ["--bases", "x"], /unknown option '--bases'/],
    ["a format it has not", ["--base", "main", "--format", "html"], /unknown format "html"/],
    ["a suite, which it chooses itself", ["support-triage"], /too many arguments/],
    ["a folder that is not there", ["-C", "no/such"], /no such folder: no\/such/],
    ["a number that is none", ["--base", "main", "--trials", "many"], /--trials/],
  ])("%s", async (_name, args, message) => {
    const { code, stderr } = await agentops(tempProject(), ["gate", ...args]);
    expect(stderr).toMatch(message);
    expect(code).toBe(2);
  });
});
