import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { beforeEach, expect, test } from "vitest";
import { agentops, put, sampleProject } from "../../../testing/project.ts";

const SUITE = "evals/refund-desk.suite.yml";
const AGENT = "agents/refund-desk.agent.yml";
let dir: string;
beforeEach(() => {
  dir = sampleProject();
});

const read = (path: string) => readFileSync(join(dir, path), "utf8");
const edit = (path: string, from: string | RegExp, to: string) => {
  const text = read(path).replace(from, to);
  expect(text).not.toBe(read(path));
  put(dir, path, text);
};
const evaluate = async (...args: string[]) => (await agentops(dir, ["eval", "refund-desk", ...args])).code;
const newest = async () => JSON.parse((await agentops(dir, ["runs", "--json"])).stdout).runs[0].id as string;

/** What lint says of suites that do not pass, and on stderr. */
async function said(...args: string[]): Promise<string[]> {
  const { code, stdout, stderr } = await agentops(dir, ["lint", "--json", ...args]);
  expect(code, stdout + stderr).toBe(0);
  const problems = (JSON.parse(stdout) as { problems: { rule: string; message: string; hint: string }[] }).problems;
  const lines = problems.filter(({ rule }) => rule === "no-passing-suite").map(({ message, hint }) => `${message}; ${hint}`); // prettier-ignore
  return [...lines, ...(stderr === "" ? [] : [stderr])];
}

test("lint needs no store, makes none, and says nothing of what was not run here", async () => {
  expect(await said()).toEqual([]);
  expect(existsSync(join(dir, ".agentops"))).toBe(false);
  expect(await evaluate()).toBe(0);
  expect(await said()).toEqual([]);
  edit(AGENT, "Answers refund requests", "Answers requests");
  expect(await said()).toEqual([]);
});

test("lint says which suite fails on exactly this content, until it is another or allowed", async () => {
  edit(SUITE, "min: 0.70", "min: 0.99");
  expect(await evaluate()).toBe(1);
  const run = (await newest()).slice(0, 13);
  const fails = [`suite refund-desk says fail of exactly this content (run ${run}); agentops runs show ${run}`];
  expect(await said()).toEqual(fails);
  expect(await said("agents/refund-desk")).toEqual(fails);
  expect((await agentops(dir, ["runs", "show", run])).stdout).toContain("successRate.min");
  // A look at one case that passes takes nothing back.
  expect(await evaluate("--filter", "id=r-01")).toBe(3);
  expect(await said()).toEqual(fails);
  // A suite that names nobody, where the agent does not name it either.
  edit(AGENT, "evals: [refund-desk]\n", "");
  expect(await evaluate()).toBe(1);
  expect(await said()).toEqual([expect.stringContaining("suite refund-desk says fail")]);
  expect(await said("agents/refund-desk")).toEqual([expect.stringContaining("suite refund-desk says fail")]);
  edit("agentops.config.yaml", /^project:/m, "lint: { allow: [no-passing-suite] }\nproject:");
  expect(await said()).toEqual([]);
});

test("a run that decides nothing is no passing one, and what passes after it is", async () => {
  edit(SUITE, "min: 0.70", "min: 0.89");
  expect(await evaluate()).toBe(3);
  expect(await said()).toEqual([expect.stringMatching(/^suite refund-desk says inconclusive of exactly this content/)]);
  edit(SUITE, "min: 0.89", "min: 0.70");
  expect(await evaluate()).toBe(0);
  expect(await said()).toEqual([]);
});

test("a suite without a gate passes nothing, which is said where no other suite passes", async () => {
  const gated = read(SUITE);
  edit(SUITE, /gate:[^]*$/, "");
  expect(await evaluate()).toBe(0);
  expect(await said()).toEqual([expect.stringMatching(/^suite refund-desk has no gate, so that its run on exactly this content passed nothing \(run/)]); // prettier-ignore
  put(dir, "evals/second.suite.yml", gated.replace("name: refund-desk", "name: second"));
  expect((await agentops(dir, ["eval", "second"])).code).toBe(0);
  expect(await said()).toEqual([]);
});

test("a store that cannot be read is told of, and keeps lint from nothing", async () => {
  expect(await evaluate()).toBe(0);
  const file = join(dir, ".agentops", "state.db");
  const newer = new Database(file);
  newer.pragma("user_version = 999");
  newer.close();
  const before = readFileSync(file);
  const told = "note: stored runs cannot be read, so it was not looked at what they say: ";
  expect(await said()).toEqual([expect.stringContaining(`${told}the store`)]);
  expect(readFileSync(file).equals(before)).toBe(true);
  for (const name of readdirSync(join(dir, ".agentops"))) if (name.startsWith("state.db")) rmSync(join(dir, ".agentops", name), { recursive: true }); // prettier-ignore
  writeFileSync(file, "no database at all, but long enough to be taken for one".repeat(20));
  expect(await said()).toEqual([expect.stringContaining(`${told}file is not a database`)]);
  expect(await said("--quiet")).toEqual([]);
  rmSync(file);
  expect((await agentops(dir, ["lint", "--quiet"], { AGENTOPS_STORE: "postgre://x:y@h/d" })).code).toBe(0);
});

test("whoever reads advice is told how to silence it, and the line that is told does so", async () => {
  const told = (await agentops(dir, ["lint"])).stderr;
  expect(told).toBe("note: advice that does not hold here is silenced by its name: lint: { allow: [not-enforced] } in the config"); // prettier-ignore
  edit("agentops.config.yaml", /^project:/m, `${/lint: \{.*?\}/.exec(told)?.[0] ?? ""}\nproject:`);
  expect(await agentops(dir, ["lint"])).toEqual({ code: 0, stdout: "6 files: 0 errors, 0 warnings", stderr: "" });
});
