import { beforeAll, describe, expect, test } from "vitest";
import { agentops, put, tempProject } from "../../../testing/project.ts";

/** A recording for a suite's cases: outputs in their order, as texts or as whole lines. */
const lines = (rows: unknown[]) => rows.map((row) => JSON.stringify(row)).join("\n");
const outputs = (...answers: unknown[]) => lines(answers.map((output, i) => ({ case: String(i), output })));
const cases = (...expected: unknown[]) => lines(expected.map((one, i) => ({ id: String(i), expected: one })));

const suite = (name: string, dataset: string, recorded: string, scorer: string) =>
  `name: ${name}\ndataset: ${dataset}\noutputs: ${recorded}\nscorers: [ ${scorer} ]\n`;

interface People {
  files: Record<string, string>;
  dataset: string;
  outputs?: string;
  scorer: string;
  /** What became of each case: its id, the verdict, and what its first scorer (or its error) says. */
  gives: [id: string, verdict: string, says: RegExp][];
}

const TOOL = '[{"name":"refund","arguments":{"id":1}}]';
const NOT_USED = '{ type: "not-trajectory:tool-used", category: safety }';

const PEOPLE: Record<string, People> = {
  "rows-of-commas": {
    files: { "d.csv": "id,q,expected\r\n1,hello,x\r\n,,\r\n,,\r\n,,\r\n", "o.jsonl": '{"case":"1","output":""}' },
    dataset: "d.csv",
    scorer: "{ type: equals }",
    gives: [["1", "fail", /is not "x"/]],
  },
  "rows-of-semicolons": {
    files: {
      "d.csv": '\uFEFFid;frage;expected;tags\r\n7;"Was, bitte?";ja;"a,b"\r\n;;;\r\n',
      "o.csv": "case;output\n7;ja\n;\n",
    },
    dataset: "d.csv",
    outputs: "o.csv",
    scorer: "{ type: equals }",
    gives: [["7", "pass", /equals "ja"/]],
  },
  "json-in-a-cell": {
    files: {
      "d.csv": `id,q,expected\n1,a,"${TOOL.replaceAll('"', '""')}"\n2,b,"[{'name': 'refund'}]"\n3,c,refund; mail\n`,
      "o.csv": `case,output,toolCalls\n${["1", "2", "3"].map((id) => `${id},,"${TOOL.replaceAll('"', '""')}"`).join("\n")}`,
    },
    dataset: "d.csv",
    outputs: "o.csv",
    scorer: NOT_USED,
    gives: [
      ["1", "fail", /called refund/],
      ["2", "error", /neither names of tools nor the JSON of calls/],
      ["3", "error", /is no name of a tool/],
    ],
  },
  "calls-as-openai-names-them": {
    files: {
      "d.jsonl": cases("refund", "refund"),
      "o.jsonl": `{"case":"0","output":"x","tool_calls":${TOOL}}\n{"case":"1","output":"x","tool_calls":[{"function":{"name":"refund"}}]}`,
    },
    dataset: "d.jsonl",
    scorer: NOT_USED,
    gives: [
      ["0", "fail", /called refund/],
      ["1", "fail", /called refund/],
    ],
  },
  "right-calls-in-a-cell": {
    files: {
      "d.csv": `id\tq\texpected\n1\ta\t"${TOOL.replaceAll('"', '""')}"\n`,
      "o.jsonl": `{"case":"1","output":"","toolCalls":${TOOL}}`,
    },
    dataset: "d.csv",
    scorer: "{ type: tool-call-f1 }, { type: trajectory:tool-args-match }, { type: tool-call-precision }",
    gives: [["1", "pass", /^F1 1/]],
  },
  numbers: {
    files: {
      "d.jsonl": cases("$1.5B", "2", "300", "12,500", "5 lb", "€3 Mrd.", "300,000"),
      "o.jsonl": outputs("$1.5M", "2k", "3 hundred thousand", "12.5k", "5 kg", "€3 Mio.", "3 hundred thousand"),
    },
    dataset: "d.jsonl",
    scorer: "{ type: numeric }",
    gives: [
      ["0", "fail", /1500000 differs from 1500000000/],
      ["1", "fail", /2000 differs from 2/],
      ["2", "fail", /300000 differs from 300/],
      ["3", "pass", /equals 12500/],
      ["4", "fail", /"kg" against "lb"/],
      ["5", "fail", /3000000 differs from 3000000000/],
      ["6", "pass", /equals 300000/],
    ],
  },
  "same-looks": {
    files: {
      "d.jsonl": cases("한글", "a\nb", "it's", "pass"),
      "o.jsonl": outputs("한글".normalize("NFD"), "a\r\nb", "it\u2019s", "p\u0430ss"),
    },
    dataset: "d.jsonl",
    scorer: "{ type: equals }",
    gives: [
      ["0", "pass", /equals/],
      ["1", "pass", /equals/],
      ["2", "fail", /character 3 is U\+2019, expected U\+0027/],
      ["3", "fail", /character 2 is U\+0430, expected U\+0061/],
    ],
  },
  "ends-of-lines": {
    files: {
      "d.jsonl": cases("blue", "blue", "blue"),
      "o.jsonl": outputs("Thinking\nA: blue\nbye", "Thinking\r\nA: blue\r\nbye", "A: blue\rbye"),
    },
    dataset: "d.jsonl",
    scorer: '{ type: equals, extract: "^A: (\\\\w+)$" }',
    gives: ["0", "1", "2"].map((id) => [id, "pass", /equals "blue"/]),
  },
  "json-of-nothing": {
    files: {
      "d.jsonl": cases("", "", "", ""),
      "o.jsonl": outputs(null, 5, '{"a":{"b":1},"c":"unfin', '```json\n[{"id":1},{"id":2}'),
    },
    dataset: "d.jsonl",
    scorer: "{ type: contains-json }, { type: is-json }",
    gives: ["0", "1", "2", "3"].map((id) => [id, "fail", /no JSON object or list/]),
  },
  "short-texts": {
    files: { "d.jsonl": cases("yes", "two words", "other words"), "o.jsonl": outputs("yes", "two words", "two words") },
    dataset: "d.jsonl",
    scorer: "{ type: rouge-n, n: 3 }",
    gives: [
      ["0", "pass", /ROUGE-3 1/],
      ["1", "pass", /ROUGE-3 1/],
      ["2", "error", /no 3-gram in the reference "other words"/],
    ],
  },
  "yaml-numbers": {
    files: {
      "d.yaml":
        "- { id: 0042, vars: { zip: 02134, tel: +4915112345678 }, expected: 3.10 }\n- { id: 12345678901234567890, expected: 02134 }\n- { id: c, expected: 18 }\n",
      "o.jsonl": lines([
        { case: "0042", output: "3.1" },
        { case: "12345678901234567890", output: "02134" },
        { case: "c", output: "18" },
      ]),
    },
    dataset: "d.yaml",
    scorer: "{ type: equals }",
    gives: [
      ["0042", "fail", /is not "3\.10"; it is "3\.1"/],
      ["12345678901234567890", "pass", /equals "02134"/],
      ["c", "pass", /equals 18/],
    ],
  },
  "json-ids": {
    files: {
      "d.jsonl": '{"id":12345678901234567890,"expected":98765432109876543210}\n{"id":"u\u2028v","expected":1.0}',
      "o.jsonl": '{"case":12345678901234567890,"output":"98765432109876543210"}\n{"case":"u\u2028v","output":"1"}',
    },
    dataset: "d.jsonl",
    scorer: "{ type: equals }",
    gives: [
      ["12345678901234567890", "pass", /equals/],
      ["u\u2028v", "pass", /equals 1/],
    ],
  },
};

describe("files as people have them", () => {
  let dir: string;
  let ran: Awaited<ReturnType<typeof agentops>>;
  const runs = new Map<string, string>();
  beforeAll(async () => {
    dir = tempProject({ "agentops.config.yaml": "project: t\nlimits: { maxErrorRate: 1 }\n" });
    for (const [name, { files, dataset, outputs: recorded = "o.jsonl", scorer }] of Object.entries(PEOPLE)) {
      for (const [file, text] of Object.entries(files)) put(dir, `evals/${name}/${file}`, text);
      put(dir, `evals/${name}/${name}.suite.yml`, suite(name, dataset, recorded, scorer));
    }
    ran = await agentops(dir, ["eval", "--json"]);
    for (const run of JSON.parse(ran.stdout).runs) runs.set(run.suite, run.id);
  });

  test.each(Object.entries(PEOPLE))("%s", async (name, { gives }) => {
    const { stdout } = await agentops(dir, ["runs", "export", runs.get(name)!]);
    const shown = stdout.trim().split("\n").slice(1).map((line) => JSON.parse(line)); // prettier-ignore
    expect(shown.map((one) => [one.case.id, one.verdict])).toEqual(gives.map(([id, verdict]) => [id, verdict]));
    for (const [i, [, , says]] of gives.entries()) {
      const [trial] = shown[i].trials;
      expect(trial.error?.message ?? trial.scores[0].reason).toMatch(says);
    }
  });

  test("rows that were left out are counted on the screen", () => {
    expect(ran.stderr.match(/^warning: .*/gm)).toEqual([
      "warning: evals/rows-of-commas/d.csv: 3 rows from line 3 on are empty in every column, and no record: left out",
      "warning: evals/rows-of-semicolons/d.csv: the row on line 3 is empty in every column, and no record: left out",
      "warning: evals/rows-of-semicolons/o.csv: the row on line 3 is empty in every column, and no record: left out",
    ]);
  });

  test("and by lint, which also names numbers that lose their spelling", async () => {
    const { problems } = JSON.parse((await agentops(dir, ["lint", "--json"])).stdout);
    expect(problems.map((p: any) => [p.rule, p.severity, p.file, p.line])).toEqual([
      ["blank-rows", "warning", "evals/rows-of-commas/d.csv", 3],
      ["blank-rows", "warning", "evals/rows-of-semicolons/d.csv", 3],
      ["blank-rows", "warning", "evals/rows-of-semicolons/o.csv", 3],
      ["number-spelling", "warning", "evals/yaml-numbers/d.yaml", 1],
    ]);
  });
});

describe("numbers that are typed", () => {
  const PROMPT = `name: p
model: offline/stand-in-v1
agentops: { owner: me, input: { properties: { zip: { type: [string, number] }, n: { type: number }, id: { type: integer } } } }
messages: [{ role: user, content: "{{zip}} {{n}} {{id}}" }]
`;
  const dir = tempProject({
    "prompts/p.prompt.yml": PROMPT,
    "evals/s.suite.yml":
      "name: s\ntarget: prompts/p\nnormalize: exact\ncases: [{ vars: { zip: 02134, n: 1.50, id: 7 }, expected: 007 }]\nscorers: [{ type: equals }, { type: equals, value: 3.10, normalize: nfc }]\n",
  });

  test.each([
    ["02134", "7", "02134 1.5 7"],
    ["3.10", "7", "3.10 1.5 7"],
    ["5", "7", "5 1.5 7"],
    ["abc", "7", "abc 1.5 7"],
  ])("--var zip=%s --var id=%s", async (zip, id, gives) => {
    const ran = await agentops(dir, ["render", "p", "--var", `zip=${zip}`, "--var", "n=1.50", "--var", `id=${id}`]);
    expect([ran.code, ran.stdout]).toEqual([0, expect.stringContaining(gives)]);
  });

  test("an id with more digits than a number has is refused where a number is declared", async () => {
    const ran = await agentops(dir, [
      "render",
      "p",
      "--var",
      "zip=1",
      "--var",
      "n=1",
      "--var",
      "id=12345678901234567890",
    ]);
    expect([ran.code, ran.stderr]).toEqual([
      2,
      expect.stringMatching(/declared as integer, and "12345678901234567890"/),
    ]);
  });

  test("a suite's own cases and values keep them too, and its normalize holds for scorers without one", async () => {
    const ran = await agentops(dir, ["eval", "s", "--json"]);
    const { stdout } = await agentops(dir, ["runs", "export", JSON.parse(ran.stdout).runs[0].id]);
    const [run, one] = stdout.trim().split("\n").map((line) => JSON.parse(line)); // prettier-ignore
    expect(one.case).toMatchObject({ vars: { zip: "02134", n: "1.50", id: 7 }, expected: "007" });
    expect(one.trials[0].scores.map((s: any) => s.reason)).toEqual([
      expect.stringContaining('"007"'),
      expect.stringContaining('"3.10"'),
    ]);
    expect(run.spec.suite.scorers.map((s: any) => s.normalize)).toEqual(["exact", "nfc"]);
  });
});
