import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { agentops, git, sampleRepository, tempProject } from "../../../testing/project.ts";
import { edit, repositoryOf } from "../../../testing/repository.ts";

/** A project whose recorded outputs stand for two systems: `good` and `bad` share cases by id. */
function recorded(good: unknown[], bad: unknown[], suite = ""): string {
  const lines = (rows: unknown[]) => rows.map((r) => JSON.stringify(r)).join("\n");
  return tempProject({
    "evals/s.suite.yml": `
name: s
dataset: { file: ../cases.jsonl, id: id, expected: expected }
outputs: { file: ../good.jsonl, case: id, trial: trial, output: output, latencyMs: ms, costUsd: usd }
scorers: [{ type: equals }]
${suite}`,
    "cases.jsonl": lines(Array.from({ length: 40 }, (_, i) => ({ id: `c${i}`, expected: "yes" }))),
    "good.jsonl": lines(good),
    "bad.jsonl": lines(bad),
  });
}

const outputs = (output: (i: number, trial: number) => string, more: (i: number) => object = () => ({}), trials = 1) =>
  Array.from({ length: 40 * trials }, (_, i) => ({
    id: `c${i % 40}`,
    trial: Math.floor(i / 40),
    output: output(i % 40, Math.floor(i / 40)),
    ms: 100 + i,
    usd: 0.01,
    ...more(i % 40),
  }));

async function twoRuns(dir: string): Promise<[string, string]> {
  const ids: string[] = [];
  for (const file of ["good.jsonl", "bad.jsonl"]) {
    const run = await agentops(dir, ["eval", "s", "--outputs", file, "--json"]);
    expect(run.stderr).toBe("");
    ids.push(JSON.parse(run.stdout).runs[0].id);
  }
  return ids as [string, string];
}

async function diffOf(dir: string, args: string[] = []) {
  const [control, candidate] = await twoRuns(dir);
  const found = await agentops(dir, ["diff", control, candidate, "--json", ...args]);
  expect(found.stderr).toBe("");
  return { ...found, document: JSON.parse(found.stdout) };
}

describe("agentops diff of two runs", () => {
  test("pairs cases by id, names regressions and improvements, and shows both outputs", async () => {
    const dir = recorded(
      outputs((i) => (i === 39 ? "no" : "yes")),
      outputs((i) => (i < 10 ? "no" : "yes")),
    );
    const { document, code } = await diffOf(dir);
    expect(code).toBe(0);
    expect(document).toMatchObject({
      schema: "agentops.diff/1",
      verdict: "worse",
      paired: { cases: 40, bothPass: 29, onlyControl: 10, onlyCandidate: 1, neither: 0 },
      regressions: Array.from({ length: 10 }, (_, i) => `c${i}`),
      improvements: ["c39"],
    });
    expect(document.metrics[0]).toMatchObject({ name: "successRate", test: "mcnemar-midp", verdict: "worse" });
    expect(document.examples[0]).toMatchObject({
      case: "c0",
      change: "regression",
      control: { shown: { passed: true, output: "yes" } },
      candidate: { shown: { passed: false, output: "no" } },
    });
    const exit = await agentops(dir, ["diff", document.control.run, document.candidate.run, "--exit-code"]);
    expect(exit.code).toBe(1);
    expect(exit.stdout).toContain("verdict: worse: success 97.5 % → 75 %");
  });

  test("several trials are pooled per case", async () => {
    const dir = recorded(
      outputs((i, trial) => ((i + trial) % 3 === 0 ? "no" : "yes"), undefined, 3),
      outputs((i, trial) => ((i + 2 * trial) % 4 === 0 ? "no" : "yes"), undefined, 3),
    );
    const { document } = await diffOf(dir);
    expect(document.paired).toMatchObject({ trialsControl: 3, trialsCandidate: 3 });
    expect(document.paired.meanControl).toBeCloseTo(2 / 3, 12);
    expect(document.metrics[0].test).toBe("clustered-t");
  });

  test("cases only one side has are listed, never dropped", async () => {
    const dir = recorded(
      outputs(() => "yes"),
      outputs(() => "yes"),
    );
    const control = JSON.parse((await agentops(dir, ["eval", "s", "--json"])).stdout).runs[0].id;
    const cases = readFileSync(join(dir, "cases.jsonl"), "utf8").split("\n");
    writeFileSync(join(dir, "cases.jsonl"), [...cases.slice(2), '{"id":"new","expected":"yes"}'].join("\n"));
    const after = await agentops(dir, ["eval", "s", "--json"]);
    const candidate = JSON.parse(after.stdout).runs[0].id;
    const { stdout } = await agentops(dir, ["diff", control, candidate, "--json"]);
    const document = JSON.parse(stdout);
    expect(document.paired).toMatchObject({
      cases: 38,
      unmatched: { control: ["c0", "c1"], candidate: ["new"] },
    });
    expect(document.notes.join()).toContain("2 cases only in the control's run");
    const text = await agentops(dir, ["diff", control, candidate]);
    expect(text.stdout).toContain("only in the control's run (2): c0, c1");
  });

  test("a case whose expectation changed is not the same case", async () => {
    const dir = recorded(
      outputs(() => "yes"),
      outputs(() => "yes"),
    );
    const before = JSON.parse((await agentops(dir, ["eval", "s", "--json"])).stdout).runs[0].id;
    const cases = readFileSync(join(dir, "cases.jsonl"), "utf8").split("\n");
    const flipped = cases.map((line, i) => (i < 3 ? line.replace("yes", "no") : line)).reverse();
    writeFileSync(join(dir, "cases.jsonl"), [...flipped, '{"id":"new","expected":"yes"}'].join("\n"));
    const after = JSON.parse((await agentops(dir, ["eval", "s", "--json"])).stdout).runs[0].id;
    const document = JSON.parse((await agentops(dir, ["diff", before, after, "--json"])).stdout);
    expect(document.paired).toMatchObject({ cases: 37, differing: ["c0", "c1", "c2"], onlyControl: 0 });
    expect(document.notes.join()).toContain("3 cases whose input or expectation differs");
  });

  test("a side that lost too many trials to errors decides nothing", async () => {
    const dir = recorded(
      outputs((i) => (i < 15 ? "no" : "yes")),
      outputs(() => "yes").slice(10),
    );
    const control = JSON.parse((await agentops(dir, ["eval", "s", "--json"])).stdout).runs[0].id;
    await agentops(dir, ["eval", "s", "--outputs", "bad.jsonl"]);
    const document = JSON.parse((await agentops(dir, ["diff", control, "latest", "--json"])).stdout);
    expect(document.verdict).toBe("inconclusive");
    expect(document.paired).toMatchObject({ cases: 30, errorsCandidate: 10 });
    expect(document.notes.join()).toContain("more than 5 % of a side's trials ended in an error");
  });

  test("a cost that only some cases have is not judged; a p95 of forty latencies is open", async () => {
    const dir = recorded(
      outputs(
        () => "yes",
        (i) => ({ usd: 0.01, ms: 100 + i }),
      ),
      outputs(
        () => "yes",
        (i) => ({ ...(i < 5 ? { usd: 0.05 } : { usd: null }), ms: 900 + i }),
      ),
    );
    const { document } = await diffOf(dir);
    const [cost, p95] = ["costUsd.perTask", "latencyMs.p95"].map((name) =>
      document.metrics.find((m: { name: string }) => m.name === name),
    );
    expect(cost).toMatchObject({ verdict: "inconclusive", ci95: null, test: "none" });
    expect(cost.remarks.join()).toContain("only 5 of 40 cases");
    expect(p95).toMatchObject({ verdict: "inconclusive", ci95: [null, null] });
  });

  test("a suite nobody ran is a typing error", async () => {
    const dir = recorded(
      outputs(() => "yes"),
      outputs(() => "yes"),
    );
    await twoRuns(dir);
    const found = await agentops(dir, ["diff", "latest~1", "latest", "--suite", "nope"]);
    expect(found.code).toBe(2);
    expect(found.stderr).toContain('no run of suite "nope" on either side');
  });

  test("a better success rate that costs more is better, and its price is said", async () => {
    const dir = recorded(
      outputs(
        (i) => (i < 15 ? "no" : "yes"),
        (i) => ({ usd: 0.01 + i / 10_000 }),
      ),
      outputs(
        (i) => (i < 2 ? "no" : "yes"),
        (i) => ({ usd: 0.02 + i / 10_000 }),
      ),
    );
    const { document } = await diffOf(dir);
    expect(document.verdict).toBe("better");
    const cost = document.metrics.find((m: { name: string }) => m.name === "costUsd.perTask");
    expect(cost).toMatchObject({ role: "guardrail", verdict: "worse", beyondMargin: true, bounded: false });
    expect(document.metrics[0].remarks.join()).toContain("more costUsd.perTask");
    expect(document.metrics.map((m: { name: string }) => m.name)).toContain("latencyMs.p95");
  });

  test("with a bound in the gate the same is worse", async () => {
    const usd = (base: number) => (i: number) => ({ usd: base + i / 10_000 });
    const dir = recorded(
      outputs((i) => (i < 15 ? "no" : "yes"), usd(0.01)),
      outputs((i) => (i < 2 ? "no" : "yes"), usd(0.02)),
      "gate: { costPerTaskUsd: { maxIncrease: 0.2 } }",
    );
    expect((await diffOf(dir)).document.verdict).toBe("worse");
  });

  test("an improvement below the suite's minEffect is said so", async () => {
    const dir = recorded(
      outputs((i) => (i < 12 ? "no" : "yes")),
      outputs((i) => (i < 2 ? "no" : "yes")),
      "minEffect: 0.5",
    );
    const { document } = await diffOf(dir);
    expect(document.verdict).toBe("better");
    expect(document.metrics[0].remarks.join()).toContain("less than the 50 points");
  });

  test.each([
    ["markdown", "**agentops diff: ❌ worse**"],
    ["html", "<!doctype html>"],
    ["text", "verdict: worse"],
  ])("--format %s", async (format, expected) => {
    const dir = recorded(
      outputs(() => "yes"),
      outputs((i) => (i < 10 ? "</script><img src=x>" : "yes")),
    );
    const [control, candidate] = await twoRuns(dir);
    const file = join(dir, "out", `diff.${format}`);
    const found = await agentops(dir, ["diff", control, candidate, "--format", format, "--output", file]);
    expect(found).toMatchObject({ code: 0, stderr: "", stdout: "" });
    const written = readFileSync(file, "utf8");
    expect(written.toLowerCase()).toContain(expected.toLowerCase());
    if (format !== "text") expect(written).not.toMatch(/(?<!`[^`|]*)<img src=x>/);
  });

  test.each<[string, string[], RegExp]>([
    ["an unknown run", ["diff", "00000000", "latest"], /no run "00000000"/],
    ["an unknown artifact", ["diff", "nobody", "nothing"], /nobody/],
    ["one side only", ["diff", "latest"], /latest is a run: what it is compared with is missing/],
    ["a format it has not", ["diff", "latest", "latest", "--format", "junit"], /unknown format "junit"/],
  ])("%s is an error of the user", async (_name, args, message) => {
    const dir = recorded([], []);
    const found = await agentops(dir, args);
    expect(found.code).toBe(2);
    expect(found.stderr).toMatch(message);
    expect(found.stdout).toBe("");
  });

  test("runs that share no case cannot be compared", async () => {
    const dir = recorded(
      outputs(() => "yes"),
      outputs(() => "yes"),
    );
    const suite = (id: string) =>
      `name: ${id}\ncases: [{ id: ${id}, expected: x }]\noutputs: { file: ../${id}.jsonl, case: id, output: output }\nscorers: [{ type: equals }]\n`;
    for (const id of ["one", "two"]) {
      writeFileSync(join(dir, "evals", `${id}.suite.yml`), suite(id));
      writeFileSync(join(dir, `${id}.jsonl`), JSON.stringify({ id, output: "x" }));
    }
    const runs = JSON.parse((await agentops(dir, ["eval", "one", "two", "--json"])).stdout).runs;
    const found = await agentops(dir, ["diff", runs[0].id, runs[1].id]);
    expect(found.code).toBe(2);
    expect(found.stderr).toContain("they share no case id");
  });
});

describe("agentops diff of two refs", () => {
  test("content without runs, and metrics once both were run", async () => {
    const dir = await sampleRepository();
    await agentops(dir, ["publish", "support-triage", "--no-push"]);
    const file = join(dir, "prompts/support-triage.prompt.yml");
    writeFileSync(file, readFileSync(file, "utf8").replace("password", "passphrase"));
    const before = await agentops(dir, ["diff", "support-triage@v1", "support-triage"]);
    expect(before.code).toBe(0);
    expect(before.stdout).toContain("messages[0].content");
    expect(before.stdout).toContain("nothing was measured: no complete run of prompts/support-triage@v1 and");
    for (const ref of ["support-triage@v1", "support-triage"])
      await agentops(dir, ["eval", "support-triage", "--target", ref]);
    const after = await agentops(dir, ["diff", "support-triage@v1", "support-triage", "--json"]);
    const document = JSON.parse(after.stdout);
    expect(document).toMatchObject({
      verdict: "inconclusive",
      control: { ref: "prompts/support-triage", version: "v1" },
      candidate: { version: null },
      content: [{ path: "messages[0].content" }],
      paired: { cases: 85, onlyControl: 2, onlyCandidate: 0 },
      need: { cases: 155 },
    });
  });

  test("the same content on both sides: nothing to compare", async () => {
    const dir = await sampleRepository();
    await agentops(dir, ["publish", "support-triage", "--no-push"]);
    const found = await agentops(dir, ["diff", "support-triage@v1", "support-triage"]);
    expect(found.code).toBe(0);
    expect(found.stdout).toContain("no difference in meaning");
    expect(found.stdout).toContain("both sides have the same content");
  });
});

describe("agentops diff of one name", () => {
  const P = "prompts/p.prompt.yml";
  const PROMPT = "name: p\nmodel: offline/stand-in-v1\nmessages: [{ role: user, content: 'Say it. {{q}}' }]\n";
  const SUITE =
    "name: s\ntarget: prompts/p\ncases: [{ id: a, vars: { q: hi } }]\nscorers: [{ type: regex, value: '.' }]\n";
  const FILES = { "agentops.config.yaml": "project: x\nmodels: { offline: { kind: offline } }\n", [P]: PROMPT, "evals/s.suite.yml": SUITE }; // prettier-ignore
  const say = (dir: string) => edit(dir, P, (text) => text.replace("Say it", "Say it well"));

  test("is its latest version with the worktree, in content, and in metrics where both have runs", async () => {
    const dir = await repositoryOf(FILES);
    await agentops(dir, ["publish", "p"]);
    const same = await agentops(dir, ["diff", "p"]);
    expect([same.code, same.stdout]).toEqual([0, expect.stringMatching(/^control {4}prompts\/p@v1 [\s\S]*content: no difference in meaning[\s\S]*both sides have the same content/)]); // prettier-ignore
    expect(same.stderr).toBe("note: control: prompts/p@v1; candidate: prompts/p as it is in the worktree");
    await agentops(dir, ["eval", "s"]);
    say(dir);
    const content = JSON.parse((await agentops(dir, ["diff", "p", "--json"])).stdout);
    expect(content).toMatchObject({ control: { ref: "prompts/p", version: "v1" }, candidate: { version: null }, content: [{ path: "messages[0].content" }], paired: null }); // prettier-ignore
    await agentops(dir, ["eval", "s"]);
    const measured = JSON.parse((await agentops(dir, ["diff", "p", "--json"])).stdout);
    expect(measured).toMatchObject({ suite: "s", paired: { cases: 1 }, control: { version: "v1" } });
  });

  test("is the version that it says, or the default branch's; newer ones elsewhere are named", async () => {
    const dir = await repositoryOf(FILES);
    await agentops(dir, ["publish", "p"]);
    await git(dir, "checkout", "-q", "-b", "topic");
    say(dir);
    await agentops(dir, ["publish", "p"]);
    const latest = await agentops(dir, ["diff", "p", "--json"]);
    expect(JSON.parse(latest.stdout)).toMatchObject({ control: { version: "v1" }, candidate: { version: "v2" } });
    expect(latest.stderr).toContain(
      "v2 is not on it, as far as was fetched: agentops diff prompts/p@v2 takes that one",
    );
    const named = await agentops(dir, ["diff", "p@v2", "--json"]);
    expect(JSON.parse(named.stdout)).toMatchObject({ control: { version: "v2" }, candidate: { version: "v2" }, content: [] }); // prettier-ignore
  });

  test("without a version, of a run, and without git is exit 2 with what to do", async () => {
    const dir = await repositoryOf(FILES);
    const bad = async (at: string, name: string) => {
      const { code, stdout, stderr } = await agentops(at, ["diff", name]);
      expect([code, stdout]).toEqual([2, ""]);
      return stderr;
    };
    expect(await bad(dir, "p")).toBe("error: prompts/p has no version yet [VERSION_NOT_FOUND]\nhint: agentops publish prompts/p"); // prettier-ignore
    expect(await bad(dir, "latest")).toMatch(/^error: latest is a run: what it is compared with is missing.*\nhint: agentops diff latest CANDIDATE/); // prettier-ignore
    expect(await bad(tempProject(FILES), "p")).toMatch(/is not in a git repository \[GIT_REFUSED\]\nhint: git init/);
    await git(dir, "remote", "add", "origin", "/nonexistent");
    expect(await bad(dir, "p")).toMatch(/prompts\/p has no version here.*\nhint: agentops publish prompts\/p; if it was published elsewhere: git fetch --tags origin/); // prettier-ignore
  });
});

test("list and show outside of a git repository say so, and list the files", async () => {
  const dir = tempProject({ "agentops.config.yaml": "project: x\n", "prompts/p.prompt.yml": "name: p\nmodel: offline/stand-in-v1\nmessages: [{ role: user, content: Hi. }]\n" }); // prettier-ignore
  const why = `no versions: versions live in git, and ${dir} is not in a git repository (git init)`;
  const list = await agentops(dir, ["list"]);
  expect([list.code, list.stderr]).toEqual([0, ""]);
  expect(list.stdout).toMatch(/^prompts\/p +none known +offline\/stand-in-v1 +- +-$/m);
  expect(list.stdout).toContain(why);
  const json = JSON.parse((await agentops(dir, ["list", "--json"])).stdout);
  expect(json).toMatchObject({ artifacts: [{ address: "prompts/p", version: null }], notes: [why] });
  const show = await agentops(dir, ["show", "p"]);
  expect([show.code, show.stdout]).toEqual([0, expect.stringContaining(`version  ${why}\n`)]);
  await git(dir, "init", "-q");
  expect((await agentops(dir, ["list"])).stdout).toMatch(/^prompts\/p +unpublished .* uncommitted$/m);
  expect((await agentops(dir, ["show", "p"])).stdout).toContain("version  unpublished\n");
});
