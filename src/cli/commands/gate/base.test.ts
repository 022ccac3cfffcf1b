import { rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { agentops, git, put, tempProject } from "../../../testing/project.ts";
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
const literal = (text: string) => new RegExp(text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
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
    await git(dir, "remote", "rename", "origin", "gh");
    expect((await changedSince(dir, [], env)).changed).toEqual(["prompts/p"]);
  });

  test("GitHub's merge queue names a commit in its event", async () => {
    const dir = await repositoryOf(FILES());
    const start = await git(dir, "rev-parse", "HEAD");
    await branchWith(dir, "pr", P, said("Say it well."));
    put(dir, "event.json", JSON.stringify({ merge_group: { base_sha: start, base_ref: "refs/heads/main" } }));
    const env = { GITHUB_EVENT_NAME: "merge_group", GITHUB_EVENT_PATH: join(dir, "event.json") };
    expect(await changedSince(dir, [], env)).toMatchObject({ base: { ref: start }, changed: ["prompts/p"] });
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

/** A repository, and a clone of it on a branch that edits the prompt; `git init`, `remote add` and `fetch` where asked, which know no origin/HEAD. */
async function cloned(how: "clone" | "fetch", trunk = "main"): Promise<{ dir: string; start: string }> {
  const origin = await repositoryOf(FILES());
  await git(origin, "branch", "-m", "main", trunk);
  const dir = join(tempProject({ "clone/note": "" }), "clone");
  if (how === "clone") await git(origin, "clone", "-q", origin, join(dir, "c"));
  const at = how === "clone" ? join(dir, "c") : dir;
  if (how === "fetch") {
    await git(at, "init", "-q", "-b", "pr");
    await git(at, "config", "remote.origin.url", origin);
    await git(at, "config", "remote.origin.fetch", "+refs/heads/*:refs/remotes/origin/*");
    await git(at, "config", "remote.origin.followRemoteHEAD", "never");
    await git(at, "fetch", "-q", "origin");
    await git(at, "reset", "-q", "--hard", `origin/${trunk}`);
  }
  const start = await git(at, "rev-parse", "HEAD");
  edit(at, P, said("Say it well."));
  return { dir: at, start };
}

describe("without --base it takes the default branch, and says which:", () => {
  const shown = async (dir: string, format: string) =>
    (await agentops(dir, ["gate", "--format", format], { NO_COLOR: "1" })).stdout;

  test.each([
    ["the remote's default branch", "clone", "develop", "origin/develop", "remote-head", "no --base: the remote's default branch"],
    ["main of a remote whose HEAD is not known", "fetch", "main", "origin/main", "remote-branch", "no --base: origin/HEAD is not set"],
    ["master of such a remote", "fetch", "master", "origin/master", "remote-branch", "no --base: origin/HEAD is not set"],
  ] as const)("%s", async (_name, how, trunk, ref, by, words) => {
    const { dir, start } = await cloned(how, trunk);
    expect(await changedSince(dir, [])).toMatchObject({ base: { ref, mergeBase: start, by }, changed: ["prompts/p"] });
    const at = start.slice(0, 10);
    expect(await shown(dir, "text")).toContain(`changed since ${ref} (${at}; ${words})\n`);
    expect(await shown(dir, "github")).toContain(`\ncompared with ${ref} (${at}; ${words})`);
    expect(await shown(dir, "markdown")).toContain(`Compared with \`${ref}\` at \`${at}\` (${words}). On your machine`);
  }); // prettier-ignore

  test("the local main where no remote has one; on it nothing can differ", async () => {
    const dir = await repositoryOf(FILES());
    const on = await agentops(dir, ["gate"]);
    expect([on.code, on.stdout]).toEqual([3, expect.stringMatching(/main is the commit that is checked out [^$]*$/)]);
    const job = await agentops(dir, ["gate"], { GITHUB_ACTIONS: "true" });
    expect(job.stdout).toContain("--base ${{ github.event.before }}");
    await branchWith(dir, "pr", P, said("Say it well."));
    expect(await changedSince(dir, [])).toMatchObject({ base: { ref: "main", by: "local-branch" }, changed: ["prompts/p"] }); // prettier-ignore
    expect(await shown(dir, "text")).toMatch(/^changed since main \(\w{10}; no --base, and no main branch of a remote is here\)$/m); // prettier-ignore
  });

  test("a base that was typed, and one that CI names", async () => {
    const { dir, start } = await cloned("fetch");
    expect(await changedSince(dir, ["--base", "origin/main"])).toMatchObject({ base: { by: "option" } });
    expect(await changedSince(dir, [], { GITHUB_BASE_REF: "main" })).toMatchObject({ base: { ref: "origin/main", by: "ci" } }); // prettier-ignore
    const { stdout } = await agentops(dir, ["gate", "--base", "origin/main"]);
    expect(stdout).toContain(`changed since origin/main (${start.slice(0, 10)})\n`);
  });
});

describe("a base that nothing can differ from is no pass:", () => {
  const ITSELF = /main is the commit that is checked out \([0-9a-f]{10}\): nothing can differ/;

  test.each([
    ["text", ["--format", "text"], /note: .*nothing can differ[\s\S]*verdict: inconclusive: nothing was compared/],
    ["markdown", ["--format", "markdown"], /❔ inconclusive\*\*: nothing was compared\n\n> main is the commit/],
    ["github", ["--format", "github"], /^::warning title=agentops gate%3A nothing was compared::main is the commit/m],
    ["junit", ["--format", "junit"], /errors="1"[\s\S]*message="main is the commit that is checked out/],
    ["json", ["--json"], /"verdict": "inconclusive",[\s\S]*"compared": 0/],
  ])("in %s", async (_format, args, shown) => {
    const { code, stdout } = await agentops(await sameCommit(), ["gate", "--base", "main", ...args]);
    expect(stdout).toMatch(ITSELF);
    expect(stdout).toMatch(shown);
    expect(code).toBe(3);
  });

  let made: Promise<string> | undefined;
  const sameCommit = () => (made ??= repositoryOf(FILES()));

  test("a base that is ahead, too; not where a file is edited, or the branch has a commit of its own", async () => {
    const dir = await repositoryOf(FILES());
    await git(dir, "branch", "pr");
    edit(dir, P, said("Say it well."));
    expect((await changedSince(dir, ["--base", "HEAD"])).changed).toEqual(["prompts/p"]);
    await commitAll(dir, "Main moves on");
    await git(dir, "checkout", "-q", "pr");
    const behind = await agentops(dir, ["gate", "--base", "main"]);
    expect(behind.stdout).toMatch(/main has the commit that is checked out \([0-9a-f]{10}\) and newer ones/);
    expect(behind.code).toBe(3);
    edit(dir, P, (text) => `# a comment\n${text}`);
    expect(await agentops(dir, ["gate", "--base", "main"])).toMatchObject({ code: 0, stdout: expect.stringMatching(/\(1 compared\)/) }); // prettier-ignore
    await git(dir, "checkout", "-q", P);
    await git(dir, "commit", "-q", "--allow-empty", "-m", "Something else");
    expect(await agentops(dir, ["gate", "--base", "main"])).toMatchObject({ code: 0, stdout: expect.stringMatching(/\(1 compared\)/) }); // prettier-ignore
  });

  test("nor is a new prompt in the place of one that is gone", async () => {
    const dir = await repositoryOf(FILES());
    await git(dir, "checkout", "-q", "-b", "pr");
    await git(dir, "rm", "-q", P);
    const other = { name: "q", model: "offline/stand-in-v1", description: "Another thing. ".repeat(20), messages: [{ role: "user", content: "Go." }] }; // prettier-ignore
    put(dir, "prompts/q.prompt.yml", JSON.stringify(other));
    edit(
      dir,
      "evals/s.suite.yml",
      (text) => `${text.replace("prompts/p", "prompts/q")}gate: { successRate: { min: 0 } }\n`,
    );
    await commitAll(dir, "Another");
    const { code, stdout } = await agentops(dir, ["gate", "--base", "main"]);
    expect(stdout).toContain("prompts/q is new while prompts/p.prompt.yml is gone");
    expect(stdout).toContain("verdict: inconclusive: prompts/q: no control is known");
    expect(code).toBe(3);
    const { stdout: junit } = await agentops(dir, ["gate", "--base", "main", "--format", "junit"]);
    expect(junit).toContain('message="it is new, and prompts/p.prompt.yml is gone"');
  });

  test("everything deleted says that nothing was measured", async () => {
    const dir = await repositoryOf(FILES());
    await git(dir, "rm", "-q", P);
    const { code, stdout } = await agentops(dir, ["gate", "--base", "main"]);
    expect(stdout).toContain("verdict: pass: every prompt and agent was deleted (1): nothing was measured");
    expect(code).toBe(0);
  });
});

test("a renamed prompt is compared with what it was", async () => {
  const dir = await repositoryOf(FILES());
  await git(dir, "checkout", "-q", "-b", "pr");
  await git(dir, "mv", P, "prompts/q.prompt.yml");
  edit(dir, "prompts/q.prompt.yml", (text) => text.replace("name: p", "name: q"));
  edit(dir, "evals/s.suite.yml", (text) => text.replace("prompts/p", "prompts/q"));
  await commitAll(dir, "Renamed");
  const { stdout } = await changedSince(dir, ["--base", "main"]);
  const { changed, runs, notes } = JSON.parse(stdout);
  expect(changed).toMatchObject([{ artifact: "prompts/q", change: "modified", from: "prompts/p", gone: [] }]);
  expect(runs[0].comparison.control.digest).toBe(changed[0].control);
  expect(notes).toContain("prompts/q was prompts/p at the merge base, which is its control");
});

test("suites that are not checked out: without any nothing is measured, beside others it is refused", async () => {
  const dir = await repositoryOf({ ...FILES(), "evals/t.suite.yml": FILES()["evals/s.suite.yml"]!.replace("name: s", "name: t") }); // prettier-ignore
  await branchWith(dir, "pr", P, said("Say it well."));
  await git(dir, "sparse-checkout", "set", "--no-cone", "/*", "!/evals/t*");
  const some = await agentops(dir, ["gate", "--base", "main"]);
  expect([some.code, some.stderr]).toEqual([2, expect.stringContaining("evals/t.suite.yml is in git but not checked out")]); // prettier-ignore
  await git(dir, "sparse-checkout", "set", "--no-cone", "/*", "!/evals/");
  const none = await agentops(dir, ["gate", "--base", "main"]);
  expect([none.code, none.stdout]).toEqual([3, expect.stringContaining("not checked out, so nothing measured by them: evals/s.suite.yml, evals/t.suite.yml")]); // prettier-ignore
  await git(dir, "sparse-checkout", "set", "--no-cone", "/*", "!/prompts/");
  for (const args of [["list"], ["publish", "--no-push"], ["show", "p"], ["eval"], ["gate", "--base", "main"]]) {
    const { code, stderr } = await agentops(dir, args);
    expect([args[0], code, stderr]).toEqual([args[0], 2, expect.stringContaining("is in git but not checked out (sparse checkout)")]); // prettier-ignore
  }
});

test("a config or a data file that is not checked out is named, and no project of a folder above is taken for it", async () => {
  const suite = FILES()["evals/s.suite.yml"]!.replace("cases: [{ id: a }]", "dataset: ../data/x.jsonl");
  const dir = await repositoryOf({ ...FILES(), ...FILES("services/bot/"), "evals/s.suite.yml": suite, "data/x.jsonl": '{"id":"a"}\n' }); // prettier-ignore
  await branchWith(dir, "pr", P, said("Say it well."));
  await git(dir, "sparse-checkout", "set", "--no-cone", "/*", "!/services/", "!/data/");
  put(dir, "services/bot/note", "");
  const runs: [string[], string, string][] = [
    [
      ["gate", "-C", "services/bot", "--base", "main"],
      "agentops.config.yaml is in git",
      "add '/services/bot/agentops.config.yaml', or git sparse-checkout disable ",
    ],
    [
      ["list", "-C", "services/bot"],
      "agentops.config.yaml is in git",
      "add '/services/bot/agentops.config.yaml', or git sparse-checkout disable ",
    ],
    [["gate", "--base", "main"], "data/x.jsonl is in git", "add '/data/x.jsonl', or git sparse-checkout disable "],
  ];
  for (const [args, message, hint] of runs) {
    const { code, stderr } = await agentops(dir, args);
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
    expect(stderr).toContain(`git sparse-checkout ${hint}`);
  }
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

  test("names that no fetch brings", async () => {
    const dir = await repositoryOf(FILES());
    await git(dir, "remote", "add", "origin", "nowhere");
    await git(dir, "checkout", "-q", "-b", "pr");
    for (const [base, message, hint] of [
      ["HEAD^2", "HEAD is here, and has no such ancestor", "name a base: --base main"],
      ["main~9", "main is here, and has no such ancestor", "name a base: --base main"],
      ["main..pr", "main..pr is a range and no commit", "name where the branch begins: --base main"],
      ["main...", "main... is a range and no commit", "name where the branch begins: --base main"],
      [
        "@{u}",
        "pr has no upstream branch here",
        "git branch --set-upstream-to=REMOTE/BRANCH pr, or name a base: --base main",
      ],
      ["main@{upstream}", "main has no upstream branch here", "git branch --set-upstream-to=REMOTE/BRANCH main, or "],
      ["", "--base is empty: a variable that is not set?", "name a base: --base main"],
    ] as const)
      await isRefused(dir, ["--base", base], literal(message), literal(`hint: ${hint}`));
  });

  test("no default branch to take: what was looked for, and what there is", async () => {
    const dir = await repositoryOf(FILES());
    await git(dir, "branch", "-m", "main", "trunk");
    const looked = /no --base, and no default branch is here: looked for main and master/;
    await isRefused(dir, [], looked, /hint: --base HEAD {3}compares with what is committed/);
    await git(dir, "commit", "-q", "--allow-empty", "-m", "Another");
    await isRefused(dir, [], looked, /hint: --base HEAD~1 {3}compares with the commit before/);
    await git(dir, "checkout", "-q", "-b", "pr");
    await isRefused(dir, [], looked, /hint: name it: --base trunk$/m);
    await git(dir, "remote", "add", "origin", "/nonexistent");
    await isRefused(dir, [], /no --base, and no branch of origin is here/, /hint: git fetch origin, or --base HEAD~1/);
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

  test("a shallow clone that may hide a newer merge base; one where the merge of a pull request is checked out cannot", async () => {
    const origin = await repositoryOf(FILES());
    await git(origin, "branch", "side");
    const commit = (message: string) => git(origin, "commit", "-q", "--allow-empty", "-m", message);
    await branchWith(origin, "pr", P, said("Say it well."));
    for (const message of ["P1", "P2", "P3"]) await commit(message);
    await git(origin, "checkout", "-q", "side");
    await commit("S");
    await git(origin, "checkout", "-q", "main");
    for (const message of ["M1", "M2"]) await commit(message);
    await git(origin, "checkout", "-q", "pr");
    await git(origin, "merge", "-q", "--no-edit", "side");
    const dir = join(tempProject(), "clone");
    const clone = (depth: string, to: string) => git(origin, "clone", "-q", "--depth", depth, "--no-single-branch", "--branch", "pr", `file://${origin}`, to); // prettier-ignore
    await clone("4", dir);
    await isRefused(dir, ["--base", "origin/main"], /history is cut between .* may be hidden/, /--unshallow origin/);
    await git(dir, "fetch", "-q", "--unshallow", "origin");
    expect((await changedSince(dir, ["--base", "origin/main"])).changed).toEqual(["prompts/p"]);
    await git(origin, "merge", "-q", "--no-edit", "main");
    const merged = join(tempProject(), "merge");
    await clone("2", merged);
    await git(merged, "checkout", "-q", "--detach");
    expect((await changedSince(merged, ["--base", "origin/main"])).changed).toEqual(["prompts/p"]);
  });

  test("a clone of one other branch is told what brings the base, which it does", async () => {
    const origin = await repositoryOf(FILES());
    await branchWith(origin, "pr", P, said("Say it well."));
    const dir = join(tempProject(), "clone");
    await git(origin, "clone", "-q", "--single-branch", "--branch", "pr", `file://${origin}`, dir);
    const fetch = "git fetch origin main:refs/remotes/origin/main";
    await isRefused(dir, ["--base", "origin/main"], /no commit named origin\/main/, new RegExp(`hint: ${fetch}, or `));
    await git(dir, ...fetch.split(" ").slice(1));
    expect((await changedSince(dir, ["--base", "origin/main"])).changed).toEqual(["prompts/p"]);
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
