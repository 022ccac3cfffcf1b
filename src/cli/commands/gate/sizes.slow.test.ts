import { afterEach, describe, expect, test } from "vitest";
import { KEY, moodChanges, moodyProject, startMoody } from "../../../testing/moody-provider.ts";
import { agentops, put } from "../../../testing/project.ts";
import { commitAll, edit } from "../../../testing/repository.ts";

let provider: Awaited<ReturnType<typeof startMoody>> | undefined;
afterEach(async () => {
  await provider?.close();
  provider = undefined;
});

async function worse(text: string, suite = "", cases = 12): Promise<string> {
  provider = await startMoody({ worse: () => ({ text }) });
  const dir = await moodyProject(provider.baseUrl, suite, cases);
  await moodChanges(dir, "worse");
  return dir;
}

const gate = (dir: string, args: string[], env: NodeJS.ProcessEnv = {}) =>
  agentops(dir, ["gate", "--base", "main", ...args], { ...KEY, ...env });

describe("sizes", () => {
  test("10,000 regressions make a comment GitHub takes", async () => {
    const dir = await worse(`no ${"x".repeat(500)}`, "", 10_000);
    edit(dir, "agentops.config.yaml", (text) => text.replace("concurrency: 4", "concurrency: 64"));
    const { stdout, code } = await gate(dir, ["--format", "markdown"]);
    expect(code).toBe(1);
    expect(stdout).toContain("10000 cases got worse, 0 better.");
    expect(stdout.length).toBeLessThan(10_000);
    const github = (await gate(dir, ["--format", "github"])).stdout;
    expect(github.length).toBeLessThan(10_000);
  }, 180_000);

  test("many failing suites: the tables of the first, and how many more there are", async () => {
    provider = await startMoody({ worse: () => ({ text: "y".repeat(400) }) });
    const dir = await moodyProject(provider.baseUrl, "", 6);
    for (let i = 0; i < 55; i++)
      put(
        dir,
        `evals/s${i}.suite.yml`,
        `name: s${i}\ntarget: prompts/p\ndataset: d.jsonl\nscorers: [{ type: equals }]\n`,
      );
    await commitAll(dir, "Many suites");
    await moodChanges(dir, "worse");
    const { stdout, code } = await gate(dir, ["--format", "markdown"]);
    expect(code).toBe(1);
    expect(stdout.length).toBeLessThan(65_536);
    expect(stdout).toContain("… and 6 more");
    expect(stdout).toMatch(/\n\d+ more suites in `agentops gate --json`\.\n/);
    expect(stdout.split("\n")[0]).toContain("; 55 more suites: fail");
  }, 120_000);
});
