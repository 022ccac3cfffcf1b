import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { AgentopsError } from "../../core/errors.ts";
import { parseRef } from "../../core/refs.ts";
import { expectLine, ONE, version } from "../history.testing.ts";
import { publish } from "../publish/publish.ts";
import {
  gitIn,
  gitProject,
  projectIn,
  promptText,
  removeFolders,
  type TempProject,
  tempFolder,
  twoClones,
} from "../temp-project.testing.ts";
import { latestRef } from "./latest.ts";
import { artifactList } from "./list.ts";
import { logVersions, versionLog } from "./log.ts";

afterAll(removeFolders);

const on = async (t: TempProject, branch: string, text: string) => {
  await t.git("switch", "-qc", branch);
  await version(t, text, { push: false });
  await t.git("switch", "-q", "-");
};
const squash = async (t: TempProject, branch: string) => {
  await t.git("merge", "-q", "--squash", branch);
  await t.git("commit", "-qm", "squashed");
};

/** Which version `promote p` takes, and what it says. */
async function latest(t: TempProject): Promise<string> {
  const told: string[] = [];
  const project = { ...t.project, warn: (line: string) => told.push(line) };
  const found = await latestRef(project, parseRef("p"), "promote").catch((error: unknown) => error);
  if (found instanceof AgentopsError) return `${found.code}: ${found.message} | ${found.hint ?? ""}`;
  const { point } = found as Awaited<ReturnType<typeof latestRef>>;
  return [point.type === "version" ? `v${point.number}` : point.type, ...told].join(" ");
}

/** Each begins on main with v1. */
const situations: Record<string, { prepare: (t: TempProject) => Promise<unknown>; is: string | RegExp }> = {
  "a version of a branch that was never merged": {
    prepare: (t) => on(t, "side", "Two"),
    is: "v1 note: prompts/p@v1 is the newest on main; v2 is not on it, as far as was fetched: agentops promote prompts/p@v2 takes that one",
  },
  "a squash merge, the branch deleted": {
    prepare: async (t) => {
      await on(t, "side", "Two");
      await squash(t, "side");
      await t.git("branch", "-qD", "side");
    },
    is: "v2",
  },
  "a squash merge, and later commits to the file": {
    prepare: async (t) => {
      await on(t, "side", "Two");
      await squash(t, "side");
      await t.write("prompts/p.prompt.yml", promptText("p", "Later {{ticket}}"));
      await t.git("commit", "-qam", "later");
    },
    is: "v2",
  },
  "a rebased branch": {
    prepare: async (t) => {
      await on(t, "side", "Two");
      await t.git("commit", "-q", "--allow-empty", "-m", "meanwhile");
      await t.git("cherry-pick", "side");
    },
    is: "v2",
  },
  "a branch that goes back to what main had long ago": {
    prepare: async (t) => {
      await version(t, "Two");
      await on(t, "side", "One");
    },
    is: /^v2 note: .*v3 is not on it/,
  },
  "two branches of which the older one was merged": {
    prepare: async (t) => {
      await on(t, "left", "Left");
      await on(t, "right", "Right");
      await t.git("merge", "-q", "--no-ff", "-m", "merged", "left");
    },
    is: /^v2 note: .*v3 is not on it/,
  },
  "a branch that is checked out": {
    prepare: async (t) => {
      await t.git("switch", "-qc", "side");
      await version(t, "Two");
    },
    is: /^v1 note/,
  },
  "a repository without a main branch: what is checked out": {
    prepare: async (t) => {
      await t.git("branch", "-qm", "trunk");
      await on(t, "side", "Two");
    },
    is: /^v1 note: no default branch is known: taken from HEAD \(neither main nor master is here\) note: prompts\/p@v1 is the newest on HEAD/,
  },
  "a repository whose only branch has another name": {
    prepare: (t) => t.git("branch", "-qm", "trunk"),
    is: "v1",
  },
  "a remote whose default branch is not known here": {
    prepare: async (t) => {
      await t.git("branch", "-qm", "trunk");
      await t.git("remote", "add", "origin", "nowhere");
    },
    is: "v1 note: no default branch is known: taken from HEAD; git remote set-head origin --auto",
  },
  "a clone of one branch that is not the default one": {
    prepare: async (t) => {
      await t.git("branch", "-qm", "feature");
      await t.git("remote", "add", "-t", "feature", "origin", "nowhere");
    },
    is: "v1 note: no default branch is known: taken from HEAD; git remote set-branches --add origin '*' && git fetch origin && git remote set-head origin --auto",
  },
  "a default branch of another name on the only remote, beside a local main": {
    prepare: async (t) => {
      await t.git("switch", "-qc", "trunk");
      await version(t, "Two");
      await t.git("update-ref", "refs/remotes/up/trunk", "trunk");
      await t.git("symbolic-ref", "refs/remotes/up/HEAD", "refs/remotes/up/trunk");
      await t.git("switch", "-q", "main");
    },
    is: "v2",
  },
  "main here ahead of the remote's": {
    prepare: async (t) => {
      await t.git("update-ref", "refs/remotes/origin/main", "main");
      await version(t, "Two");
    },
    is: "v2",
  },
  "only versions of other branches": {
    prepare: async (t) => {
      await t.git("tag", "-d", "prompts/p/v1");
      await on(t, "side", "Two");
    },
    is: "VERSION_NOT_FOUND: prompts/p has no version that is on main: v1 is elsewhere | merge it into main, or name it: agentops promote prompts/p@v1",
  },
  "a number that a checkout of its tag wrote anew": {
    prepare: async (t) => {
      await t.git("remote", "add", "origin", "nowhere");
      await t.git("tag", "prompts/p/v2", "HEAD");
    },
    is: /^VERSION_NOT_FOUND: prompts\/p\/v2 is a lightweight tag here.* \| git fetch --force --tags origin .*agentops promote prompts\/p@v1$/,
  },
  "the same where there is no remote to ask": {
    prepare: (t) => t.git("tag", "prompts/p/v2", "HEAD"),
    is: "v1",
  },
};
test.concurrent.each(Object.entries(situations))("the latest version with %s", async (_, { prepare, is }) => {
  const temp = await gitProject(ONE);
  await publish(temp.project, {});
  await prepare(temp);
  expectLine(await latest(temp), is);
});

test("list and log say which versions main has", async () => {
  const temp = await gitProject(ONE);
  await publish(temp.project, {});
  await on(temp, "side", "Two");
  expect((await artifactList(temp.project)).artifacts[0]).toMatchObject({ version: "v1", latest: "v1", newest: "v2" });
  expect((await logVersions(temp.project, "p")).map(({ merged }) => merged)).toEqual([false, true]);
  await squash(temp, "side");
  expect((await artifactList(temp.project)).artifacts[0]).toMatchObject({ version: "v2", latest: "v2", newest: "v2" });
  expect((await logVersions(temp.project, "p")).map(({ merged }) => merged)).toEqual([true, true]);
});

test("list and log say that no default branch is known", async () => {
  const temp = await gitProject(ONE);
  await publish(temp.project, {});
  await temp.git("branch", "-qm", "trunk");
  await temp.git("remote", "add", "origin", "nowhere");
  const notes = ["no default branch is known: taken from HEAD; git remote set-head origin --auto"];
  expect((await artifactList(temp.project)).notes).toEqual(notes);
  expect((await versionLog(temp.project, "p")).notes).toEqual(notes);
});

test("a shallow clone takes what it can see, and does not guess", async () => {
  const { a, bare } = await twoClones(ONE);
  await version(a, "One");
  await version(a, "Two");
  await a.git("push", "-q", "--tags", "origin", "main");
  const folder = await tempFolder();
  await gitIn(folder, "clone", "-q", "--depth", "1", `file://${bare}`, "cut");
  const cut = await projectIn(join(folder, "cut"));
  await cut.git("fetch", "-q", "--depth", "1", "origin", "refs/tags/*:refs/tags/*");
  expect(await latest(cut)).toBe("v2");
  await cut.git("tag", "-d", "prompts/p/v2");
  expect(await latest(cut)).toMatch(/^VERSION_NOT_FOUND: the clone is shallow.*\| git fetch --unshallow --tags/);
  expect((await logVersions(cut.project, "p"))[0]?.merged).toBeNull();
});
