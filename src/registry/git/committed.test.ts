import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { git, put } from "../../testing/project.ts";
import { commitAll, repositoryOf } from "../../testing/repository.ts";
import { cleanEnv } from "../../testing/project.ts";
import { readCommitted } from "./committed.ts";
import { needRepo } from "./repo.ts";

test("a file is read from the remote's default branch, else main, else master, else what is checked out; never the worktree", async () => {
  const dir = await repositoryOf({ who: "one" });
  const read = async () => readCommitted(await needRepo({ root: dir, env: cleanEnv() }), "who");
  await git(dir, "checkout", "-q", "-b", "mine");
  put(dir, "who", "mine");
  expect(await read()).toEqual({ branch: "main", text: "one" });
  await commitAll(dir, "mine");
  expect(await read()).toEqual({ branch: "main", text: "one" });
  await git(dir, "branch", "-m", "main", "master");
  expect(await read()).toEqual({ branch: "master", text: "one" });
  await git(dir, "update-ref", "refs/remotes/origin/trunk", "mine");
  expect(await read()).toEqual({ branch: "master", text: "one" });
  await git(dir, "update-ref", "refs/remotes/origin/main", "master");
  expect(await read()).toEqual({ branch: "origin/main", text: "one" });
  await git(dir, "symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/trunk");
  expect(await read()).toEqual({ branch: "origin/trunk", text: "mine" });
  for (const ref of ["refs/remotes/origin/HEAD", "refs/remotes/origin/trunk", "refs/remotes/origin/main", "refs/heads/master"]) await git(dir, "update-ref", "--no-deref", "-d", ref); // prettier-ignore
  expect(await read()).toEqual({ branch: "HEAD", text: "mine" });
  const other = await git(dir, "hash-object", "-w", "agentops.config.yaml");
  await git(dir, "replace", await git(dir, "rev-parse", "HEAD:who"), other);
  expect(await read()).toEqual({ branch: "HEAD", text: "mine" });
  expect(await readCommitted(await needRepo({ root: dir, env: cleanEnv() }), "nothing")).toEqual({ branch: "HEAD", text: null }); // prettier-ignore
});

test("a file that is no UTF-8 is refused as it is on disk, and no letter of it is another", async () => {
  const dir = await repositoryOf({ who: "one" });
  writeFileSync(join(dir, "who"), Buffer.from("a\ncaf\xe9\n", "latin1"));
  await commitAll(dir, "latin1");
  const read = readCommitted(await needRepo({ root: dir, env: cleanEnv() }), "who");
  await expect(read).rejects.toMatchObject({ code: "FILE_INVALID", message: expect.stringMatching(/^who@[0-9a-f]{12}:2:4: not UTF-8: the byte 0xE9/) as string }); // prettier-ignore
});
