import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { addressOf } from "../state/address.ts";
import {
  newKey,
  personWith,
  policyConfig,
  publishedByAda,
  type Scene,
  SIGNERS,
  signerLine,
  TARGET,
} from "../testing/people.ts";
import { git, put } from "../testing/project.ts";
import { withStore } from "../testing/store.ts";

let at: Scene;
beforeEach(async () => {
  at = await publishedByAda();
});

const json = async (args: string[], env: NodeJS.ProcessEnv = {}) =>
  JSON.parse((await at.run([...args, "--json"], env)).stdout);
const approve = (env: NodeJS.ProcessEnv, ...more: string[]) =>
  at.run(["approvals", "approve", `${TARGET}@v2`, ...more], env);
const promote = () => at.run(["promote", `${TARGET}@v2`, "--actor", "release-manager"]);

describe("who published a version does not approve it", () => {
  test.each<[string, NodeJS.ProcessEnv, string[]]>([
    ["without a word: git says who it is", {}, []],
    [
      "as git's user of another machine",
      { GIT_COMMITTER_NAME: "A. Lovelace", GIT_COMMITTER_EMAIL: "ADA+laptop@example.com" },
      [],
    ],
    ["by GitHub's address", {}, ["--actor", "12345+ada@users.noreply.github.com"]],
    ["with a Cyrillic letter", {}, ["--actor", "\u0410d\u0430 <other@example.com>"]],
    ["with a zero-width space", {}, ["--actor", "A\u200bda"]],
    ["in full width", { AGENTOPS_ACTOR: "ＡＤＡ" }, []],
  ])("%s", async (_, env, more) => {
    const done = await approve(env, ...more);
    expect([done.code, done.stderr]).toEqual([5, expect.stringMatching(/ published .*@v2, and nobody approves their own version \[POLICY_REFUSED\]\nhint: .* by somebody other than Ada <ada@example\.com>/)]); // prettier-ignore
  });
  test("nor through an address that the default branch's .mailmap knows, whatever the worktree's says", async () => {
    put(at.dir, "agentops.config.yaml", policyConfig("approvals: 1"));
    const home = { GIT_COMMITTER_NAME: "Countess", GIT_COMMITTER_EMAIL: "countess@home.example" };
    expect((await approve(home)).code).toBe(0);
    await at.commit(".mailmap", "Ada <ada@example.com> <countess@home.example>\n");
    put(at.dir, ".mailmap", "Bob <bob@example.com> <countess@home.example>\n");
    expect((await approve(home)).code).toBe(5);
    // What was approved before counts for nobody now.
    const refused = await promote();
    expect([refused.code, refused.stderr]).toEqual([5, expect.stringContaining("approvals: 1 person other than its author must approve, nobody did")]); // prettier-ignore
  });
  test("nor who published under another user of git, and said who it was", async () => {
    const file = `${TARGET}.prompt.yml`;
    put(at.dir, file, readFileSync(join(at.dir, file), "utf8").replace("Sort", "Route"));
    const bot = { GIT_COMMITTER_NAME: "ci", GIT_COMMITTER_EMAIL: "ci@example.com" };
    const actor = "Bob <bob@example.com>\nAgentops-Digest: sha256:0";
    expect((await at.run(["publish", "support-triage", "--actor", actor], bot)).code).toBe(0);
    expect((await json(["verify", `${TARGET}@v3`])).ok).toBe(true);
    for (const own of ["bob", "ci", "ci@example.com"]) {
      const done = await at.run(["approvals", "approve", `${TARGET}@v3`, "--actor", own]);
      expect([done.code, done.stderr]).toEqual([5, expect.stringContaining("nobody approves their own version")]);
    }
    expect((await at.run(["approvals", "approve", `${TARGET}@v3`, "--actor", "eve"])).code).toBe(0);
  });
  test("a name without a letter is nobody's: exit 2", async () => {
    for (const [env, args] of [
      [{}, ["--actor", ""]],
      [{}, ["--actor", "\u200b"]],
      [{ AGENTOPS_ACTOR: "42" }, []],
    ] as const) {
      // prettier-ignore
      const done = await approve(env, ...args);
      expect([done.code, done.stderr]).toEqual([2, expect.stringMatching(/names nobody: .* has no letter \[USAGE\]\nhint: --actor "Ada/)]); // prettier-ignore
    }
  });
  test("two names of one person are one approval", async () => {
    put(at.dir, "agentops.config.yaml", policyConfig("approvals: 2"));
    for (const actor of ["bob@example.com", "Bob", "BOB+x@example.com"])
      expect((await approve({}, "--actor", actor)).code).toBe(0);
    expect((await promote()).stderr).toContain(
      "approvals: 2 people other than its author must approve, bob@example.com did",
    );
    expect((await approve({}, "--actor", "eve")).code).toBe(0);
    expect((await promote()).code).toBe(0);
  });
});

test("who started a rollout approves none of its steps, however they are spelled", async () => {
  put(at.dir, "agentops.config.yaml", policyConfig("approvals: 0", "rollout: { manual: true, stepTime: 0ms }\n"));
  expect((await at.run(["promote", `${TARGET}@v1`, "--actor", "bob"])).code).toBe(0);
  expect((await at.run(["canary", "start", `${TARGET}@v2`, "--unobserved"])).code).toBe(0);
  for (const [env, args] of [
    [{}, []],
    [{}, ["--actor", "ada@EXAMPLE.com"]],
    [{}, ["--actor", "Adа"]],
    [{ GITHUB_ACTOR: "bob" }, []],
  ] as const) {
    // prettier-ignore
    const own = await at.run(["canary", "approve", "support-triage", ...args], env);
    expect([own.code, own.stderr]).toEqual([5, expect.stringContaining("started this rollout, so somebody else approves its steps")]); // prettier-ignore
  }
  expect((await at.run(["canary", "approve", "support-triage", "--actor", "bob"])).code).toBe(0);
});

describe("signed approvals", () => {
  let bob: NodeJS.ProcessEnv;
  let eve: NodeJS.ProcessEnv;
  let keys: { ada: string; bob: string; eve: string; mallory: string };
  beforeEach(async () => {
    keys = { ada: newKey(), bob: newKey(), eve: newKey(), mallory: newKey() };
    bob = personWith(keys.bob, "Bob", "bob@home.example");
    eve = personWith(keys.eve, "Eve", "eve@example.com");
    await at.commit(SIGNERS, `${signerLine("bob@example.com", keys.bob)}${signerLine("eve@example.com", keys.eve)}${signerLine("ada@example.com", keys.ada)}`); // prettier-ignore
    await at.commit("agentops.config.yaml", policyConfig("approvals: { count: 2, signed: true }"));
  });

  test("count by who the list says signed them; others are refused, or do not count", async () => {
    const word = await approve(bob);
    expect([word.code, word.stderr]).toEqual([5, expect.stringMatching(/would not count: production takes signed ones only .*\nhint: .* --sign$/)]); // prettier-ignore
    const first = await json(["approvals", "approve", `${TARGET}@v2`, "--sign"], bob);
    expect(first).toMatchObject({ actor: "bob@example.com", authenticated: true, key: expect.stringMatching(/^SHA256:/), changed: true }); // prettier-ignore
    expect((await json(["approvals", "approve", `${TARGET}@v2`, "--sign"], bob)).changed).toBe(false);
    expect((await promote()).stderr).toMatch(/approvals: 2 people other than its author must approve with a signature, bob@example.com did \[/); // prettier-ignore
    expect((await approve(eve, "--sign")).stdout).toBe(
      `approved ${TARGET}@v2 in production by eve@example.com (signed)`,
    );
    const done = await promote();
    expect([done.code, done.stderr]).toEqual([0, ""]);
    const { events } = await json(["history", "support-triage"]);
    expect(events.map((event: Record<string, unknown>) => [event["actor"], event["authenticated"]])).toEqual([
      ["release-manager", false],
      ["eve@example.com", true],
      ["bob@example.com", true],
    ]);
    expect((await at.run(["history", "support-triage"])).stdout).toMatch(/\(by: not authenticated, unless it says signed\)\n[^]* eve@example.com \(signed\) /); // prettier-ignore
    expect((await at.run(["approvals", "list"])).stdout).toMatch(/ eve@example.com \(signed\) /);
  });

  test("by the author's key, by a key that nobody listed and without a key: refused", async () => {
    const cases: [NodeJS.ProcessEnv, number, RegExp][] = [
      [
        personWith(keys.ada, "Robert", "robert@example.com"),
        5,
        /ada@example.com published .*nobody approves their own/,
      ],
      [personWith(keys.ada), 5, /ada@example.com published/],
      [
        personWith(keys.mallory),
        5,
        /would not count: .agentops\/allowed_signers of main does not list git's signing key/,
      ],
      [personWith(null), 2, /git has no ssh key to sign with .*\nhint: git config gpg.format ssh/],
      [personWith("/nowhere/id"), 2, /\/nowhere\/id.pub cannot sign: .*No such file/],
    ];
    for (const [env, code, says] of cases) {
      const done = await approve(env, "--sign");
      expect([done.code, done.stderr]).toEqual([code, expect.stringMatching(says)]);
    }
    expect((await json(["approvals", "list"])).approvals).toEqual([]);
  });

  test("a key that is appended to the worktree's list, or committed beside the default branch, is on no list", async () => {
    const mallory = personWith(keys.mallory);
    put(at.dir, SIGNERS, readFileSync(join(at.dir, SIGNERS), "utf8") + signerLine("mallory@example.com", keys.mallory));
    expect((await approve(mallory, "--sign")).code).toBe(5);
    await git(at.dir, "checkout", "-q", "-b", "mine");
    await git(at.dir, "commit", "-q", "-a", "-m", "me too");
    expect((await approve(mallory, "--sign")).code).toBe(5);
    // A local main is not what others see once there is a remote.
    await git(at.dir, "update-ref", "refs/remotes/origin/main", "main");
    await git(at.dir, "branch", "-f", "main", "mine");
    const done = await approve(mallory, "--sign");
    expect([done.code, done.stderr]).toEqual([
      5,
      expect.stringContaining("allowed_signers of origin/main does not list"),
    ]);
  });

  test("one key under two names, and one name with two keys, are one person", async () => {
    const second = newKey();
    await at.commit(SIGNERS, [signerLine("bob@example.com", keys.bob), signerLine("robert@example.org", keys.bob), signerLine("bob@example.com", second), signerLine("eve@example.com", keys.eve)].join("")); // prettier-ignore
    expect((await approve(bob, "--sign")).code).toBe(0);
    // ssh-keygen takes the first line that has the key.
    expect((await approve(personWith(keys.bob, "Robert", "robert@example.org"), "--sign")).stdout).toContain("was approved by bob@example.com (signed) already"); // prettier-ignore
    expect((await approve(personWith(second, "Bob", "bob@example.com"), "--sign")).code).toBe(0);
    expect((await promote()).stderr).toContain("approve with a signature, bob@example.com did");
  });

  test("what is not of this content, this place and this purpose, or of a key that is no longer listed, does not count", async () => {
    expect((await approve(bob, "--sign")).code).toBe(0);
    expect((await approve(eve, "--sign")).code).toBe(0);
    // A key for git alone is none for approvals.
    await at.commit(SIGNERS, `${signerLine("bob@example.com", keys.bob, 'namespaces="git" ')}${signerLine("eve@example.com", keys.eve)}`); // prettier-ignore
    expect((await promote()).stderr).toContain("with a signature, eve@example.com did (1 more without a signature of a listed key)"); // prettier-ignore
    await at.commit(SIGNERS, `${signerLine("bob@example.com", keys.bob, 'valid-before="20200101" ')}${signerLine("eve@example.com", keys.eve)}`); // prettier-ignore
    expect((await promote()).code).toBe(5);
    // Signed anew with a key that is listed, the same name counts again.
    const fresh = newKey();
    await at.commit(SIGNERS, `${signerLine("bob@example.com", fresh)}${signerLine("eve@example.com", keys.eve)}`);
    expect((await approve(personWith(fresh), "--sign")).stdout).toContain("by bob@example.com (signed)");
    expect((await promote()).code).toBe(0);
  });
});

test("a signature that is moved to another environment, version or time is nobody's", async () => {
  const key = newKey();
  await at.commit(SIGNERS, signerLine("bob@example.com", key));
  const rules = "{ evidence: false, override: false, approvals: { signed: true } }";
  put(at.dir, "agentops.config.yaml", `project: x\nenvironments: [staging, production]\npolicy: { staging: ${rules}, production: ${rules} }\n`); // prettier-ignore
  const signed = await at.run(["approvals", "approve", `${TARGET}@v1`, "--sign", "--env", "staging"], personWith(key));
  expect(signed.code, signed.stderr).toBe(0);
  const { digest } = await json(["verify", `${TARGET}@v2`]);
  const refusedWith = async (set: string, ref: string, env: string) => {
    await withStore(addressOf(at.store), (open) => open.rows(`UPDATE approvals SET ${set}`));
    const refused = await at.run(["promote", `${TARGET}@${ref}`, "--env", env, "--actor", "eve"]);
    expect([refused.code, refused.stderr]).toEqual([5, expect.stringContaining("nobody did (1 more without a signature of a listed key)")]); // prettier-ignore
  };
  await refusedWith("environment = 'production'", "v1", "production");
  await refusedWith(`environment = 'staging', version = 'v2', digest = '${digest.actual}'`, "v2", "staging");
  const { digest: first } = await json(["verify", `${TARGET}@v1`]);
  await refusedWith(`version = 'v1', digest = '${first.actual}', at = '2026-01-01T00:00:00.000Z'`, "v1", "staging");
});
