import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { KEY, moodChanges, moodyProject, startMoody } from "../../../testing/moody-provider.ts";
import { agentops, git, put } from "../../../testing/project.ts";
import { edit } from "../../../testing/repository.ts";

let provider: Awaited<ReturnType<typeof startMoody>> | undefined;
afterEach(async () => {
  await provider?.close();
  provider = undefined;
});

const P = "prompts/p.prompt.yml";

async function worse(text: string, suite = "", cases = 12): Promise<string> {
  provider = await startMoody({ worse: () => ({ text }) });
  const dir = await moodyProject(provider.baseUrl, suite, cases);
  await moodChanges(dir, "worse");
  return dir;
}

const gate = (dir: string, args: string[], env: NodeJS.ProcessEnv = {}) =>
  agentops(dir, ["gate", "--base", "main", ...args], { ...KEY, ...env });

/** Text that tries every way out: of a cell, of code, of a line, into HTML, a mention, a workflow command, the terminal. */
const HOSTILE =
  "a|b \\| `c` ``d`` \n::error::owned\r\n::set-output name=verdict::pass %0A::warning::x ##[error]y <script>alert(1)</script> <!-- --> @octocat [x](http://evil) \u001b[2J\u0007 **bold** </details>\n\n# Title";

describe("hostile text", () => {
  const files = async () => {
    const dir = await worse(HOSTILE);
    const cases = Array.from({ length: 12 }, (_, i) =>
      JSON.stringify({ id: `${HOSTILE} ${i}`, vars: { q: `${i}` }, expected: "yes" }),
    );
    put(dir, "evals/d.jsonl", cases.join("\n"));
    const name = "x|y <img src=x onerror=alert(1)> @octocat `z`";
    edit(dir, "evals/s.suite.yml", (text) =>
      text.replace("scorers: [", `scorers: [{ type: latency, max: 9000, name: ${JSON.stringify(name)} }, `),
    );
    return dir;
  };

  test("cannot break out of Markdown", async () => {
    const { stdout, code } = await gate(await files(), ["--format", "markdown"]);
    expect(code).toBe(1);
    const outside = withoutCode(stdout);
    for (const way of [/<script/, /<img/, /<!--/, /@octocat/, /::error/, /\*\*bold/, /\[x\]\(/, /^# /m])
      expect(outside).not.toMatch(way);
    expect(stdout).not.toContain("\u001b");
    expect(outside.match(/<details>/g)).toHaveLength(1);
    expect(outside.match(/<\/details>/g)).toHaveLength(1);
    let columns = 0;
    for (const line of stdout.split("\n")) {
      if (!line.startsWith("|")) columns = 0;
      else {
        const found = line.match(/(?<!\\)\|/g)!.length;
        expect(found).toBe(columns === 0 ? found : columns);
        columns = found;
      }
    }
  });

  test("cannot break out of workflow commands", async () => {
    const { stdout } = await gate(await files(), ["--format", "github"]);
    const lines = stdout.split("\n");
    expect(lines).toHaveLength(4);
    expect(lines[0]).toMatch(/^suite weakened by this change: s: 12 of 12 cases dropped \(c0, /);
    expect(lines[1]).toMatch(/^agentops gate: fail: s: success/);
    expect(lines[2]).toMatch(/^::warning file=evals\/s\.suite\.yml,line=1,title=agentops gate%3A suite weakened/);
    expect(lines[3]).toMatch(/^::error file=prompts\/p\.prompt\.yml,line=3,title=agentops gate%3A s fail::success/);
    expect(stdout).not.toContain("\r");
    expect(stdout).not.toContain("\u001b");
  });

  test("cannot write to the terminal what it likes, nor break JUnit", async () => {
    const dir = await files();
    const { stdout } = await gate(dir, []);
    expect(stdout).not.toContain("\u001b");
    expect(stdout).not.toContain("\u0007");
    expect(stdout.split("\n").filter((line) => line.trimStart().startsWith("::"))).toEqual([]);
    const junit = (await gate(dir, ["--format", "junit"])).stdout;
    expect(junit).not.toContain("<script");
    expect(junit).not.toContain("\u001b");
  });

  test("nor with eval --control", async () => {
    const dir = await files();
    const text = (await agentops(dir, ["eval", "--control", "p@main"], KEY)).stdout;
    expect(text).not.toContain("\u001b");
    expect(text.split("\n").filter((line) => line.trimStart().startsWith("::"))).toEqual([]);
    const markdown = (await agentops(dir, ["eval", "--format", "markdown"], KEY)).stdout;
    for (const way of [/<script/, /<img/, /@octocat/, /::error/, /^# /m])
      expect(withoutCode(markdown)).not.toMatch(way);
  });

  test("cannot add outputs to a job", async () => {
    const dir = await files();
    const [summary, output] = [join(dir, "summary.md"), join(dir, "output")];
    put(dir, "summary.md", "before\n");
    await gate(dir, [], { GITHUB_STEP_SUMMARY: summary, GITHUB_OUTPUT: output });
    expect(readFileSync(output, "utf8")).toBe("verdict=fail\nchanged=1\nfailed-suites=s\n");
    expect(readFileSync(summary, "utf8")).toMatch(
      /^before\n⚠️ \*\*Suite weakened by this change.*\n\n\*\*agentops gate: ❌ fail\*\*/,
    );
  });
});

/** Code spans as GitHub reads them: a run of backticks to the next run of the same length. */
function withoutCode(markdown: string): string {
  return markdown.replace(/(?<!`)(`+)(?!`)[^\n]*?(?<!`)\1(?!`)/g, "CODE");
}

describe("a job's files", () => {
  test("are written when nothing changed, too", async () => {
    const dir = await worse("no");
    await git(dir, "checkout", "-q", "main");
    const output = join(dir, "output");
    await git(dir, "checkout", "-q", "-b", "other");
    await git(dir, "commit", "-q", "--allow-empty", "-m", "Something else");
    const { stdout, code } = await gate(dir, ["--format", "github"], { GITHUB_OUTPUT: output });
    expect([code, stdout]).toEqual([0, "agentops gate: pass: no prompt and no agent changed in meaning (1 compared)"]);
    expect(readFileSync(output, "utf8")).toBe("verdict=pass\nchanged=0\nfailed-suites=\n");
    expect(existsSync(join(dir, "summary.md"))).toBe(false);
  });

  test("that cannot be written are said, with the variable", async () => {
    const dir = await worse("no");
    const { code, stderr } = await gate(dir, ["--quiet"], { GITHUB_OUTPUT: join(dir, "no/such/file") });
    expect(stderr).toContain("GITHUB_OUTPUT");
    expect(code).toBe(2);
  });

  test.skipIf(!existsSync("/dev/full"))("on a full disk are an outside failure", async () => {
    const dir = await worse("no");
    for (const name of ["GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"]) {
      const { code, stderr } = await gate(dir, ["--quiet"], { [name]: "/dev/full" });
      expect([code, stderr]).toEqual([4, expect.stringContaining("cannot write /dev/full: ENOSPC [OUTPUT_FAILED]")]);
    }
  });
});

describe("annotations", () => {
  test("warn of what no suite measures, at the line that changed", async () => {
    const dir = await worse("no");
    await git(dir, "rm", "-q", "evals/s.suite.yml");
    const { stdout, code } = await gate(dir, ["--format", "github"]);
    expect(stdout.split("\n")).toEqual([
      "suite weakened by this change: s: the suite was removed",
      "agentops gate: inconclusive: no suite measures prompts/p",
      "::warning file=evals/s.suite.yml,line=1,title=agentops gate%3A suite weakened by this change::s: the suite was removed",
      `::warning file=${P},line=3,title=agentops gate%3A prompts/p is not measured::no suite names it: write evals/NAME.suite.yml with target: prompts/p`,
    ]);
    expect(code).toBe(3);
  });

  test("say in a notice that a suite passed", async () => {
    provider = await startMoody();
    const dir = await moodyProject(
      provider.baseUrl,
      "gate: { nonInferiority: { margin: 0.2 }, p95LatencyMs: { maxIncrease: false } }\n",
    );
    await moodChanges(dir, "same");
    const { stdout } = await gate(dir, ["--format", "github"]);
    expect(stdout).toContain(`\n::notice file=${P},line=3,title=agentops gate%3A s pass::success 100 %25 → 100 %25`);
  });
});

test("one document on stdout, nothing on stderr under --quiet, colour only where it is asked for", async () => {
  const dir = await worse("no");
  const quiet = await gate(dir, ["--quiet"]);
  expect(quiet.stderr).toBe("");
  expect(quiet.stdout).not.toContain("\u001b");
  expect(quiet.stdout.split("\n").at(-1)).toMatch(/^verdict: fail: s: success 100 % → 0 %/);
  expect((await gate(dir, [], { FORCE_COLOR: "1" })).stdout).toContain("\u001b[31m");
  expect((await gate(dir, [], { FORCE_COLOR: "1", NO_COLOR: "1" })).stdout).not.toContain("\u001b");
  const file = join(dir, "out/gate.json");
  const written = await gate(dir, ["--json", "--output", file]);
  expect(written).toMatchObject({ code: 1, stdout: "", stderr: "" });
  expect(JSON.parse(readFileSync(file, "utf8"))).toMatchObject({ schema: "agentops.gate/1", verdict: "fail" });
});
