import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { agentops, put, tempProject } from "../../testing/project.ts";
import { chatAnswer, type FakeProvider, startProvider } from "../../testing/provider.ts";

const CASES = 60;
const TRIALS = 2;
/** What people say of the output of a case: the odd ones are good. */
const good = (i: number) => i % 2 === 1;

/** What a judge is asked about: the texts between its fences. */
function sections(content: string): Record<string, string> {
  return Object.fromEntries(
    [...content.matchAll(/^<([a-z]+)-([0-9a-f]{16})>\n([\s\S]*?)\n<\/\1-\2>$/gm)].map((m) => [m[1], m[3]]),
  ) as Record<string, string>;
}

type Judge = (answer: string) => { pass: boolean; score?: number };

/** Right but for every tenth output; as a share of the odd (good) ones and of the even ones. */
const mostlyRight: Judge = (answer) => {
  const i = Number(/\d+/.exec(answer)?.[0]);
  return { pass: good(i) !== (i % 10 === 3) };
};
/** Knows nothing: passes two of three, whatever they are. */
const coin: Judge = (answer) => ({ pass: Number(/\d+/.exec(answer)?.[0]) % 3 !== 0 });

describe("agentops judge calibrate", () => {
  let provider: FakeProvider | undefined;
  afterEach(async () => {
    await provider?.close();
    provider = undefined;
  });
  const ENV = { OPENAI_API_KEY: "sk-test-0123456789abcdefghij" };

  /** A suite over recorded outputs, whose judge answers on a port of this machine; evaluated once. */
  async function evaluated(judge: Judge, suite = "", compare: (s: Record<string, string>) => string = () => "first") {
    provider = await startProvider(({ body }, response) => {
      const found = sections(body.messages.at(-1).content);
      if (found["first"] !== undefined) {
        return chatAnswer(response, JSON.stringify({ reason: "so", better: compare(found) }));
      }
      const { pass, score = Number(pass) } = judge(found["answer"] ?? "");
      return chatAnswer(response, JSON.stringify({ reason: "so", score, pass }));
    });
    const outputs = Array.from({ length: CASES * TRIALS }, (_, k) => {
      const i = Math.floor(k / TRIALS);
      return JSON.stringify({ case: `c${i}`, trial: k % TRIALS, output: `answer ${i}` });
    });
    const dir = tempProject({
      "agentops.config.yaml": `project: x\nmodels: { openai: { kind: openai, baseUrl: "${provider.baseUrl}" } }\nlimits: { retries: 0 }\n`,
      "evals/s.suite.yml": `name: s\ndataset: ../cases.jsonl\noutputs: { file: ../outputs.jsonl, case: case, output: output, trial: trial }\nscorers: [{ type: llm-rubric, value: Is it polite?, model: openai/gpt-4o-2024-08-06 }]\n${suite}`,
      "cases.jsonl": Array.from({ length: CASES }, (_, i) => JSON.stringify({ id: `c${i}`, vars: { q: i } })).join(
        "\n",
      ),
      "outputs.jsonl": outputs.join("\n"),
    });
    const run = await agentops(dir, ["eval", "--json"], ENV);
    expect(run.code, run.stderr).toBe(0);
    return { dir, first: JSON.parse(run.stdout).runs[0] };
  }

  const labels = (n = CASES, label: (i: number) => unknown = (i) => (good(i) ? "pass" : "fail")) =>
    Array.from({ length: n }, (_, i) => JSON.stringify({ case: `c${i}`, label: label(i) }));
  async function calibrated(dir: string, lines: readonly string[], ...args: string[]) {
    put(dir, "labels.jsonl", `${lines.join("\n")}\n`);
    const run = await agentops(dir, ["judge", "calibrate", "s", "--labels", "labels.jsonl", "--json", ...args], ENV);
    return { ...run, found: run.stdout === "" ? undefined : JSON.parse(run.stdout) };
  }

  test("a good judge is usable: agreement, error rates, corrected rates; nothing is asked again", async () => {
    const { dir, first } = await evaluated(mostlyRight);
    expect(first.notes).toContain(
      "judge openai/gpt-4o-2024-08-06 of scorer llm-rubric was never calibrated: agentops judge calibrate s --labels FILE",
    );
    const asked = provider!.calls.length;
    const { code, found, stderr } = await calibrated(dir, labels());
    expect(code, stderr).toBe(0);
    expect(provider!.calls.length).toBe(asked);
    expect(found).toMatchObject({
      schema: "agentops.judge/1",
      verdict: "usable",
      scorer: "llm-rubric",
      judge: "openai/gpt-4o-2024-08-06",
      run: first.id,
      labels: { n: 60, cases: 60, passes: 30, fails: 30, unjudged: 0 },
      confusion: { bothPass: 24, judgeOnly: 0, personOnly: 6, bothFail: 30 },
      agreement: { estimate: 0.9 },
      sensitivity: { estimate: 0.8, n: 30, effectiveN: 30 },
      specificity: { estimate: 1, n: 30 },
      brier: null,
      ece: null,
      position: null,
    });
    expect(found.kappa.estimate).toBeCloseTo(0.8, 12);
    const { raw, corrected } = found.successRate;
    expect(raw.estimate).toBeCloseTo(0.4, 12);
    expect(corrected.roganGladen.estimate).toBeCloseTo(0.5, 12);
    expect(corrected.ppi.estimate).toBeCloseTo(0.5, 2);
    expect(corrected.preferred).toBe("ppi");
  });

  test("the next eval of the same judge shows the corrected rate beside the raw one, in every form", async () => {
    const { dir, first } = await evaluated(mostlyRight);
    const { found } = await calibrated(dir, labels());
    const labelled = JSON.parse((await agentops(dir, ["runs", "show", first.id, "--json"])).stdout).run;
    const { estimate, ci95 } = found.successRate.corrected.ppi;
    expect(labelled.metrics.scorers["llm-rubric"].judge.corrected).toEqual({ estimate, ci95, method: "ppi" });
    const again = JSON.parse((await agentops(dir, ["eval", "--json"], ENV)).stdout).runs[0];
    expect(again.notes.join()).not.toContain("never calibrated");
    const { judge, passRate } = again.metrics.scorers["llm-rubric"];
    expect(passRate).toBeCloseTo(0.4, 12);
    expect(judge).toMatchObject({ model: "openai/gpt-4o-2024-08-06", calibration: { verdict: "usable", labels: 60 } });
    expect(judge.corrected).toMatchObject({ estimate: expect.closeTo(0.5, 12), method: "rogan-gladen" });
    expect((await agentops(dir, ["runs", "show"])).stdout).toMatch(/llm-rubric +40 % pass, corrected 50 % \[\d/);
    expect((await agentops(dir, ["runs", "show", "--format", "markdown"])).stdout).toMatch(
      /\| 40 %, corrected 50 % \[/,
    );
  });

  test("another rubric is another judge, which was never calibrated", async () => {
    const { dir } = await evaluated(mostlyRight);
    const suite = readFileSync(join(dir, "evals/s.suite.yml"), "utf8");
    put(dir, "evals/s.suite.yml", suite.replace("Is it polite?", "Is it short?"));
    const { found } = await calibrated(dir, labels());
    expect(found.notes.join()).toContain("evals/s.suite.yml has changed since");
    const again = JSON.parse((await agentops(dir, ["eval", "--json"], ENV)).stdout).runs[0];
    expect(again.notes.join()).toContain("never calibrated");
    expect(again.metrics.scorers["llm-rubric"].judge).toMatchObject({ calibration: null, corrected: null });
  });

  test("a judge that flips a coin is refused, no corrected rate is offered, and later runs say so", async () => {
    const { dir } = await evaluated(coin);
    const { code, found } = await calibrated(dir, labels());
    expect(code).toBe(1);
    expect(found).toMatchObject({ verdict: "refused", refusal: "chance", successRate: { corrected: null } });
    expect(found.reason).toContain("no better than chance");
    const again = JSON.parse((await agentops(dir, ["eval", "--json"], ENV)).stdout).runs[0];
    expect(again.notes.join()).toContain("was no better than chance against 60 labels: its pass rate says nothing");
    expect(again.metrics.scorers["llm-rubric"].judge.corrected).toBeNull();
  });

  test("a judge a little above chance cannot be told from it: refused, with the labels that would", async () => {
    const { dir } = await evaluated((answer) => {
      const i = Number(/\d+/.exec(answer)?.[0]);
      return { pass: good(i) !== (i % 5 === 1 || i % 5 === 4) };
    });
    const { code, found } = await calibrated(dir, labels(40));
    expect([code, found.verdict, found.refusal]).toEqual([1, "refused", "unclear"]);
    expect(found.kappa.estimate).toBeCloseTo(0.2, 12);
    expect(found.reason).toContain("cannot be told from chance");
    expect(found.need.labels).toBeGreaterThan(40);
    expect(found.need.labels).toBeLessThan(80);
    // Sixty cases cannot give so many more: the run cannot settle it.
    expect(found.need.casesLeft).toBe(20);
    const text = await agentops(dir, ["judge", "calibrate", "s", "--labels", "labels.jsonl"], ENV);
    expect(text.stdout).toMatch(
      /this run cannot settle it: about \d\d more labels are needed and it has 20 cases without one/,
    );
    expect(text.stdout).toContain("none: a judge that may be guessing corrects nothing");
    const { notes } = JSON.parse((await agentops(dir, ["eval", "--json"], ENV)).stdout).runs[0];
    expect(notes.join()).toContain("could not be told from chance with 40 labels");
    expect(notes.join()).not.toContain("no better than chance");
  });

  test("a judge that is always wrong contradicts the labels: are they swapped?", async () => {
    const { dir } = await evaluated((answer) => ({ pass: !good(Number(/\d+/.exec(answer)?.[0])) }));
    const { code, found } = await calibrated(dir, labels());
    expect([code, found.verdict, found.refusal]).toEqual([1, "refused", "contradicts"]);
    expect(found.kappa).toEqual({ estimate: -1, ci95: null });
    expect(found.reason).toContain(
      "it passes 0 % of what people passed and 100 % of what they failed; are pass and fail swapped",
    );
    const text = await agentops(dir, ["judge", "calibrate", "s", "--labels", "labels.jsonl"], ENV);
    expect(text.stdout).not.toContain("guess");
    expect(text.stdout).toContain("none: judge and labels contradict each other");
    const { notes } = JSON.parse((await agentops(dir, ["eval", "--json"], ENV)).stdout).runs[0];
    expect(notes.join()).toContain("contradicted the labels of 60 outputs");
  });

  test("a judge that always agrees is usable, without an interval that claims certainty", async () => {
    const { dir } = await evaluated((answer) => ({ pass: good(Number(/\d+/.exec(answer)?.[0])) }));
    const { found } = await calibrated(dir, labels());
    expect([found.verdict, found.refusal, found.kappa]).toEqual(["usable", null, { estimate: 1, ci95: null }]);
    expect(found.reason).toContain("kappa 1.00, without one disagreement");
  });

  test("two labels give no interval of kappa", async () => {
    const { dir } = await evaluated(mostlyRight);
    for (const lines of [labels(2), labels(12)]) {
      const { found } = await calibrated(dir, lines);
      expect([found.verdict, found.kappa.ci95]).toEqual(["inconclusive", null]);
    }
    const text = await agentops(dir, ["judge", "calibrate", "s", "--labels", "labels.jsonl"], ENV);
    expect(text.stdout).toMatch(/kappa [\d.]+, no interval \(0 is chance/);
    expect(text.stdout).toContain("label about 18 more outputs, at random: agentops runs export");
  });

  test("a kind that no label is of: not a number, but where to find it", async () => {
    const { dir } = await evaluated(mostlyRight);
    const { code, found } = await calibrated(
      dir,
      labels(40, () => "pass"),
    );
    expect([code, found.verdict, found.need.labels, found.need.casesLeft]).toEqual([3, "inconclusive", null, 20]);
    expect(found.reason).toBe(
      "40 labelled cases with 40 passes and 0 fails show nothing of the other kind: 5 of each are needed",
    );
    expect(found.need.why).toMatch(
      /^no labelled output was failed by people: look among the \d\d others that the judge failed/,
    );
    const text = await agentops(dir, ["judge", "calibrate", "s", "--labels", "labels.jsonl"], ENV);
    expect(text.stdout).not.toContain("label about");
  });

  test("a judge that passes everything is refused", async () => {
    const { dir } = await evaluated(() => ({ pass: true }));
    const { code, found } = await calibrated(dir, labels());
    expect([code, found.verdict, found.kappa.estimate]).toEqual([1, "refused", 0]);
  });

  test.each([
    ["too few", 12, (i: number) => good(i), 18],
    ["of one kind", 60, () => true, null],
    ["hardly a fail among them", 60, (i: number) => i % 30 !== 0, 90],
  ])("labels that are %s decide nothing: exit 3, and how many more", async (_, n, label, more) => {
    const { dir } = await evaluated(mostlyRight);
    const { code, found } = await calibrated(dir, labels(n, label));
    expect([code, found.verdict, found.need.labels]).toEqual([3, "inconclusive", more]);
    expect(found.id).toBeNull();
    expect((await agentops(dir, ["runs", "show"])).stdout).toContain("never calibrated");
  });

  test("graded scores: Brier and calibration error", async () => {
    const { dir } = await evaluated((answer) => {
      const { pass } = mostlyRight(answer);
      return { pass, score: pass ? 0.9 : 0.2 };
    });
    const { found } = await calibrated(dir, labels());
    // 24 passed at 0.9 are good; 36 failed at 0.2, of which 6 are good.
    expect(found.brier).toBeCloseTo((24 * 0.01 + 6 * 0.64 + 30 * 0.04) / 60, 12);
    expect(found.ece).toBeCloseTo((24 / 60) * 0.1 + (36 / 60) * Math.abs(6 / 36 - 0.2), 12);
  });

  test("trials of one case are not evidence of their own", async () => {
    const { dir } = await evaluated(mostlyRight);
    const both = labels().flatMap((line) => [line, JSON.stringify({ ...JSON.parse(line), trial: 1 })]);
    const once = (await calibrated(dir, labels())).found;
    const twice = (await calibrated(dir, both)).found;
    expect(twice.labels).toMatchObject({ n: 120, cases: 60 });
    expect(twice.sensitivity).toMatchObject({ estimate: 0.8, n: 60 });
    expect(twice.sensitivity.effectiveN).toBeLessThan(31);
    const width = ({ kappa }: any) => kappa.ci95[1] - kappa.ci95[0];
    expect(width(twice) / width(once)).toBeCloseTo(1, 1);
    expect(twice.notes.join()).toContain("several labels are of one case");
  });

  test("labels picked by what the judge said are noticed", async () => {
    const { dir } = await evaluated(coin, "");
    const passed = labels().filter((_, i) => i % 3 !== 0);
    const { found } = await calibrated(dir, passed);
    expect(found.notes.join()).toContain("hardly picked at random");
  });

  describe("pairs", () => {
    const pairs = Array.from({ length: 6 }, (_, i) =>
      JSON.stringify({ case: `c${i}`, outputs: [`good ${i}`, `bad ${i}`], label: "first" }),
    );
    test("a judge that always prefers the first: every pair is a flip", async () => {
      const { dir } = await evaluated(mostlyRight);
      const { code, found, stderr } = await calibrated(dir, [...labels(), ...pairs]);
      expect(code, stderr).toBe(0);
      expect(found.position).toMatchObject({ pairs: 6, flips: 6, towardFirst: 6, towardSecond: 0, agreed: 0 });
      expect(found.notes.join()).toContain("changed with the order in 6 of 6 pairs");
    });
    test("a judge that sees the answer: no flip, whatever the order, and people agree", async () => {
      const { dir } = await evaluated(mostlyRight, "", ({ first }) => (first!.startsWith("good") ? "first" : "second"));
      const swapped = JSON.stringify({ case: "c9", outputs: ["bad 9", "good 9"], label: "second" });
      const { found } = await calibrated(dir, [...labels(), ...pairs, swapped]);
      expect(found.position).toMatchObject({ pairs: 7, flips: 0, agreed: 7 });
    });
    test("the judge is shown the rubric and the case; pairs alone say nothing about grading", async () => {
      const { dir } = await evaluated(mostlyRight, "", () => "tie");
      const { code, found } = await calibrated(dir, pairs.slice(0, 1));
      expect([code, found.verdict, found.position.agreed]).toEqual([3, "inconclusive", 0]);
      const shown = sections(provider!.calls.at(-1)!.body.messages.at(-1).content);
      expect(shown).toMatchObject({ rubric: "Is it polite?", input: '{"q":0}', first: "bad 0", second: "good 0" });
    });
    test("an unreadable comparison is an outside failure, and nothing is stored", async () => {
      const { dir } = await evaluated(mostlyRight, "", () => "both are nice");
      const { code, stderr } = await calibrated(dir, [...labels(), ...pairs]);
      expect(code).toBe(4);
      expect(stderr).toContain("gave no readable verdict, though asked twice");
      expect((await agentops(dir, ["runs", "show"])).stdout).toContain("never calibrated");
    });
  });

  test("label files that cannot be used are exit 2, with file and line", async () => {
    const { dir } = await evaluated(mostlyRight);
    const cases: [string, string[], RegExp][] = [
      ["nothing in it", [], /labels\.jsonl:1: no labels/],
      ["not JSON", ["{case: c1}"], /labels\.jsonl:1:2: not JSON/],
      ["not an object", ["[1]"], /labels\.jsonl:1: not a label/],
      ["no case", ['{"label": "pass"}'], /labels\.jsonl:1: "case" must be the id of a case, found nothing/],
      ["an unknown case", [...labels(3), '{"case": "zz", "label": 1}'], /labels\.jsonl:4: run .* has no case "zz"/],
      ["a case named like a built-in", ['{"case": "constructor", "label": 1}'], /labels\.jsonl:1: run .* has no case "constructor"/],
      ["a trial that was not run", ['{"case": "c1", "trial": 7, "label": 1}'], /no trial 7 of case "c1": its trials are 0 to 1/],
      ["a trial that is none", ['{"case": "c1", "trial": -1, "label": 1}'], /:1: "trial" must be/],
      ["a label that is none", ['{"case": "c1", "label": "good"}'], /:1: "label" must be pass or fail.*found "good"/],
      ["no label", ['{"case": "c1"}'], /:1: "label" must be pass or fail.*found nothing/],
      ["labelled twice", [...labels(2), '{"case": "c0", "label": "fail"}'], /:3: labelled before, in line 1/],
      ["three outputs", ['{"case": "c0", "outputs": ["a", "b", "c"], "label": "first"}'], /:1: "outputs" must be a list of two/],
      ["a pair with a verdict", ['{"case": "c0", "outputs": ["a", "b"], "label": "pass"}'], /:1: "label" must be first, second or tie/],
      ["a pair of an unknown case", ['{"case": "zz", "outputs": ["a", "b"], "label": "tie"}'], /:1: run .* has no case "zz"/],
    ]; // prettier-ignore
    for (const [what, lines, message] of cases) {
      const { code, stderr } = await calibrated(dir, lines);
      expect([what, code]).toEqual([what, 2]);
      expect(JSON.parse(stderr).error.message, what).toMatch(message);
    }
  });

  test("labels as CSV, and what a flag gets wrong", async () => {
    const { dir } = await evaluated(mostlyRight);
    put(
      dir,
      "labels.csv",
      `case,label,by\n${labels(0).join("")}${Array.from({ length: CASES }, (_, i) => `c${i},${good(i) ? "PASS" : 0},Ada`).join("\n")}\n`,
    );
    const run = (...args: string[]) => agentops(dir, ["judge", "calibrate", "s", ...args], ENV);
    const text = await run("--labels", "labels.csv");
    expect(text.code, text.stderr).toBe(0);
    expect(text.stdout).toMatch(
      /verdict: usable: it agrees with people beyond chance: kappa 0\.80 \[0\.\d\d, 0\.\d\d\]/,
    );
    expect((await run()).stderr).toContain("--labels FILE is missing");
    expect((await run("--labels", "none.jsonl")).stderr).toContain("FILE_NOT_FOUND");
    const folder = await run("--labels", tmpdir());
    expect([folder.code, folder.stderr]).toEqual([
      2,
      expect.stringContaining(`${tmpdir()} is a folder, not a file of labels`),
    ]);
    expect((await run("--labels", "/nowhere/none.jsonl")).stderr).toContain("no such data file: /nowhere/none.jsonl");
    expect((await run("--labels", "labels.csv", "--scorer", "llm-rubrik")).stderr).toContain(
      "did you mean llm-rubric?",
    );
    expect((await run("--labels", "labels.csv", "--run", "0000")).stderr).toContain("RUN_NOT_FOUND");
    const unknown = await agentops(dir, ["judge", "train", "s", "--labels", "labels.csv"]);
    expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining('unknown action "train"')]);
  });

  test("a suite without a judge, and one with several", async () => {
    const { dir } = await evaluated(mostlyRight);
    const suite = readFileSync(join(dir, "evals/s.suite.yml"), "utf8");
    put(
      dir,
      "evals/t.suite.yml",
      suite.replace("name: s", "name: t").replace(/scorers: .*/, 'scorers: [{ type: contains, value: "a" }]'),
    );
    put(dir, "labels.jsonl", labels().join("\n"));
    await agentops(dir, ["eval", "t"], ENV);
    const without = await agentops(dir, ["judge", "calibrate", "t", "--labels", "labels.jsonl"], ENV);
    expect([without.code, without.stderr]).toEqual([
      2,
      expect.stringContaining("no complete run of suite t with an llm-rubric"),
    ]);
    put(
      dir,
      "evals/s.suite.yml",
      suite.replace(
        /scorers: \[(.*)\]/,
        "scorers: [$1, { type: llm-rubric, name: short, value: Is it short?, model: openai/gpt-4o-2024-08-06 }]",
      ),
    );
    await agentops(dir, ["eval", "s"], ENV);
    const several = await calibrated(dir, labels());
    expect([several.code, several.stderr]).toEqual([2, expect.stringContaining("asks 2 judges")]);
    expect((await calibrated(dir, labels(), "--scorer", "short")).found.scorer).toBe("short");
  });
});
