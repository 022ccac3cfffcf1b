import { readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { ALL_CASES, few } from "../../testing/engine.ts";
import { tempProject } from "../../testing/project.ts";
import { chatAnswer, startProvider } from "../../testing/provider.ts";
import { CASES, cases, type Desk, desk, PROMPT, prompt, SUITE, suite } from "./desk.testing.ts";

/** A script that is content with anything, and one that is with nothing. */
const YES = "export default () => true;\n";
const NO = "export default () => false;\n";
const SCRIPT = "{ type: javascript, value: ./score.mjs }";

async function evalThenUndo(at: Desk, path: string, text: string): Promise<void> {
  at.put(path, text);
  expect((await at.run("eval", "desk")).code).toBe(0);
  await at.git("checkout", "-q", "--", ".");
}

const judgeProgram = (pass: boolean) => `import { createInterface } from "node:readline";
for await (const line of createInterface({ input: process.stdin }))
  console.log(JSON.stringify({ id: JSON.parse(line).id, output: '{"pass":${pass},"score":${pass ? 1 : 0},"reason":"x"}' }));
`;
/** The one case that the prompt cannot do. */
const HARD = { [CASES]: cases().split("\n")[3]! };
const RECORDINGS = "fixtures/recordings/desk.jsonl";

function atRecordings(at: Desk, change: (text: string) => string): void {
  const text = readFileSync(join(at.dir, RECORDINGS), "utf8");
  expect(change(text)).not.toBe(text);
  at.put(RECORDINGS, change(text));
}

const CONFIG = "agentops.config.yaml";
const OFFLINE = "project: test\nmodels: { offline: { kind: offline }";
const ownAgent = (file: string) => `${OFFLINE}, own: { kind: exec, command: [node, ${file}] } }\n`;
/** A program that answers each ticket with its queue, or always with the same. */
const answering = (what: "expected" | "general") => `import { createInterface } from "node:readline";
const QUEUES = { "my invoice": "billing", "a refund please": "returns", "I lost my parcel": "shipping" };
for await (const line of createInterface({ input: process.stdin })) {
  const { id, vars } = JSON.parse(line);
  console.log(JSON.stringify({ id, output: ${what === "expected" ? 'QUEUES[vars.ticket] ?? "general"' : '"general"'} }));
}
`;
const AGENTS = { "agent.mjs": answering("general"), "better.mjs": answering("expected") };
const through = (act: string, provider: string) =>
  new RegExp(
    `run \\S+ was ${act} by models\\.${provider}, whose provider or price is another than committed at v1 or main`,
  );

type Row = [what: string, attempt: (at: Desk) => Promise<void>, why: RegExp, files?: Record<string, string>];

const used = (path: string, how = "otherwise than committed at") =>
  new RegExp(`run \\S+ used ${path},? ${how} v1 or main`);

describe("nobody gets round the policy by", () => {
  const attempts: Row[] = [
    ["weaker bounds that are taken back", (at) => evalThenUndo(at, SUITE, suite({ min: 0.5 })), used(SUITE)],
    ["fewer cases", (at) => evalThenUndo(at, CASES, cases(3)), used(CASES)],
    [
      "another scorer script",
      (at) => evalThenUndo(at, "evals/score.mjs", YES),
      used("evals/score.mjs"),
      { [SUITE]: suite({ scorers: SCRIPT }), "evals/score.mjs": NO },
    ],
    [
      "another module that the script imports",
      (at) => evalThenUndo(at, "evals/lib/rule.mjs", "export const ok = () => true;\n"),
      used("evals/lib/rule.mjs"),
      {
        [SUITE]: suite({ scorers: SCRIPT }),
        "evals/score.mjs": 'import { ok } from "./lib/rule.mjs";\nexport default () => ok();\n',
        "evals/lib/rule.mjs": "export const ok = () => false;\n",
      },
    ],
    [
      "another file that a shell script reads",
      (at) => evalThenUndo(at, "evals/answer.json", "true"),
      used("evals/answer.json"),
      {
        [SUITE]: suite({ scorers: "{ type: exec, value: [sh, score.sh] }" }),
        "evals/score.sh": "cat > /dev/null; cat ./answer.json\n",
        "evals/answer.json": "false",
      },
    ],
    [
      "another Python module",
      (at) => evalThenUndo(at, "evals/rules.py", "def ok():\n    return 'true'\n"),
      used("evals/rules.py"),
      {
        [SUITE]: suite({ scorers: "{ type: exec, value: 'python3 -B score.py' }" }),
        "evals/score.py": "import rules\nprint(rules.ok())\n",
        "evals/rules.py": "def ok():\n    return 'false'\n",
      },
    ],
    [
      "another judge, that is a program",
      (at) => evalThenUndo(at, "judge.mjs", judgeProgram(true)),
      used("judge.mjs"),
      {
        "agentops.config.yaml":
          "project: test\nmodels: { offline: { kind: offline }, own: { kind: exec, command: [node, judge.mjs] } }\n",
        [SUITE]: suite({ scorers: "{ type: llm-rubric, value: is right, model: own/judge-1 }" }),
        "judge.mjs": judgeProgram(false),
      },
    ],
    [
      "another provider behind the same pin, that is taken back",
      (at) => evalThenUndo(at, CONFIG, ownAgent("better.mjs")),
      through("answered", "own"),
      { [CONFIG]: ownAgent("agent.mjs"), ...AGENTS, [PROMPT]: prompt().replace("offline/", "own/") },
    ],
    [
      "another config file with another provider behind the pin",
      async (at) => {
        at.put("other.yaml", ownAgent("better.mjs"));
        expect((await at.run("eval", "desk", "--config", "other.yaml")).code).toBe(0);
      },
      through("answered", "own"),
      { [CONFIG]: ownAgent("agent.mjs"), ...AGENTS, [PROMPT]: prompt().replace("offline/", "own/") },
    ],
    [
      "another text of the program that answers",
      (at) => evalThenUndo(at, "agent.mjs", answering("expected")),
      used("agent.mjs"),
      { [CONFIG]: ownAgent("agent.mjs"), ...AGENTS, [PROMPT]: prompt().replace("offline/", "own/") },
    ],
    [
      "another text of it, that this clone is told to ignore",
      async (at) => {
        writeFileSync(join(at.top, ".git", "info", "exclude"), "agent.mjs\n");
        await at.git("rm", "-q", "--cached", "agent.mjs");
        at.put("agent.mjs", answering("expected"));
        expect((await at.run("eval", "desk")).code).toBe(0);
        await at.git("reset", "-q");
        await at.git("checkout", "-q", "--", ".");
      },
      used("agent.mjs"),
      { [CONFIG]: ownAgent("agent.mjs"), ...AGENTS, [PROMPT]: prompt().replace("offline/", "own/") },
    ],
    [
      "another provider behind the judge's pin",
      (at) => evalThenUndo(at, CONFIG, `${OFFLINE}, judge: { kind: exec, command: [node, yes.mjs] } }\n`),
      through("judged", "judge"),
      {
        [CONFIG]: `${OFFLINE}, judge: { kind: exec, command: [node, no.mjs] } }\n`,
        [SUITE]: suite({ scorers: "{ type: llm-rubric, value: is right, model: judge/j-1 }" }),
        "no.mjs": judgeProgram(false),
        "yes.mjs": judgeProgram(true),
      },
    ],
    [
      "a price that makes it cheap",
      (at) =>
        evalThenUndo(
          at,
          CONFIG,
          `${ownAgent("better.mjs")}pricing: { own/stand-in-v1: { inputPerMillionUsd: 0, outputPerMillionUsd: 0 } }\n`,
        ),
      through("answered", "own"),
      { [CONFIG]: ownAgent("better.mjs"), ...AGENTS, [PROMPT]: prompt().replace("offline/", "own/") },
    ],
    [
      "a suite that nobody committed",
      async (at) => {
        at.put("evals/weak.suite.yml", suite({ min: 0.5 }));
        expect((await at.run("eval", "evals/weak.suite.yml")).code).toBe(0);
      },
      used("evals/weak.suite.yml", "not committed at"),
    ],
    [
      "a suite outside of the repository",
      async (at) => {
        const outside = tempProject({ "weak.suite.yml": suite({ min: 0.5 }), "cases.jsonl": cases() });
        writeFileSync(join(outside, "weak.suite.yml"), suite({ min: 0.5 }).replace("../fixtures/desk", "cases"));
        expect((await at.run("eval", join(outside, "weak.suite.yml"))).code).toBe(0);
      },
      /run \S+ used \.\.\/.*cases\.jsonl, \.\..*weak\.suite\.yml from outside of the repository/,
    ],
    [
      "a link to easier cases, that are committed",
      async (at) => {
        rmSync(join(at.dir, CASES));
        symlinkSync("easy.jsonl", join(at.dir, CASES));
        expect((await at.run("eval", "desk")).code).toBe(0);
        await at.git("checkout", "-q", "--", ".");
      },
      used(CASES),
      { "fixtures/easy.jsonl": cases(3) },
    ],
    [
      "a filter of git's that says of anything that it is what was committed",
      async (at) => {
        writeFileSync(join(at.top, ".git", "info", "attributes"), "*.yml filter=lie\n");
        await at.git("config", "filter.lie.clean", `git cat-file blob HEAD:bots/${SUITE}`);
        at.put(SUITE, suite({ min: 0.5 }));
        expect(await at.git("hash-object", SUITE)).toBe(await at.git("rev-parse", `HEAD:bots/${SUITE}`));
        expect((await at.run("eval", "desk")).code).toBe(0);
      },
      used(SUITE),
    ],
    [
      "some of the cases",
      async (at) => {
        expect((await at.run("eval", "desk", "--filter", "id=1")).code).toBe(0);
      },
      /run \S+ judged only some of the cases/,
    ],
    [
      "fewer trials than the suite asks for",
      async (at) => {
        at.put(SUITE, suite({ min: 0.5, more: "trials: 3\n" }));
        await at.commit(SUITE);
        expect((await at.run("eval", "desk", "--trials", "1")).code).toBe(0);
      },
      /run \S+ ran 1 of the 3 trials a case that its suite asks for/,
    ],
    [
      "answers that somebody wrote into a file of recordings",
      async (at) => {
        expect((await at.run("eval", "desk", "--record")).code).toBe(1);
        atRecordings(at, (text) => text.replace('"output":"general"', '"output":"shipping"'));
        expect((await at.run("eval", "desk", "--no-cache")).code).toBe(0);
      },
      used(RECORDINGS, "not committed at"),
      HARD,
    ],
  ];
  // The store of releases has no part in most of them.
  test.each(few(attempts, 2))("%s", async (_, attempt, why, files = {}) => {
    const at = await desk({ files });
    await attempt(at);
    const refused = await at.run("promote", "desk@v1", "--json");
    expect([refused.code, refused.stderr]).toEqual([5, expect.stringContaining("POLICY_REFUSED")]);
    const [refusal] = JSON.parse(refused.stderr).error.details.refusals;
    expect(refusal).toMatchObject({ rule: "evidence", message: expect.stringMatching(why) });
    expect(refusal.hint).toMatch(/agentops (eval|runs show) /);
  });

  test.runIf(ALL_CASES)("such answers, given out by the store when the file is gone", async () => {
    const provider = await startProvider((_, response) => {
      chatAnswer(response, "general");
    });
    onTestFinished(() => provider.close());
    const config = `project: test\nmodels: { near: { kind: openai-compatible, baseUrl: "${provider.baseUrl}" } }\n`;
    const near = { "agentops.config.yaml": config, [PROMPT]: prompt().replace("offline/stand-in-v1", "near/desk-1") };
    const [at, elsewhere] = [await desk({ files: { ...HARD, ...near } }), await desk({ files: { ...HARD, ...near } })];
    expect((await elsewhere.run("eval", "desk", "--record")).code).toBe(1);
    at.put(RECORDINGS, readFileSync(join(elsewhere.dir, RECORDINGS), "utf8"));
    atRecordings(at, (text) => text.replace('"output":"general"', '"output":"shipping"'));
    expect((await at.run("eval", "desk")).code).toBe(0);
    rmSync(join(at.dir, RECORDINGS));
    expect((await at.run("eval", "desk")).code, "the provider is asked").toBe(1);
    // An answer of its own is kept.
    expect([(await at.run("eval", "desk")).code, provider.calls.length]).toEqual([1, 2]);
  });
});
