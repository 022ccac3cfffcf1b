import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { AgentopsError } from "../../core/errors.ts";
import {
  agentText,
  gitIn,
  gitProject,
  projectIn,
  promptText,
  removeFolders,
  type TempProject,
  tempFolder,
  twoClones,
} from "../temp-project.testing.ts";
import { commit, expectLine, ONE, say, version } from "../history.testing.ts";
import { publish } from "./publish.ts";

afterAll(removeFolders);

const FILES = { ...ONE, "prompts/q.prompt.yml": promptText("q") };

/** A branch on which v2 was published; main is checked out again. */
const branched = async (t: TempProject, text = "Two") => {
  await t.git("switch", "-qc", "side");
  await version(t, text);
  await t.git("switch", "-q", "main");
};

/** What a publish of everything said of `prompts/p`, in one line. */
async function said(t: TempProject, names: string[] = []): Promise<string> {
  const result = await publish(t.project, { names }).catch((error: unknown) => error);
  if (result instanceof AgentopsError) return `${result.code}: ${result.message} | ${result.hint ?? ""}`;
  const { published, unchanged, skipped } = result as Awaited<ReturnType<typeof publish>>;
  const lines = [
    ...published.map((p) => ["published", p.address, p.version, p.note]),
    ...unchanged.map((u) => ["unchanged", u.address, u.version, u.note]),
    ...skipped.map((s) => ["skipped", s.address, s.latest, s.note]),
  ].filter(([, address]) => address === "prompts/p");
  return lines.map(([what, , number, note]) => `${what} ${number}${note === undefined ? "" : `: ${note}`}`).join("; ");
}

const NOT_MADE_FROM = /^published v3: it was not made from v2 \(commit [0-9a-f]{10} is not in this branch\)/;

/** Each begins on main, where `p` and `q` are published as v1 with the text One. */
const situations: Record<string, { prepare: (t: TempProject) => Promise<unknown>; says: RegExp | string }> = {
  "a branch behind the newest version, another artifact edited": {
    prepare: async (t) => {
      await version(t, "Two");
      await t.git("checkout", "-q", "--detach", "HEAD~1");
      await t.git("switch", "-qc", "late");
      await say(t, "Better", "q");
    },
    says: /^unchanged v1: v2 was published from [0-9a-f]{10}, which is not in this branch$/,
  },
  "a late job of a commit whose text was never published": {
    prepare: async (t) => {
      await commit(t, "Between");
      await version(t, "Two");
      await t.git("checkout", "-q", "--detach", "HEAD~1");
    },
    says: /^skipped v2: v2 was published from [0-9a-f]{10}, which comes after this commit; nothing was changed here$/,
  },
  "a hotfix of an older version, on a branch of its own": {
    prepare: async (t) => {
      await version(t, "Two");
      await t.git("switch", "-qc", "hotfix", "prompts/p/v1");
      await say(t, "Mine");
    },
    says: NOT_MADE_FROM,
  },
  "an edit behind a version that main has, on no branch": {
    prepare: async (t) => {
      await version(t, "Two");
      await t.git("checkout", "-q", "--detach", "prompts/p/v1");
      await say(t, "Mine");
    },
    says: "CONCURRENT_CHANGE: prompts/p@v2 was published from a later commit than this | git merge prompts/p/v2, then publish again; for a version beside it, a hotfix: git switch -c BRANCH first",
  },
  "main's own text, of which a branch made a version": {
    prepare: async (t) => {
      await commit(t, "Between");
      await branched(t);
    },
    says: NOT_MADE_FROM,
  },
  "the same where no branch is the default one": {
    prepare: async (t) => {
      await t.git("branch", "-qm", "trunk");
      await commit(t, "Between");
      await t.git("switch", "-qc", "side");
      await version(t, "Two");
      await t.git("switch", "-q", "trunk");
    },
    says: /^skipped v2: .*which comes after this commit/,
  },
  "the same in a clone that tracks it": {
    prepare: async (t) => {
      await version(t, "Two");
      await t.git("switch", "-qc", "late", "HEAD~1");
      await t.git("branch", "-q", "--set-upstream-to=main");
      await say(t, "Mine");
    },
    says: /\| git pull, then publish again$/,
  },
  "an edit on main beside a version of a branch made on top of it": {
    prepare: async (t) => {
      await branched(t);
      await say(t, "Mine");
    },
    says: NOT_MADE_FROM,
  },
  "a branch from an unpublished text, of which main published a later one": {
    prepare: async (t) => {
      await commit(t, "Between");
      await t.git("switch", "-qc", "feature");
      await commit(t, "Better", "q");
      await t.git("switch", "-q", "main");
      await version(t, "Two");
      await t.git("switch", "-q", "feature");
    },
    says: /^skipped v2: .*which is not in this branch; nothing was changed here$/,
  },
  "a version of a branch that was never merged, and nothing changed": {
    prepare: branched,
    says: /^unchanged v1: v2 was published from/,
  },
  "a branch that went on from another text": {
    prepare: async (t) => {
      await branched(t);
      await commit(t, "Mine");
    },
    says: NOT_MADE_FROM,
  },
  "a version taken back on main": {
    prepare: async (t) => {
      await version(t, "Two");
      await t.git("revert", "--no-edit", "HEAD");
    },
    says: "published v3",
  },
  "a squash merge": {
    prepare: async (t) => {
      await branched(t);
      await t.git("merge", "-q", "--squash", "side");
      await t.git("commit", "-qm", "squashed");
      await t.git("branch", "-qD", "side");
    },
    says: "unchanged v2",
  },
  "a squash merge, and an edit on top of it": {
    prepare: async (t) => {
      await branched(t);
      await t.git("merge", "-q", "--squash", "side");
      await t.git("commit", "-qm", "squashed");
      await say(t, "Three");
    },
    says: "published v3",
  },
  "a squash merge that was reverted": {
    prepare: async (t) => {
      await branched(t);
      await t.git("merge", "-q", "--squash", "side");
      await t.git("commit", "-qm", "squashed");
      await t.git("revert", "--no-edit", "HEAD");
    },
    says: "published v3",
  },
  "a rebase, and an edit on top of it": {
    prepare: async (t) => {
      await branched(t);
      await commit(t, "Other", "q");
      await t.git("cherry-pick", "side");
      await commit(t, "Three");
    },
    says: "published v3",
  },
  "an amended commit, gc, and an edit": {
    prepare: async (t) => {
      await version(t, "Two");
      await t.git("commit", "-q", "--amend", "-m", "again");
      await t.git("reflog", "expire", "--expire=now", "--all");
      await t.git("gc", "-q", "--prune=now");
      await say(t, "Three");
    },
    says: "published v3",
  },
  "numbers taken by what is no version": {
    prepare: async (t) => {
      await t.git("tag", "prompts/p/v2", "HEAD:prompts/p.prompt.yml");
      await t.git("tag", "-am", "by hand", "prompts/p/v20261128");
      await say(t, "Two");
    },
    says: "published v3",
  },
};
test.concurrent.each(Object.entries(situations))("%s", async (_, { prepare, says }) => {
  const temp = await gitProject(FILES);
  await publish(temp.project, {});
  await prepare(temp);
  expectLine(await said(temp), says);
});

test("an agent whose prompt was changed on a squashed branch builds on it", async () => {
  const temp = await gitProject({ ...FILES, "agents/desk.agent.yml": agentText("desk", "p") });
  await publish(temp.project, {});
  await temp.git("switch", "-qc", "side");
  await say(temp, "Two");
  await publish(temp.project, {});
  await temp.git("switch", "-q", "main");
  await temp.git("merge", "-q", "--squash", "side");
  await temp.git("commit", "-qm", "squashed");
  await say(temp, "Three");
  const { published } = await publish(temp.project, { names: ["desk"] });
  expect(published).toMatchObject([{ address: "agents/desk", version: "v3" }]);
  expect(published[0]?.note).toBeUndefined();
});

test("a shallow clone publishes on top of what it can see, and refuses to guess", async () => {
  const { a, bare } = await twoClones(FILES);
  await publish(a.project, {});
  await version(a, "Two");
  await commit(a, "Three");
  await a.git("push", "-q", "origin", "main");
  const folder = await tempFolder();
  const clone = async (name: string, ...args: string[]) => {
    await gitIn(folder, "clone", "-q", ...args, `file://${bare}`, name);
    return projectIn(join(folder, name));
  };
  const cut = await clone("cut", "--depth", "1");
  await cut.git("fetch", "-q", "--depth", "1", "origin", "refs/tags/*:refs/tags/*");
  expect(await said(cut)).toMatch(
    /^VERSION_NOT_FOUND: the clone is shallow: whether this branch has prompts\/p@v2 cannot be told \| git fetch --unshallow --tags/,
  );
  await cut.git("checkout", "-q", "prompts/p/v2");
  expect(await said(cut)).toBe("unchanged v2");
  const deep = await clone("deep", "--depth", "2");
  await deep.git("fetch", "-q", "--depth", "2", "origin", "main", "refs/tags/*:refs/tags/*");
  expect(await said(deep)).toBe("published v3");
});
