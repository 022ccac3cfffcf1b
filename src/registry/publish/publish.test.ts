import { chmod, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { exitCodeOf } from "../../core/errors.ts";
import { loadArtifact } from "../versions/load.ts";
import { logVersions } from "../versions/log.ts";
import { publish } from "./publish.ts";
import { edit, failure, hook, sshKey, state, TRIAGE, WITH_AGENT } from "./publish.testing.ts";
import {
  agentText,
  gitProject,
  plainProject,
  projectIn,
  promptText,
  removeFolders,
  type TempProject,
  tempFolder,
  testEnv,
  twoClones,
} from "../temp-project.testing.ts";

afterAll(removeFolders);

describe("publish", () => {
  test("tags HEAD without a commit when the files are committed already", async () => {
    const temp = await gitProject(TRIAGE);
    const head = await temp.git("rev-parse", "HEAD");
    const result = await publish(temp.project, {});
    expect(result).toEqual({
      schema: "agentops.publish/1",
      published: [
        {
          address: "prompts/triage",
          version: "v1",
          commit: head,
          tag: "prompts/triage/v1",
          digest: (await loadArtifact(temp.project, "triage")).digest,
          pushed: false,
        },
      ],
      unchanged: [],
      skipped: [],
      leftOut: [],
      branch: "main",
      along: null,
      unsigned: null,
    });
    expect(await temp.git("rev-parse", "HEAD")).toBe(head);
    expect(await temp.git("cat-file", "-t", "prompts/triage/v1")).toBe("tag");
    expect(await temp.git("tag", "-l", "--format=%(contents)", "prompts/triage/v1")).toMatch(
      /^Publish prompts\/triage v1\n\nAgentops-Digest: sha256:[0-9a-f]{64}\nAgentops-Path: prompts\/triage.prompt.yml/,
    );
  });

  test("says that nothing changed, also after a new comment and another indentation", async () => {
    const temp = await gitProject(TRIAGE);
    await publish(temp.project, {});
    const same = `# a comment\n${promptText("triage").replace("  - {", "      -   {")}`;
    await temp.write("prompts/triage.prompt.yml", same);
    const result = await publish(temp.project, {});
    expect(result.published).toEqual([]);
    expect(result.unchanged).toEqual([{ address: "prompts/triage", version: "v1" }]);
  });

  test("gives an agent and its prompt a version each, in one commit, when the prompt changed", async () => {
    const temp = await gitProject(WITH_AGENT);
    await publish(temp.project, {});
    await edit(temp, "Route {{ticket}} now.");
    const { published } = await publish(temp.project, { message: "# Faster\n\nSecond paragraph" });
    expect(published.map((p) => p.tag)).toEqual(["prompts/triage/v2", "agents/desk/v2"]);
    expect(new Set(published.map((p) => p.commit)).size).toBe(1);
    const [entry] = await logVersions(temp.project, "agents/desk");
    expect(entry).toMatchObject({ version: "v2", message: "# Faster\n\nSecond paragraph", author: "Ada" });
  });

  test("publishing one name leaves the other artifacts unpublished", async () => {
    const temp = await gitProject({ ...TRIAGE, "prompts/other.prompt.yml": promptText("other") });
    const { published } = await publish(temp.project, { names: ["prompts/other"] });
    expect(published.map((p) => p.tag)).toEqual(["prompts/other/v1"]);
    expect(await temp.git("tag")).toBe("prompts/other/v1");
  });

  test("going back to an older content is a new version", async () => {
    const temp = await gitProject(TRIAGE);
    await publish(temp.project, {});
    await edit(temp, "Other {{ticket}}");
    await publish(temp.project, {});
    await edit(temp, "Route {{ticket}}.");
    const { published } = await publish(temp.project, {});
    expect(published[0]?.version).toBe("v3");
  });

  test("leaves staged, dirty and untracked files of others exactly as they were", async () => {
    const temp = await gitProject({ ...TRIAGE, "notes.txt": "one\n", "src.js": "1\n" });
    await temp.write("notes.txt", "staged\n");
    await temp.git("add", "notes.txt");
    await temp.write("notes.txt", "staged and dirty\n");
    await temp.write("src.js", "dirty\n");
    await temp.write("new.txt", "untracked\n");
    await temp.write("added.txt", "added\n");
    await temp.git("add", "added.txt");
    await edit(temp, "New {{ticket}}");
    const before = await temp.git("status", "--porcelain");
    const staged = await temp.git("diff", "--cached", "--", "notes.txt", "added.txt");
    const { published } = await publish(temp.project, {});
    expect(await temp.git("status", "--porcelain")).toBe(
      before
        .split("\n")
        .filter((l) => !l.includes("triage"))
        .join("\n"),
    );
    expect(await temp.git("diff", "--cached")).toBe(staged);
    expect(await temp.git("show", "--name-only", "--format=", published[0]!.commit)).toBe("prompts/triage.prompt.yml");
  });

  test("commits an untracked artifact, and nothing else that is untracked or staged", async () => {
    const temp = await gitProject({ "keep.txt": "" });
    await temp.write("other.txt", "x");
    await temp.git("add", "other.txt");
    await temp.write("agents/desk.agent.yml", agentText("desk", "triage"));
    await edit(temp, "New {{ticket}}");
    const { published } = await publish(temp.project, { names: ["desk"] });
    expect(await temp.git("show", "--name-only", "--format=", published[0]!.commit)).toBe(
      "agents/desk.agent.yml\nprompts/triage.prompt.yml",
    );
    expect(await temp.git("status", "--porcelain")).toBe("A  other.txt");
  });

  test("publishes in a repository without any commit", async () => {
    const temp = await plainProject(TRIAGE);
    await temp.git("init", "-q", "-b", "main");
    const { published } = await publish(temp.project, {});
    expect(published[0]?.version).toBe("v1");
    expect(await temp.git("ls-tree", "-r", "--name-only", "HEAD")).toBe("prompts/triage.prompt.yml");
  });

  test("works in a subfolder of a monorepo and in a git worktree", async () => {
    const temp = await plainProject(TRIAGE, "dienste/büro bot");
    const top = join(temp.root, "../..");
    const repo = { ...temp, git: temp.git };
    await repo.git("init", "-q", "-b", "main", top);
    await repo.git("add", "-A", top);
    await repo.git("commit", "-q", "-m", "start");
    await edit(temp, "Sub {{ticket}}");
    const { published } = await publish(temp.project, {});
    expect(published[0]?.tag).toBe("prompts/triage/v1");
    expect(await loadArtifact(temp.project, "triage@v1")).toMatchObject({ version: "v1" });
    const other = join(await tempFolder(), "zweiter baum");
    await temp.git("worktree", "add", "-q", other, "-b", "side");
    const side = await projectIn(join(other, "dienste/büro bot"));
    await edit(side, "Side {{ticket}}");
    expect((await publish(side.project, {})).published[0]?.version).toBe("v2");
    expect((await loadArtifact(temp.project, "triage@v2")).prompt.messages[0]?.content).toBe("Side {{ticket}}");
  });

  test("signs commit and tag with git's ssh setup", async () => {
    const temp = await gitProject(TRIAGE);
    const key = await sshKey();
    await temp.git("config", "gpg.format", "ssh");
    await temp.git("config", "user.signingkey", `${key}.pub`);
    await edit(temp, "Signed {{ticket}}");
    await publish(temp.project, { sign: true });
    expect(await temp.git("cat-file", "tag", "prompts/triage/v1")).toContain("BEGIN SSH SIGNATURE");
    expect(await temp.git("cat-file", "commit", "HEAD")).toContain("BEGIN SSH SIGNATURE");
    expect((await logVersions(temp.project, "triage"))[0]).toMatchObject({
      signed: true,
      message: "Publish prompts/triage v1",
    });
  });
});

describe("publish twice at once in one clone", () => {
  test.each([1, 2, 3])("makes one version and leaves nothing behind (round %i)", async () => {
    const temp = await gitProject({ "keep.txt": "" });
    await edit(temp, "New {{ticket}}");
    const results = await Promise.allSettled([publish(temp.project, {}), publish(temp.project, {})]);
    const made = results.flatMap((r) => (r.status === "fulfilled" ? r.value.published : []));
    expect(made.map((p) => p.tag)).toEqual(["prompts/triage/v1"]);
    for (const r of results) if (r.status === "rejected") expect(r.reason).toMatchObject({ code: "CONCURRENT_CHANGE" });
    expect(await temp.git("tag")).toBe("prompts/triage/v1");
    expect(await temp.git("status", "--porcelain")).toBe("");
  });
});

test("an environment like CI's, with keys and settings in variables, is passed on to git", async () => {
  const temp = await gitProject(TRIAGE);
  temp.project.env = {
    ...testEnv,
    GIT_SSH_COMMAND: "ssh -i key",
    GIT_CONFIG_COUNT: "2",
    GIT_CONFIG_KEY_0: "user.name",
    GIT_CONFIG_VALUE_0: "Robot",
    GIT_CONFIG_KEY_1: "core.hooksPath",
    GIT_CONFIG_VALUE_1: "/dev/null",
    GIT_DIR: "/nonexistent",
    GIT_INDEX_FILE: "/nonexistent/index",
    EDITOR: "false",
    GIT_COMMITTER_NAME: undefined,
  };
  await publish(temp.project, {});
  expect((await logVersions(temp.project, "triage"))[0]?.author).toBe("Robot");
});

describe("publish refuses, and leaves everything as it was", () => {
  interface Refusal {
    prepare: (temp: TempProject) => Promise<unknown>;
    code: string;
    says: RegExp;
    hint?: RegExp;
    names?: string[];
    files?: Record<string, string>;
  }
  const refusals: Record<string, Refusal> = {
    "a lint error": {
      prepare: (t) => edit(t, "Unknown {{tickt}}"),
      code: "LINT_FAILED",
      says: /prompts\/triage.prompt.yml:4:\d+: variable "tickt" is not declared/,
    },
    "a failing pre-commit hook, with the artifact staged": {
      prepare: async (t) => {
        await failingHook(t);
        await edit(t, "Whole {{ticket}}");
        await t.git("add", "-A");
      },
      code: "GIT_REFUSED",
      says: /not on my watch/,
    },
    "a failing pre-commit hook, with an untracked artifact": {
      prepare: async (t) => {
        await failingHook(t);
        await t.write("prompts/new.prompt.yml", promptText("new"));
      },
      names: ["new"],
      code: "GIT_REFUSED",
      says: /not on my watch/,
    },
    "an artifact that git ignores": {
      prepare: async (t) => {
        await t.write(".gitignore", "new.*\n");
        await t.write("prompts/new.prompt.yml", promptText("new"));
      },
      code: "GIT_REFUSED",
      names: ["new"],
      says: /new\.prompt\.yml is ignored by \.gitignore:1:new\.\*/,
      hint: /git add -f prompts\/new\.prompt\.yml/,
    },
    "a detached HEAD that would need a commit": {
      prepare: async (t) => {
        await t.git("checkout", "-q", "--detach");
        await edit(t, "New {{ticket}}");
      },
      code: "GIT_REFUSED",
      says: /HEAD is detached/,
      hint: /git switch/,
    },
    "a merge in progress": {
      prepare: async (t) => {
        await t.git("checkout", "-q", "-b", "side");
        await t.git("commit", "-q", "--allow-empty", "-m", "side");
        await t.git("checkout", "-q", "main");
        await t.git("merge", "-q", "--no-ff", "--no-commit", "side");
        await edit(t, "New {{ticket}}");
      },
      code: "GIT_REFUSED",
      says: /a merge is in progress/,
      hint: /git merge --continue/,
    },
    "patches that are being applied": {
      prepare: (t) => t.write(".git/rebase-apply/applying", ""),
      code: "GIT_REFUSED",
      says: /an? am is in progress/,
      hint: /git am --continue/,
    },
    "signing without a key": {
      prepare: async (t) => {
        await t.git("config", "gpg.format", "ssh");
        await t.git("config", "tag.gpgSign", "true");
        await edit(t, "New {{ticket}}");
      },
      code: "GIT_REFUSED",
      says: /cannot make the tag/,
    },
    "another git process that holds the index": {
      prepare: async (t) => {
        await edit(t, "New {{ticket}}");
        await t.write(".git/index.lock", "");
      },
      code: "CONCURRENT_CHANGE",
      says: /another git process/,
    },
    "another git process that holds the tag": {
      prepare: (t) => t.write(".git/refs/tags/prompts/triage/v1.lock", ""),
      code: "CONCURRENT_CHANGE",
      says: /another git process/,
    },
    "no identity": {
      prepare: async (t) => {
        await t.git("config", "user.useConfigOnly", "true");
        t.project.env = Object.fromEntries(Object.entries(testEnv).filter(([key]) => !/AUTHOR|COMMITTER/.test(key)));
        await edit(t, "New {{ticket}}");
      },
      code: "GIT_REFUSED",
      says: /who you are/,
      hint: /user\.email/,
    },
  };
  test.each(Object.entries(refusals))("%s", async (_, { prepare, code, says, hint, names }) => {
    const temp = await gitProject(TRIAGE);
    temp.project.env = { ...temp.project.env };
    await prepare(temp);
    const before = await state(temp, code === "CONCURRENT_CHANGE");
    const error = await failure(publish(temp.project, { names }));
    expect(error.code).toBe(code);
    expect(error.message).toMatch(says);
    if (hint) expect(error.hint).toMatch(hint);
    if (!/signing/.test(_)) expect(await state(temp, code === "CONCURRENT_CHANGE")).toEqual(before);
    expect(await temp.git("tag")).toBe("");
  });

  test("a folder without a repository, and a machine without git", async () => {
    const temp = await plainProject(TRIAGE);
    const error = await failure(publish(temp.project, {}));
    expect(error).toMatchObject({ code: "GIT_REFUSED", hint: "git init" });
    const bare = await projectIn(temp.root, { PATH: "/nonexistent" });
    const missing = await failure(publish(bare.project, {}));
    expect(missing).toMatchObject({ code: "GIT_REFUSED", message: "git could not be started" });
  });

  test("names that are unknown or not of the worktree, and an empty project", async () => {
    const temp = await gitProject(TRIAGE);
    expect(await failure(publish(temp.project, { names: ["triag"] }))).toMatchObject({
      code: "ARTIFACT_NOT_FOUND",
      hint: "did you mean triage?",
    });
    expect(await failure(publish(temp.project, { names: ["triage@v1"] }))).toMatchObject({ code: "REF_INVALID" });
    expect(await failure(publish((await gitProject()).project, {}))).toMatchObject({ code: "ARTIFACT_NOT_FOUND" });
  });
});

describe("publish with a remote", () => {
  test("pushes the tag and only the tag", async () => {
    const { a, bare } = await twoClones(TRIAGE);
    const main = await a.git("ls-remote", bare, "refs/heads/main");
    await edit(a, "New {{ticket}}");
    expect((await publish(a.project, {})).published[0]).toMatchObject({ pushed: true, version: "v1" });
    expect(await a.git("ls-remote", bare, "refs/heads/main")).toBe(main);
    expect(await a.git("ls-remote", "--refs", "--tags", bare)).toContain("refs/tags/prompts/triage/v1");
  });

  test("the clone that comes second is told to fetch, and then gets the next version", async () => {
    const { a, b } = await twoClones(TRIAGE);
    await edit(a, "A {{ticket}}");
    await publish(a.project, {});
    await edit(b, "B {{ticket}}");
    const head = await b.git("rev-parse", "HEAD");
    const error = await failure(publish(b.project, {}));
    expect(error).toMatchObject({ code: "CONCURRENT_CHANGE", hint: "git fetch --tags origin && agentops publish" });
    expect(exitCodeOf(error)).toBe(5);
    expect(await b.git("rev-parse", "HEAD")).toBe(head);
    await b.git("fetch", "-q", "--tags", "origin");
    expect((await publish(b.project, {})).published[0]).toMatchObject({ version: "v2", pushed: true });
  });

  test("of clones that publish at the same moment exactly one wins, and the loser has no tag and can retry", async () => {
    const { a, b } = await twoClones(WITH_AGENT);
    await edit(a, "A {{ticket}}");
    await edit(b, "B {{ticket}}");
    const [one, two] = await Promise.allSettled([publish(a.project, {}), publish(b.project, {})]);
    expect([one.status, two.status].sort()).toEqual(["fulfilled", "rejected"]);
    const loser = one.status === "rejected" ? a : b;
    const reason = (one.status === "rejected" ? one : two) as PromiseRejectedResult;
    expect(reason.reason).toMatchObject({ code: "CONCURRENT_CHANGE" });
    expect(await loser.git("tag")).toBe("");
    await loser.git("fetch", "-q", "--tags", "origin");
    const again = await publish(loser.project, {});
    expect(again.published.map((p) => p.version)).toEqual(["v2", "v2"]);
  });

  test("a race lost between looking and pushing removes the local tags", async () => {
    const { a, b, bare } = await twoClones(WITH_AGENT);
    // A pre-push hook is a moment between the two in which the other clone publishes.
    await hook(b, "pre-push", `git push -q '${bare}' HEAD:refs/tags/prompts/triage/v1`, "--no-verify");
    await a.git("fetch", "-q");
    const error = await failure(publish(b.project, {}));
    expect(error).toMatchObject({ code: "CONCURRENT_CHANGE" });
    expect(await b.git("tag")).toBe("");
    expect(await a.git("ls-remote", "--refs", "--tags", bare)).not.toContain("agents/desk");
  });

  test("a version number that means something else on the remote is refused", async () => {
    const { a, b } = await twoClones(TRIAGE);
    await edit(a, "A {{ticket}}");
    await publish(a.project, {});
    await edit(b, "B {{ticket}}");
    expect((await publish(b.project, { push: false })).published[0]).toMatchObject({ version: "v1", pushed: false });
    await edit(b, "B2 {{ticket}}");
    const error = await failure(publish(b.project, {}));
    expect(error).toMatchObject({ code: "CONCURRENT_CHANGE" });
    expect(error.hint).toContain("git tag -d prompts/triage/v1");
  });

  test("an unreachable remote fails before anything is made; without pushing it works", async () => {
    const { a, bare } = await twoClones(TRIAGE);
    await rm(bare, { recursive: true });
    await edit(a, "A {{ticket}}");
    const before = await state(a);
    const error = await failure(publish(a.project, {}));
    expect(error).toMatchObject({ code: "GIT_FAILED" });
    expect(error.hint).toContain("--no-push");
    expect(await state(a)).toEqual(before);
    expect((await publish(a.project, { push: false })).published[0]?.pushed).toBe(false);
  });

  test("a remote that refuses the tag for its own reasons is no race", async () => {
    const { a, bare } = await twoClones(TRIAGE);
    await writeFile(join(bare, "hooks/pre-receive"), "#!/bin/sh\necho 'tags are frozen' >&2\nexit 1\n");
    await chmod(join(bare, "hooks/pre-receive"), 0o755);
    const error = await failure(publish(a.project, {}));
    expect(error).toMatchObject({ code: "POLICY_REFUSED", message: "origin refuses the tag prompts/triage/v1: tags are frozen" }); // prettier-ignore
    expect(await a.git("tag")).toBe("");
  });
});

function failingHook(temp: TempProject): Promise<void> {
  return hook(temp, "pre-commit", "echo 'not on my watch' >&2; exit 1");
}
