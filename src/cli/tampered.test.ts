import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { policyConfig, publishedByAda, type Scene, SIGNERS, TARGET } from "../testing/people.ts";
import { agentops, git, put } from "../testing/project.ts";

const FORCED = ["--override", "--reason", "the first one", "--actor", "bob"];

let at: Scene;
beforeEach(async () => {
  at = await publishedByAda();
});

describe("a version that is not what was published", () => {
  const attempts: Record<string, () => Promise<unknown>> = {
    "a tag without a digest": () => git(at.dir, "tag", "-f", `${TARGET}/v2`, `${TARGET}/v2^{commit}`),
    "a tag that was moved with its old text": async () => {
      const text = await git(at.dir, "tag", "-l", "--format=%(contents)", `${TARGET}/v2`);
      await git(at.dir, "tag", "-f", "-a", "-m", text, `${TARGET}/v2`, `${TARGET}/v1^{commit}`);
    },
    "a tag copied from another version": () =>
      git(at.dir, "update-ref", `refs/tags/${TARGET}/v2`, `refs/tags/${TARGET}/v1`),
  };
  test.each(Object.entries(attempts))(
    "%s: promote, canary start, approve and eval refuse it alike",
    async (_, tamper) => {
      put(at.dir, "agentops.config.yaml", policyConfig("approvals: 0"));
      expect((await at.run(["promote", `${TARGET}@v1`, ...FORCED])).code).toBe(0);
      await tamper();
      // A second reason beside the first: nobody signed it.
      await at.commit(SIGNERS, "bob@example.com ssh-ed25519 AAAA\n");
      const verified = await at.run(["verify", `${TARGET}@v2`, "--json"]);
      const [reason] = JSON.parse(verified.stdout).reasons;
      for (const args of [
        ["promote"],
        ["canary", "start"],
        ["approvals", "approve"],
        ["eval", "support-triage", "--target"],
      ]) {
        const done = await at.run([...args, `${TARGET}@v2`, "--actor", "bob"]);
        expect([args[0], done.code, done.stdout]).toEqual([args[0], 5, ""]);
        expect(done.stderr).toContain(reason);
        expect(done.stderr).toMatch(/\[POLICY_REFUSED\]\nhint: .*agentops verify prompts\/support-triage@v2/);
      }
      const commitOf = await git(at.dir, "rev-parse", "--short=12", `${TARGET}/v2^{commit}`);
      expect((await at.run(["eval", "support-triage", "--target", `${TARGET}@${commitOf}`])).code).not.toBe(5);
    },
  );
  test("a tag made anew after it was released, digest and all, is known by the store", async () => {
    put(at.dir, "agentops.config.yaml", policyConfig("approvals: 0"));
    expect((await at.run(["promote", `${TARGET}@v2`, ...FORCED])).code).toBe(0);
    const text = (await git(at.dir, "tag", "-l", "--format=%(contents)", `${TARGET}/v1`)).replace("v1", "v2");
    await git(at.dir, "tag", "-f", "-a", "-m", text, `${TARGET}/v2`, `${TARGET}/v1^{commit}`);
    const moved = /it was released with sha256:.*the tag was moved, or its number was given twice/;
    const verified = await at.run(["verify", `${TARGET}@stable`]);
    expect([verified.code, verified.stdout]).toEqual([1, expect.stringMatching(moved)]);
    for (const args of [["show"], ["render"], ["diff", TARGET], ["eval", "support-triage", "--target"]]) {
      for (const point of ["v2", "stable"]) {
        const done = await at.run([...args, `${TARGET}@${point}`]);
        expect([args, done.code, done.stderr]).toEqual([args, 5, expect.stringMatching(moved)]);
      }
    }
    const elsewhere = { AGENTOPS_STORE: "postgres://nobody@127.0.0.1:1/none" };
    expect((await at.run(["render", `${TARGET}@v2`, "--var", "ticket=x"], elsewhere)).code).toBe(0);
    const { versions } = JSON.parse((await at.run(["log", TARGET, "--json"])).stdout);
    expect(versions[0]).toMatchObject({ version: "v2", served: [], otherRelease: { served: [{ as: "stable" }] } });
    expect((await at.run(["log", TARGET])).stdout).toMatch(
      /^ {4}released with another content: sha256:.*, served production: stable$/m,
    );
  });

  test("a number that was released with another content is not given again, and the way out works", async () => {
    put(at.dir, "agentops.config.yaml", policyConfig("approvals: 0"));
    const publishes = async (version: string, instead: string) => {
      const done = JSON.parse((await at.run(["publish", TARGET, "--json"])).stdout);
      expect(done.published).toMatchObject([
        { version, note: expect.stringContaining(`${instead} was released with`) },
      ]);
    };
    expect((await at.run(["promote", `${TARGET}@v2`, ...FORCED])).code).toBe(0);
    const file = `${TARGET}.prompt.yml`;
    await git(at.dir, "tag", "-d", `${TARGET}/v2`);
    await at.commit(file, readFileSync(join(at.dir, file), "utf8").replace("Sort", "Split"));
    const unasked = { AGENTOPS_STORE: join(at.dir, "none.db") };
    expect((await at.run(["publish", TARGET], unasked)).stdout).toContain(`${TARGET}@v2`);
    expect((await at.run(["promote", TARGET])).stderr).toContain(`agentops publish ${TARGET}`);
    await publishes("v3", "v2");
    expect((await at.run(["promote", TARGET])).code).toBe(0);
    await git(at.dir, "tag", "-d", `${TARGET}/v3`);
    await at.commit(file, readFileSync(join(at.dir, file), "utf8").replace("Split", "Spread"));
    await publishes("v4", "v3");
  });
});

test(".agentops ignores itself but for who signs, however it came to be, and nobody's .gitignore is touched", async () => {
  for (const args of [
    ["eval", "support-triage"],
    ["kill", "agents/x", "--unknown", "-m", "r"],
  ]) {
    rmSync(join(at.dir, ".agentops"), { recursive: true, force: true });
    put(at.dir, SIGNERS, "# nobody yet\n");
    await agentops(at.dir, args, { AGENTOPS_STORE: "" });
    expect(existsSync(join(at.dir, ".agentops", "state.db"))).toBe(true);
    const untracked = await git(at.dir, "status", "--porcelain", "--untracked-files=all", "--", ".agentops");
    expect(untracked.split("\n")).toEqual(["?? .agentops/allowed_signers"]);
  }
  expect(existsSync(join(at.dir, ".gitignore"))).toBe(false);
});

test("eval --target without names takes the suites about it, as a refusal's way out is typed", async () => {
  const at = await publishedByAda();
  const ran = await at.run(["eval", "--target", `${TARGET}@v1`, "--json"]);
  const runs = (JSON.parse(ran.stdout) as { runs: { suite: string; target: object }[] }).runs;
  expect([ran.code < 2, runs.map(({ suite }) => suite)]).toEqual([true, ["support-triage"]]);
});
