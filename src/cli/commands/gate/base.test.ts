import { rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { agentops, git, tempProject } from "../../../testing/project.ts";
import { branchWith, commitAll, edit, repositoryOf } from "../../../testing/repository.ts";

const PROMPT = (words: string) =>
  `name: p\nmodel: offline/stand-in-v1\nmessages: [{ role: user, content: "${words}" }]\n`;
const FILES = (folder = "") => ({
  [`${folder}agentops.config.yaml`]: "project: test\nmodels: { offline: { kind: offline } }\n",
  [`${folder}prompts/p.prompt.yml`]: PROMPT("Say it."),
  [`${folder}evals/s.suite.yml`]:
    "name: s\ntarget: prompts/p\ncases: [{ id: a }]\nscorers: [{ type: regex, value: '.' }]\n",
});
const P = "prompts/p.prompt.yml";
const said = (words: string) => () => PROMPT(words);

async function changedSince(dir: string, args: string[], env: NodeJS.ProcessEnv = {}) {
  const ran = await agentops(dir, ["gate", "--json", ...args], env);
  const document = ran.stdout === "" ? undefined : JSON.parse(ran.stdout);
  return { ...ran, base: document?.base, changed: document?.changed.map((c: { artifact: string }) => c.artifact) };
}

describe("the gate compares with the merge base", () => {
  test("what the base changed since is not this branch's", async () => {
    const dir = await repositoryOf({ ...FILES(), "prompts/q.prompt.yml": PROMPT("Q.").replace("name: p", "name: q") });
    const start = await git(dir, "rev-parse", "HEAD");
    await branchWith(dir, "pr", P, said("Say it well."));
    await git(dir, "checkout", "-q", "main");
    edit(dir, "prompts/q.prompt.yml", (text) => text.replace("Q.", "Q!"));
    await commitAll(dir, "Main moves on");
    await git(dir, "checkout", "-q", "pr");
    expect(await changedSince(dir, ["--base", "main"])).toMatchObject({
      base: { ref: "main", mergeBase: start },
      changed: ["prompts/p"],
    });
  });

  test("a merge of base and branch, as CI checks out, counts the branch alone", async () => {
    const dir = await repositoryOf({ ...FILES(), "prompts/q.prompt.yml": PROMPT("Q.").replace("name: p", "name: q") });
    await branchWith(dir, "pr", P, said("Say it well."));
    await git(dir, "checkout", "-q", "main");
    edit(dir, "prompts/q.prompt.yml", (text) => text.replace("Q.", "Q!"));
    await commitAll(dir, "Main moves on");
    await git(dir, "checkout", "-q", "--detach");
    await git(dir, "merge", "-q", "--no-edit", "pr");
    expect((await changedSince(dir, ["--base", "main"])).changed).toEqual(["prompts/p"]);
  });

  test("a project in a folder of the repository: only its own files, and annotations from the top", async () => {
    const dir = await repositoryOf({ ...FILES("services/bot/"), ...FILES("services/other/") });
    await git(dir, "checkout", "-q", "-b", "pr");
    edit(dir, `services/bot/${P}`, said("Say it well."));
    edit(dir, `services/other/${P}`, said("Say it well."));
    await commitAll(dir, "Both");
    const { changed, stdout } = await changedSince(join(dir, "services/bot"), ["--base", "main"]);
    expect(changed).toEqual(["prompts/p"]);
    expect(JSON.parse(stdout).changed[0].lines).toEqual([{ file: `services/bot/${P}`, line: 3 }]);
    const { stdout: github } = await agentops(dir, [
      "gate",
      "-C",
      "services/bot",
      "--base",
      "main",
      "--format",
      "github",
    ]);
    expect(github).toContain(`::warning file=services/bot/${P},line=3,title=`);
  });

  test.each<[string, NodeJS.ProcessEnv]>([
    ["GitHub names", { GITHUB_BASE_REF: "main" }],
    ["GitLab names", { CI_MERGE_REQUEST_TARGET_BRANCH_NAME: "main" }],
    ["nobody names, by the remote's main branch", {}],
  ])("the base %s", async (_name, env) => {
    const origin = await repositoryOf(FILES());
    const dir = join(tempProject(), "clone");
    await git(origin, "clone", "-q", origin, dir);
    edit(dir, P, said("Say it well."));
    expect((await changedSince(dir, [], env)).changed).toEqual(["prompts/p"]);
  });

  test("GitLab's commit, where no branch of the target was fetched", async () => {
    const dir = await repositoryOf(FILES());
    const start = await git(dir, "rev-parse", "HEAD");
    await branchWith(dir, "pr", P, said("Say it well."));
    const env = { CI_MERGE_REQUEST_TARGET_BRANCH_NAME: "main", CI_MERGE_REQUEST_DIFF_BASE_SHA: start };
    expect((await changedSince(dir, [], env)).changed).toEqual(["prompts/p"]);
  });

  test("the first line that is more than a comment", async () => {
    const dir = await repositoryOf(FILES());
    await branchWith(dir, "pr", P, (text) => `# one\n# two\n${text.replace("Say it.", "Say it well.")}`);
    const { stdout } = await changedSince(dir, ["--base", "main"]);
    expect(JSON.parse(stdout).changed[0].lines).toEqual([{ file: P, line: 5 }]);
  });
});

describe("a base the gate cannot use ends with exit 2 and the way out:", () => {
  const isRefused = async (dir: string, args: string[], message: RegExp, hint: RegExp) => {
    const { code, stdout, stderr } = await agentops(dir, ["gate", ...args]);
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(hint);
    expect(stdout).toBe("");
    expect(code).toBe(2);
  };

  test("an unknown branch", async () => {
    const dir = await repositoryOf(FILES());
    await isRefused(dir, ["--base", "upstream/mian"], /no commit named upstream\/mian/, /hint: --base HEAD /);
    await git(dir, "remote", "add", "upstream", "nowhere");
    await isRefused(
      dir,
      ["--base", "upstream/mian"],
      /no commit named upstream\/mian/,
      /git fetch upstream, or --base HEAD/,
    );
  });

  test("a name that looks like an option of git", async () => {
    const dir = await repositoryOf(FILES());
    await isRefused(dir, ["--base", "--output=x"], /no commit named --output=x/, /hint: /);
  });

  test("no remote to guess it from", async () => {
    const dir = await repositoryOf(FILES());
    await isRefused(dir, [], /no commit named origin\/HEAD/, /hint: --base HEAD {3}compares with what is committed/);
    await git(dir, "commit", "-q", "--allow-empty", "-m", "Another");
    await isRefused(dir, [], /no commit named origin\/HEAD/, /hint: --base HEAD~1 {3}compares with the commit before/);
    await git(dir, "checkout", "-q", "-b", "pr");
    await isRefused(dir, [], /no commit named origin\/HEAD/, /hint: name it: --base main$/m);
    await git(dir, "update-ref", "refs/remotes/origin/master", "main");
    await isRefused(dir, [], /no commit named origin\/HEAD/, /hint: name it: --base origin\/master$/m);
  });

  test("a shallow clone without the base", async () => {
    const origin = await repositoryOf(FILES());
    await branchWith(origin, "pr", P, said("Say it well."));
    const dir = join(tempProject(), "clone");
    await git(origin, "clone", "-q", "--depth", "1", "--branch", "pr", `file://${origin}`, dir);
    await isRefused(dir, ["--base", "origin/main"], /no commit named origin\/main/, /shallow: fetch the whole history/);
    await git(dir, "fetch", "-q", "--depth", "1", "origin", "main:refs/remotes/origin/main");
    await isRefused(dir, ["--base", "origin/main"], /have no common ancestor/, /shallow: fetch the whole history/);
  });

  test("unrelated histories", async () => {
    const dir = await repositoryOf(FILES());
    await git(dir, "checkout", "-q", "--orphan", "other");
    edit(dir, P, said("Say it well."));
    await commitAll(dir, "Another beginning");
    await isRefused(
      dir,
      ["--base", "main"],
      /main and HEAD have no common ancestor/,
      /name a base this branch was made from/,
    );
  });

  test("no repository", async () => {
    const dir = tempProject(FILES());
    const { code, stderr } = await agentops(dir, ["gate", "--base", "main"]);
    expect(stderr).toContain("not in a git repository");
    expect(code).toBe(2);
  });

  test("a git that fails is not taken for a file that was not there", async () => {
    const dir = await repositoryOf(FILES());
    await branchWith(dir, "pr", P, said("Say it well."));
    const blob = await git(dir, "rev-parse", `main:${P}`);
    rmSync(join(dir, ".git/objects", blob.slice(0, 2), blob.slice(2)), { force: true });
    const { code, stdout } = await agentops(dir, ["gate", "--base", "main"]);
    expect(code).toBe(4);
    expect(stdout).toBe("");
  });
});
