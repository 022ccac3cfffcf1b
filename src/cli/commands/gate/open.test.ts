import { mkdirSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { agentops, git, put } from "../../../testing/project.ts";
import { branchWith, commitAll, edit, repositoryOf } from "../../../testing/repository.ts";

const [C, P, S] = ["agentops.config.yaml", "prompts/p.prompt.yml", "evals/s.suite.yml"];
const CONFIG = `project: test\nmodels: { ex: { kind: exec, command: ["./good.sh"] }, offline: { kind: offline } }\n`;
const PROMPT = (model: string) => `name: p\nmodel: ${model}\nmessages: [{ role: user, content: "Say it." }]\n`;
const SUITE = `name: s\ntarget: prompts/p\ndataset: d.jsonl\nscorers: [{ type: regex, value: "." }]\n`;

/** A branch on which the prompt stays as it is. */
async function project(): Promise<string> {
  const dir = await repositoryOf({ [C]: CONFIG, [P]: PROMPT("ex/one-v1"), [S]: SUITE, "evals/d.jsonl": '{"id":"a"}\n' }); // prettier-ignore
  await git(dir, "checkout", "-q", "-b", "pr");
  return dir;
}

test("what a branch breaks or changes beside its prompts is no pass", async () => {
  const dir = await project();
  const rows: [change: () => unknown, code: number, said: string][] = [
    [() => put(dir, "README.md", "x"), 0, "verdict: pass: no prompt and no agent changed"],
    [() => put(dir, S, "name: ["), 2, "evals/s.suite.yml:1:8: "],
    [() => put(dir, "evals/new.suite.yml", "name: new\n"), 2, "evals/new.suite.yml"],
    [() => rmSync(join(dir, "evals/d.jsonl")), 2, "no such data file: evals/d.jsonl"],
    [() => put(dir, "evals/d.jsonl", "{"), 2, "evals/d.jsonl:1"],
    [() => (rmSync(join(dir, "evals"), { recursive: true }), put(dir, "evals", "shared")), 2, "evals is not a folder (a link checked out as text"],
    [() => (rmSync(join(dir, "evals"), { recursive: true }), symlinkSync("none", join(dir, "evals"))), 2, "evals: a link that leads nowhere: none"],
    [() => renameSync(join(dir, "evals"), join(dir, "Evals")), 2, "Evals/ is not looked at"],
    [() => edit(dir, C, (text) => text.replace("good", "bad")), 3, "models.ex is another than at the merge base: what that changes for prompts/p was not measured"],
    [() => edit(dir, C, (text) => text.replace("offline: {", "offline: { ")), 0, "verdict: pass"],
    [() => (mkdirSync(join(dir, "prompts/team")), renameSync(join(dir, P), join(dir, "prompts/team/p.prompt.yml"))), 3, "prompts/p was moved to prompts/team/p.prompt.yml"],
  ]; // prettier-ignore
  for (const [change, code, said] of rows) {
    await git(dir, "checkout", "-qfB", "pr", "main");
    change();
    await commitAll(dir, "pr");
    const ran = await agentops(dir, ["gate", "--base", "main"]);
    expect([ran.stdout + ran.stderr, ran.code]).toEqual([expect.stringContaining(said), code]);
  }
  const junit = await agentops(dir, ["gate", "--base", "main", "--format", "junit"]);
  expect(junit.stdout).toContain('message="prompts/p was moved to');
  const github = await agentops(dir, ["gate", "--base", "main", "--format", "github"]);
  expect(github.stdout).toMatch(/^agentops gate: inconclusive: not all of it could be compared: see the notes\n::warning /); // prettier-ignore
});

test("a suite that was broken before the branch stops nobody", async () => {
  const dir = await repositoryOf({ [C]: CONFIG, [P]: PROMPT("offline/stand-in-v1"), [S]: "name: [" });
  await branchWith(dir, "pr", P, (text) => `${text}# a comment\n`);
  expect((await agentops(dir, ["gate", "--base", "main"])).code).toBe(0);
});

test("a config that is a link to what is not checked out ends the search: the project above is another", async () => {
  const files = { [C]: CONFIG, [P]: PROMPT("offline/stand-in-v1"), [`svc/${P}`]: PROMPT("offline/stand-in-v1"), "shared/svc.yaml": CONFIG }; // prettier-ignore
  const dir = await repositoryOf(files);
  symlinkSync("../shared/svc.yaml", join(dir, "svc", C));
  await commitAll(dir, "A link");
  await git(dir, "sparse-checkout", "set", "--cone", "svc", "prompts");
  const sparse = await agentops(dir, ["gate", "-C", "svc", "--base", "main"]);
  expect([sparse.code, sparse.stderr]).toEqual([2, expect.stringContaining("agentops.config.yaml is a link, and ../shared/svc.yaml is in git but not checked out")]); // prettier-ignore
  rmSync(join(dir, "svc", C));
  symlinkSync("none", join(dir, "svc", C));
  for (const command of [["list"], ["publish", "p"]]) {
    const { code, stderr } = await agentops(dir, [...command, "-C", "svc"]);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/svc\/agentops\.config\.yaml: a link that leads nowhere: none/)]); // prettier-ignore
  }
});
