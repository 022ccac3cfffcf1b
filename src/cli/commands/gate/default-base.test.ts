import { join } from "node:path";
import { expect, test } from "vitest";
import { agentops, git, tempProject } from "../../../testing/project.ts";
import { commitAll, edit, repositoryOf } from "../../../testing/repository.ts";

const P = "prompts/p.prompt.yml";
const FILES = {
  "agentops.config.yaml": "project: test\nmodels: { offline: { kind: offline } }\n",
  [P]: 'name: p\nmodel: offline/stand-in-v1\nmessages: [{ role: user, content: "Say it." }]\n',
  "evals/s.suite.yml": "name: s\ntarget: prompts/p\ncases: [{ id: a }]\nscorers: [{ type: regex, value: '.' }]\n",
};

/**
 * A clone of `upstream` whose local main has a prompt that nobody judged, and the branch `pr` on top of it: compared with the local main
 * nothing differs. `remotes` are further clones' names; what is fetched of them has no HEAD.
 */
async function ahead(first = "upstream", trunk = "main", ...remotes: string[]): Promise<string> {
  const origin = await repositoryOf(FILES);
  await git(origin, "branch", "-m", "main", trunk);
  const dir = join(tempProject(), "clone");
  await git(origin, "clone", "-q", "-o", first, origin, dir);
  for (const remote of remotes) {
    await git(dir, "remote", "add", remote, origin);
    await git(dir, "config", `remote.${remote}.followRemoteHEAD`, "never");
    await git(dir, "fetch", "-q", remote);
  }
  if (trunk !== "main") await git(dir, "checkout", "-q", "--no-track", "-b", "main");
  edit(dir, P, (text) => text.replace("Say it.", "Say nothing."));
  await commitAll(dir, "Not judged");
  await git(dir, "checkout", "-q", "-b", "pr");
  await git(dir, "commit", "-q", "--allow-empty", "-m", "Something else");
  return dir;
}

async function took(dir: string) {
  const { stdout, stderr } = await agentops(dir, ["gate", "--json"]);
  expect(stderr).not.toContain("error:");
  const { base, changed } = JSON.parse(stdout);
  return [base.ref, base.by, changed.map((one: { artifact: string }) => one.artifact)];
}

async function refused(dir: string) {
  const { code, stdout, stderr } = await agentops(dir, ["gate"]);
  expect([code, stdout]).toEqual([2, ""]);
  return stderr.replace(/ \[VERSION_NOT_FOUND\]$/m, "").concat("\n");
}

const head = (dir: string, remote: string, branch: string) =>
  git(dir, "symbolic-ref", `refs/remotes/${remote}/HEAD`, `refs/remotes/${remote}/${branch}`);

test("of several remotes the only one that has a HEAD, before a local main that is ahead of it", async () => {
  expect(await took(await ahead("upstream", "main", "fork"))).toEqual(["upstream/main", "remote-head", ["prompts/p"]]);
  expect(await took(await ahead("upstream", "trunk", "origin"))).toEqual(["upstream/trunk", "remote-head", ["prompts/p"]]); // prettier-ignore
});

test("of several that have one, the one that is followed; nobody guesses between two", async () => {
  const dir = await ahead("upstream", "main", "fork");
  await head(dir, "fork", "main");
  expect(await took(dir)).toEqual(["upstream/main", "remote-head", ["prompts/p"]]);
  await git(dir, "config", "branch.pr.remote", "fork");
  const two = await refused(dir);
  expect(two).toContain("several remotes may have the default branch (fork, upstream): the branch here and a local main or master follow one each"); // prettier-ignore
  expect(two).toContain("hint: name it: --base fork/main or --base upstream/main\n");
  await git(dir, "config", "--unset", "branch.main.remote");
  expect(await took(dir)).toEqual(["fork/main", "remote-head", ["prompts/p"]]);
  await git(dir, "config", "--unset", "branch.pr.remote");
  const none = await refused(dir);
  expect(none).toContain("(fork, upstream): neither the branch here nor a local main or master follows one of them");
  expect(none).toContain("--base upstream/main");
  await git(dir, "remote", "rename", "fork", "origin");
  await head(dir, "origin", "main");
  expect(await took(dir)).toEqual(["origin/main", "remote-head", ["prompts/p"]]);
});

test("several of which none has a HEAD are no reason for the local main", async () => {
  const dir = await ahead("upstream", "main", "fork");
  await git(dir, "remote", "set-head", "upstream", "--delete");
  expect(await took(dir)).toEqual(["upstream/main", "remote-branch", ["prompts/p"]]);
  await git(dir, "config", "--unset", "branch.main.remote");
  expect(await refused(dir)).toContain("hint: name it: --base fork/main or --base upstream/main\n");
});

test("a HEAD that names what is not here", async () => {
  const dir = await ahead("origin");
  await git(dir, "update-ref", "refs/remotes/origin/master", "main");
  await git(dir, "update-ref", "-d", "--no-deref", "refs/remotes/origin/main");
  const said = await refused(dir);
  expect(said).toContain("no --base, and origin/HEAD names origin/main, which is not here\n");
  expect(said).toContain("hint: git fetch origin, or git remote set-head origin --auto, or name it: --base origin/master\n"); // prettier-ignore
  await git(dir, "fetch", "-q", "origin");
  expect(await took(dir)).toEqual(["origin/main", "remote-head", ["prompts/p"]]);
});

test("a HEAD that names a local branch is no remote's", async () => {
  const dir = await ahead("origin");
  await git(dir, "symbolic-ref", "refs/remotes/origin/HEAD", "refs/heads/main");
  expect(await refused(dir)).toContain("no --base, and origin/HEAD names main, which is no branch of origin\n");
});

test("nothing fetched: fetch first", async () => {
  const dir = await ahead("origin");
  await git(dir, "remote", "rename", "origin", "o");
  for (const ref of ["HEAD", "main"]) await git(dir, "update-ref", "-d", "--no-deref", `refs/remotes/o/${ref}`);
  const one = await refused(dir);
  expect(one).toContain("no --base, and no branch of o is here\n");
  expect(one).toContain("hint: git fetch o, or name it: --base main\n");
  await git(dir, "remote", "add", "fork", "/nonexistent");
  expect(await refused(dir)).toContain("hint: git fetch --all, or ");
});

test("a remote's branch of another name, without a HEAD, is found by what the hint says", async () => {
  const dir = await ahead("origin", "trunk");
  await git(dir, "remote", "set-head", "origin", "--delete");
  const said = await refused(dir);
  expect(said).toContain("looked for origin/HEAD, origin/main and origin/master\n");
  expect(said).toContain("hint: git remote set-head origin --auto, or name it: --base origin/trunk\n");
  await git(dir, "remote", "set-head", "origin", "--auto");
  expect(await took(dir)).toEqual(["origin/trunk", "remote-head", ["prompts/p"]]);
});

test("branches that were fetched into the place of a remote that is not configured", async () => {
  const dir = await ahead("origin", "trunk");
  await git(dir, "update-ref", "refs/remotes/ci/trunk", "origin/trunk");
  await git(dir, "remote", "remove", "origin");
  expect(await refused(dir)).toContain("hint: name it: --base ci/trunk\n");
});
