import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { gitProject, promptText, removeFolders, type TempProject } from "../temp-project.testing.ts";
import { baseOf } from "./base.ts";
import { needRepo, type Repo } from "./repo.ts";
import { revisionOf } from "./revision.ts";

afterAll(removeFolders);

let temp: TempProject;
let repo: Repo;
const at: Record<string, string> = {};

beforeAll(async () => {
  temp = await gitProject({ "prompts/p.prompt.yml": promptText("p") });
  const { git } = temp;
  for (const name of ["first", "second", "third", "fourth"]) {
    at[name] = await git("rev-parse", "HEAD");
    await git("commit", "-q", "--allow-empty", "-m", name);
  }
  at["head"] = await git("rev-parse", "HEAD");
  await git("remote", "add", "origin", "nowhere");
  const refs: [string, string][] = [
    ["refs/remotes/origin/main", "first"],
    ["refs/heads/origin/main", "second"],
    ["refs/tags/origin/main", "third"],
    ["refs/remotes/origin/HEAD", "first"],
    ["refs/tags/origin/only-a-tag", "third"],
    ["refs/tags/main", "second"],
    ["refs/tags/HEAD", "second"],
    ["refs/heads/feature/x", "second"],
    ["refs/tags/v1.0", "fourth"],
  ];
  for (const [ref, name] of refs) await git("update-ref", ref, at[name] ?? "");
  await git("tag", "-a", "v2.0", "-m", "annotated", at["third"] ?? "");
  await git("tag", "a-tree", "HEAD^{tree}");
  repo = await needRepo(temp.project);
});

test.each<[string, string | null, string | null, string[]]>([
  ["origin/main", "first", "refs/remotes/origin/main", ["refs/heads/origin/main", "refs/tags/origin/main"]],
  ["origin", "first", "refs/remotes/origin/HEAD", []],
  ["origin/only-a-tag", null, "refs/remotes/origin/only-a-tag", ["refs/tags/origin/only-a-tag"]],
  ["refs/tags/origin/only-a-tag", "third", null, []],
  ["tags/origin/only-a-tag", "third", "refs/tags/origin/only-a-tag", []],
  ["main", "head", "refs/heads/main", ["refs/tags/main"]],
  ["main~1", "fourth", "refs/heads/main", ["refs/tags/main"]],
  ["main^{commit}", "head", "refs/heads/main", ["refs/tags/main"]],
  ["heads/main", "head", "refs/heads/main", []],
  ["HEAD", "head", null, []],
  ["@~2", "third", null, []],
  ["feature/x", "second", "refs/heads/feature/x", []],
  ["v1.0", "fourth", "refs/tags/v1.0", []],
  ["v2.0", "third", "refs/tags/v2.0", []],
  ["v2.0^", "second", "refs/tags/v2.0", []],
  ["HEAD^{/third}", "fourth", null, []],
  ["a-tree", null, "refs/tags/a-tree", []],
  ["mai*", null, null, []],
  ["", null, null, []],
])("%j is what it says, whatever else has its name", async (rev, commit, ref, others) => {
  expect(await revisionOf(repo, rev)).toEqual({ commit: commit === null ? null : at[commit], ref, others });
});

test("a commit's own name stays one, also in short", async () => {
  const id = at["second"] ?? "";
  await temp.git("update-ref", `refs/heads/${id}`, at["first"] ?? "");
  expect((await revisionOf(repo, id)).commit).toBe(id);
  expect((await revisionOf(repo, id.slice(0, 9))).commit).toBe(id);
  await temp.git("update-ref", "-d", `refs/heads/${id}`);
});

describe("a base that is none says what it is:", () => {
  test.each([
    ["0".repeat(40), /^0000000000… is no commit: a push event names it/, /^name a base: --base origin\/main$/],
    ["1".repeat(40), /^no commit 1111111111 here: its history was rewritten/, /^name a base: --base origin\/main$/],
    ["a-tree", /^a-tree is a tree and no commit/, /--base /],
    ["origin/only-a-tag", /only a tag origin\/only-a-tag/, /fetch origin.*; or name .* in full: --base refs\/tags\//],
    ["origin/none", /^no commit named origin\/none/, /^git fetch origin, or /],
  ])("%s", async (base, message, hint) => {
    const error = await baseOf(repo, base).catch((e: unknown) => e);
    expect(error).toMatchObject({ code: "VERSION_NOT_FOUND", message: expect.stringMatching(message), hint: expect.stringMatching(hint) }); // prettier-ignore
  });
});
