import { afterAll, describe, expect, test } from "vitest";
import {
  agentText,
  gitProject,
  plainProject,
  promptText,
  removeFolders,
  testEnv,
  twoClones,
} from "../temp-project.testing.ts";
import { publish } from "./publish.ts";
import { edit, failure, sshKey, TRIAGE, WITH_AGENT } from "./publish.testing.ts";

afterAll(removeFolders);

describe("a publish without names", () => {
  const draft = { "prompts/scratch.prompt.yml": promptText("scratch") };

  test("leaves out what git was never told of, and says so; by name it is published", async () => {
    const temp = await gitProject(TRIAGE);
    await edit(temp, "New {{ticket}}");
    await temp.write("prompts/scratch.prompt.yml", draft["prompts/scratch.prompt.yml"]);
    await temp.write("prompts/mine.prompt.yml", promptText("mine"));
    await temp.write(".git/info/exclude", "mine.*\n");
    const { published, leftOut } = await publish(temp.project, {});
    expect(published.map(({ tag }) => tag)).toEqual(["prompts/triage/v1"]);
    expect(leftOut).toEqual([
      { address: "prompts/mine", file: "prompts/mine.prompt.yml", why: "ignored" },
      { address: "prompts/scratch", file: "prompts/scratch.prompt.yml", why: "untracked" },
    ]);
    const again = await publish(temp.project, {});
    expect([again.published, again.unchanged.length, again.leftOut.length]).toEqual([[], 1, 2]);
    const named = await publish(temp.project, { names: ["scratch"] });
    expect(named).toMatchObject({ published: [{ tag: "prompts/scratch/v1" }], leftOut: [] });
  });

  test("takes a new prompt along that an agent in git names", async () => {
    const temp = await gitProject(WITH_AGENT);
    await temp.write("prompts/scratch.prompt.yml", draft["prompts/scratch.prompt.yml"]);
    await temp.write("agents/desk.agent.yml", agentText("desk", "scratch"));
    const { published, leftOut } = await publish(temp.project, {});
    expect(published.map(({ address }) => address)).toEqual(["prompts/scratch", "prompts/triage", "agents/desk"]);
    expect(leftOut).toEqual([]);
  });

  test("publishes all of a project that git knows nothing of yet, but what it is told to ignore", async () => {
    const temp = await plainProject({ ...WITH_AGENT, ...draft, ".gitignore": "scratch.*\n" });
    await temp.git("init", "-q", "-b", "main");
    const { published, leftOut } = await publish(temp.project, {});
    expect(published.map(({ address }) => address)).toEqual(["prompts/triage", "agents/desk"]);
    expect(leftOut).toMatchObject([{ why: "ignored" }]);
  });
});

describe("HEAD on no branch", () => {
  /** As actions/checkout leaves a pull request: its merge alone, under a name that is no branch's. */
  async function pullRequest() {
    const { a, b, bare } = await twoClones(TRIAGE);
    await a.git("switch", "-q", "-c", "topic");
    await edit(a, "New {{ticket}}");
    await a.git("commit", "-q", "-a", "-m", "new");
    await a.git("switch", "-q", "--detach", "origin/main");
    await a.git("merge", "-q", "--no-ff", "-m", "Merge", "topic");
    await a.git("push", "-q", bare, "HEAD:refs/pull/5/merge", "topic:topic");
    return b;
  }

  test.each([
    ["refs/remotes/pull/5/merge", {}, /its commit is on no branch/, /git switch/],
    [
      "refs/remotes/origin/pr/5/merge",
      { GITHUB_REF: "refs/pull/5/merge" },
      /GitHub made up for pull request 5/,
      /default branch/,
    ],
  ])("is refused: %s", async (ref, env, says, hint) => {
    const clone = await pullRequest();
    await clone.git("fetch", "-q", "--no-tags", "origin", `+refs/pull/5/merge:${ref}`);
    await clone.git("checkout", "-q", "--force", ref);
    clone.project.env = { ...testEnv, ...env };
    const error = await failure(publish(clone.project, {}));
    expect([error.code, error.message, error.hint]).toEqual([
      "GIT_REFUSED",
      expect.stringMatching(says),
      expect.stringMatching(hint),
    ]);
    expect(await clone.git("ls-remote", "--tags", "origin")).toBe("");
  });

  test("is no reason where a branch of the remote or a tag of the team's has the commit", async () => {
    const clone = await pullRequest();
    await clone.git("checkout", "-q", "--detach", "origin/main");
    expect(await publish(clone.project, {})).toMatchObject({
      published: [{ version: "v1", pushed: true }],
      branch: null,
    });
    const tagged = await gitProject(TRIAGE);
    await tagged.git("checkout", "-q", "--detach");
    await edit(tagged, "New {{ticket}}");
    await tagged.git("commit", "-q", "-a", "-m", "new");
    await failure(publish(tagged.project, {}));
    await tagged.git("tag", "release-1");
    expect((await publish(tagged.project, {})).published).toHaveLength(1);
  });
});

describe("what is said of a version", () => {
  test("commits that its tag takes to the remote", async () => {
    const { a } = await twoClones(TRIAGE);
    for (const subject of ["WIP one", "WIP two", "WIP three", "WIP four"]) {
      await a.write("notes.txt", subject);
      await a.git("add", "notes.txt");
      await a.git("commit", "-q", "-m", subject);
    }
    await edit(a, "New {{ticket}}");
    const { along } = await publish(a.project, {});
    expect(along).toMatchObject({ remote: "origin", commits: 4 });
    expect(along?.newest.map((line) => line.replace(/^\w+ /, ""))).toEqual(["WIP four", "WIP three", "WIP two"]);
    await a.git("push", "-q", "origin", "main");
    await edit(a, "Newer {{ticket}}");
    expect((await publish(a.project, {})).along).toBeNull();
    await edit(a, "Newest {{ticket}}");
    expect((await publish(a.project, { push: false })).along).toBeNull();
  });

  test("that nobody signed it, where the default branch lists who may", async () => {
    const temp = await gitProject({ ...TRIAGE, ".agentops/allowed_signers": "ada@example.com ssh-ed25519 AAAA\n" });
    expect((await publish(temp.project, {})).unsigned).toBe("main");
    await temp.git("config", "gpg.format", "ssh");
    await temp.git("config", "user.signingkey", `${await sshKey()}.pub`);
    await temp.git("config", "tag.forceSignAnnotated", "true");
    await edit(temp, "New {{ticket}}");
    expect((await publish(temp.project, {})).unsigned).toBeNull();
    expect(await temp.git("cat-file", "tag", "prompts/triage/v2")).toContain("BEGIN SSH SIGNATURE");
  });

  test.each(["PGP SIGNATURE", "PGP MESSAGE", "SSH SIGNATURE", "SIGNED MESSAGE"])(
    "not a message that quotes a block of %s; indented it is one",
    async (block) => {
      const temp = await gitProject(TRIAGE);
      const message = `as signed in\n\n-----BEGIN ${block}-----\nabc\n-----END ${block}-----`;
      const error = await failure(publish(temp.project, { message }));
      expect([error.code, error.message, error.hint]).toEqual([
        "USAGE",
        expect.stringMatching(/^line 3 of/),
        expect.stringContaining("indent"),
      ]);
      const actor = `Ada\n-----BEGIN ${block}-----`;
      const { published } = await publish(temp.project, { message: message.replaceAll("\n-", "\n -"), actor });
      expect(await temp.git("tag", "-l", "--format=%(contents:body)")).toContain(
        `Agentops-Digest: ${published[0]!.digest}`,
      );
    },
  );
});
