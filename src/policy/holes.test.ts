import { renameSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { policyConfig, publishedByAda, type Scene, TARGET } from "../testing/people.ts";
import { agentops, git, put, tempProject } from "../testing/project.ts";

const CONFIG = "agentops.config.yaml";
const FAST = { steps: [0.5, 1], stepTime: "0ms", stepObservations: 1 };

/** A config with two environments; what is served needs no runs. */
function configWith(production: object, staging: object = {}): string {
  const policy = { staging: { evidence: false, ...staging }, production: { evidence: false, ...production } };
  const config = {
    project: "drill",
    models: { offline: { kind: "offline" } },
    environments: ["staging", "production"],
  };
  return stringify({ ...config, rollout: FAST, policy });
}

async function scene(production: object = {}, staging: object = {}): Promise<Scene> {
  const at = await publishedByAda();
  await at.commit(CONFIG, configWith(production, staging));
  const first = await at.run(["promote", `${TARGET}@v1`]);
  expect(first.code, first.stderr).toBe(0);
  return at;
}

/** Exit code, and what was refused for which reason. */
async function refused(at: Scene, ...args: string[]): Promise<[number, string[]]> {
  const ran = await at.run([...args, "--json"]);
  const details = ran.stderr.includes("{") ? JSON.parse(ran.stderr.slice(ran.stderr.indexOf("{"))).error : { code: "" };
  const rules = (details.details?.refusals ?? []) as { rule: string }[];
  return [ran.code, rules.length > 0 ? rules.map(({ rule }) => rule) : [details.code as string]];
}

const history = async (at: Scene) =>
  JSON.parse((await at.run(["history", "support-triage", "--json"])).stdout).events as Record<string, any>[];

function observe(at: Scene, version: string, n: number, success = true): Promise<unknown> {
  const lines = Array.from({ length: n }, (_, i) => JSON.stringify({ target: TARGET, version, unit: `${version}-${i}`, success })); // prettier-ignore
  put(at.dir, "o.jsonl", `${lines.join("\n")}\n`);
  return at.run(["observe", "o.jsonl"]);
}

describe("rules that decide", () => {
  test("a weaker copy by --config, or an edit of the worktree, is in the audit; where only committed ones count it is refused", async () => {
    const at = await publishedByAda();
    await at.commit(CONFIG, policyConfig("approvals: 1"));
    expect(await refused(at, "promote", `${TARGET}@v1`)).toEqual([5, ["approvals"]]);
    put(at.dir, "weak.yaml", policyConfig("approvals: 0"));
    expect((await at.run(["promote", `${TARGET}@v1`, "--config", "weak.yaml"])).code).toBe(0);
    put(at.dir, CONFIG, policyConfig("approvals: 0"));
    expect((await at.run(["promote", `${TARGET}@v2`])).code).toBe(0);
    await git(at.dir, "checkout", "-q", "--", CONFIG);
    const events = await history(at);
    expect(events.map(({ rules }) => [rules.file, rules.committed])).toEqual([[CONFIG, false], ["weak.yaml", false]]); // prettier-ignore
    expect(events[0]!["rules"].digest).toBe(events[1]!["rules"].digest);
    const text = (await at.run(["history", "support-triage"])).stdout;
    expect(text).toContain("(by rules of weak.yaml that are not committed)");

    await at.commit(CONFIG, policyConfig("approvals: 1, committed: true"));
    for (const args of [
      ["--config", "weak.yaml"],
      ["--config", "weak.yaml", "--override", "-m", "I may"],
    ])
      expect(await refused(at, "promote", `${TARGET}@v1`, ...args)).toEqual([5, ["committed"]]);
    put(at.dir, CONFIG, policyConfig("approvals: 0, committed: false"));
    expect(await refused(at, "promote", `${TARGET}@v1`)).toEqual([5, ["committed"]]);
    await git(at.dir, "checkout", "-q", "--", CONFIG);
    await at.run(["approvals", "approve", `${TARGET}@v1`, "--actor", "eve"]);
    expect((await at.run(["promote", `${TARGET}@v1`, "-m", "r"])).code).toBe(0);
    expect((await history(at))[0]).toMatchObject({ action: "promote", rules: { file: CONFIG, committed: true } });
  });

  test("a config that was never committed is not committed", async () => {
    const at = await publishedByAda();
    await git(at.dir, "rm", "-q", "--cached", CONFIG);
    await git(at.dir, "commit", "-q", "-m", "no config");
    put(at.dir, CONFIG, policyConfig("committed: true"));
    expect(await refused(at, "promote", `${TARGET}@v1`)).toEqual([5, ["committed"]]);
    renameSync(join(at.dir, CONFIG), join(at.dir, "other.yaml"));
  });
});

describe("staged exposure", () => {
  test("the last environment takes what a canary brought to its end; an override is recorded", async () => {
    const at = await scene();
    expect(await refused(at, "promote", `${TARGET}@v2`)).toEqual([5, ["rollout"]]);
    expect(await refused(at, "promote", `${TARGET}@v2`, "--dry-run")).toEqual([5, ["rollout"]]);
    expect(await refused(at, "canary", "start", `${TARGET}@v2`)).toEqual([5, ["observed"]]);
    expect((await at.run(["promote", `${TARGET}@v2`, "--env", "staging"])).code, "a lower one does not ask").toBe(0);
    await observe(at, "v1", 40);
    const tried = await at.run(["canary", "start", `${TARGET}@v2`, "--dry-run"]);
    expect([tried.code, tried.stdout]).toEqual([0, expect.stringContaining(`would start a canary of ${TARGET}@v2 against v1`)]); // prettier-ignore
    expect((await at.run(["canary", "status", "support-triage"])).code, "nothing was started").toBe(2);
    expect((await at.run(["canary", "start", `${TARGET}@v2`])).code).toBe(0);
    expect(await refused(at, "promote", `${TARGET}@v2`)).toEqual([5, ["rollout"]]);
    const forced = await at.run(["promote", `${TARGET}@v2`, "--override", "-m", "incident 12"]);
    expect([forced.code, (await history(at))[0]]).toEqual([0, expect.objectContaining({ overridden: ["rollout"] })]);
  });

  test("what was taken back goes out again with a reason", async () => {
    const at = await scene({ rollout: "optional" });
    await at.run(["promote", `${TARGET}@v2`]);
    await at.run(["rollback", "support-triage", "-m", "rude"]);
    for (const act of [["promote"], ["canary", "start"]])
      expect(await refused(at, ...act, `${TARGET}@v2`, ...(act.length === 2 ? ["--unobserved"] : []))).toEqual([5, ["takenBack"]]); // prettier-ignore
    expect((await at.run(["promote", `${TARGET}@v2`, "-m", "its tone was mended"])).code).toBe(0);
    expect((await at.run(["promote", `${TARGET}@v1`])).code, "what was left by going on is no such thing").toBe(0);
  });

  test("after: what the environment below served long enough, and did not take back", async () => {
    const at = await scene({ rollout: "optional", after: { env: "staging", for: "1h" } }, {}).catch(() => undefined);
    expect(at, "the first version too").toBeUndefined();
    const bare = await publishedByAda();
    await bare.commit(CONFIG, configWith({ rollout: "optional", after: { env: "staging", for: "1h" } }));
    expect(await refused(bare, "promote", `${TARGET}@v1`)).toEqual([5, ["after"]]);
    await bare.run(["promote", `${TARGET}@v1`, "--env", "staging"]);
    const soon = await bare.run(["promote", `${TARGET}@v1`]);
    expect(soon.stderr).toMatch(/staging must have served it to everybody for 1 h first; it was for \d s/);
    await bare.commit(CONFIG, configWith({ rollout: "optional", after: { env: "staging", for: "1ms" } }));
    expect((await bare.run(["promote", `${TARGET}@v1`])).code).toBe(0);
    await bare.run(["promote", `${TARGET}@v2`, "--env", "staging"]);
    await bare.run(["rollback", "support-triage", "--env", "staging", "-m", "rude"]);
    expect(await refused(bare, "promote", `${TARGET}@v2`)).toEqual([5, ["after"]]);
  });

  test("a canary of one step, or in shadow and paused, is not at its last step before it has shown anything", async () => {
    const at = await scene({ rollout: "required" });
    await observe(at, "v1", 10);
    const start = (...args: string[]) => at.run(["canary", "start", `${TARGET}@v2`, "-m", "again", ...args]);
    expect((await start("--steps", "1%")).code).toBe(0);
    const bold = await at.run(["promote", `${TARGET}@v2`]);
    expect([bold.code, bold.stderr]).toEqual([5, expect.stringContaining("step 1 of 1, 1 %, and has not shown enough there")]); // prettier-ignore
    await at.run(["canary", "abort", "support-triage", "-m", "anew"]);
    expect((await start("--shadow", "--steps", "50%,100%")).code).toBe(0);
    await at.run(["canary", "pause", "support-triage"]);
    expect(await refused(at, "promote", `${TARGET}@v2`)).toEqual([5, ["rollout"]]);
  });

  test("a canary takes no more than its environment allows; steps that nobody asked for fit", async () => {
    const at = await scene({ maxWeight: 0.3 });
    await observe(at, "v1", 10);
    const above = await at.run(["canary", "start", `${TARGET}@v2`, "--steps", "10%,50%,100%"]);
    expect([above.code, above.stderr]).toEqual([5, expect.stringContaining("a step of 0.5 is above the 0.3 that production allows")]); // prettier-ignore
    const forced = await at.run(["canary", "start", `${TARGET}@v2`, "--steps", "50%,100%", "--override", "-m", "it must", "--dry-run"]); // prettier-ignore
    expect([forced.code, above.stderr], "as any other rule").toEqual([0, expect.stringContaining("or --override --reason TEXT, which is recorded")]); // prettier-ignore
    await at.commit(CONFIG, configWith({ maxWeight: 0.3 }).replace(/ {2}steps:\n(?: +- .*\n)+/, ""));
    const started = await at.run(["canary", "start", `${TARGET}@v2`, "--json"]);
    expect(JSON.parse(started.stdout).steps).toEqual([0.01, 0.05, 0.25, 1]);
  });

  test("cohorts are beside that share, and where only committed rules count only the committed people are of one", async () => {
    const rules = configWith({ maxWeight: 0.3, committed: true });
    const withCohort = (domain: string) => `${rules}cohorts: { staff: { domain: ${domain} } }\n`;
    const at = await publishedByAda();
    await at.commit(CONFIG, withCohort("example.com"));
    expect((await at.run(["promote", `${TARGET}@v1`])).code).toBe(0);
    await observe(at, "v1", 10);
    const start = (...args: string[]) => refused(at, "canary", "start", `${TARGET}@v2`, "--steps", "staff,30%,100%", ...args); // prettier-ignore
    put(at.dir, CONFIG, withCohort("mail.com"));
    expect(await start(), "everybody's mail").toEqual([5, ["committed"]]);
    put(at.dir, CONFIG, withCohort("example.com"));
    const above = await at.run(["canary", "start", `${TARGET}@v2`, "--steps", "staff,50%,100%"]);
    expect([above.code, above.stderr]).toEqual([5, expect.stringMatching(/a step of 0.5 is above the 0.3 .*\n.*--steps staff,0.3,1 /m)]); // prettier-ignore
    expect((await start())[0]).toBe(0);
  });

  test("--to where nobody ever was asks the policy, and is called a promotion", async () => {
    const at = await scene();
    await at.run(["promote", `${TARGET}@v2`, "--env", "staging"]);
    const [code, rules] = await refused(at, "rollback", "support-triage", "--to", "v2", "--env", "production");
    expect([code, rules]).toEqual([5, ["rollout"]]);
    const forced = await at.run(["rollback", "support-triage", "--to", "v2", "--env", "production", "--override", "-m", "it must"]); // prettier-ignore
    expect([forced.code, forced.stdout]).toEqual([0, expect.stringMatching(/^promoted .*@v2 in production.*\n.*\noverridden: rollout$/)]); // prettier-ignore
    expect(forced.stderr).toContain("was never served to everybody in production: going there is a promotion");
    expect((await history(at))[0]).toMatchObject({ action: "promote", version: "v2", overridden: ["rollout"] });
  });

  test("a higher environment never asks for less than a lower one: lint says where, promote refuses", async () => {
    const at = await scene({ rollout: "optional" }, { approvals: 1, maxWeight: 0.1 }).catch(String);
    expect(at).toContain("ladder: its rules ask for less approvals (its default) than staging (1), less maxWeight (its default) than staging (0.1)"); // prettier-ignore
    const bare = await publishedByAda();
    put(bare.dir, CONFIG, configWith({ approvals: 0 }, { approvals: 1 }));
    const lint = await bare.run(["lint"]);
    expect([lint.code, lint.stdout]).toEqual([2, expect.stringMatching(/agentops\.config\.yaml:\d+:\d+.*policy\.production asks for less approvals \(0\) than policy\.staging \(1\)/)]); // prettier-ignore
  });

  test.each([
    ["an environment that is not there", { production: { after: "nope" } }, "production.after", 'no environment "nope" (below it: staging)'],
    ["itself", { production: { after: { env: "production" } } }, "production.after.env", '"production" is not below production (below it: staging)'],
    ["one above it", { staging: { after: "production" } }, "staging.after", '"production" is not below staging (below it: none)'],
  ])("after: names one below, not %s", async (_, policy, path, why) => {
    const dir = tempProject();
    put(dir, CONFIG, `project: x\nenvironments: [staging, production]\npolicy: ${JSON.stringify(policy)}\n`);
    const { code, stderr } = await agentops(dir, ["lint"]);
    expect([code, stderr]).toEqual([2, expect.stringContaining(`policy.${path}: ${why}, so nothing could ever be released there`)]);
    expect(stderr).toMatch(/^error: agentops\.config\.yaml:3:\d+: /);
  }); // prettier-ignore
});

describe("a reason is something that somebody can read", () => {
  const NONE = "\u200b\u2060\ufeff";

  test("where one is needed, and where one is recorded", async () => {
    const at = await scene({ rollout: "optional" });
    await observe(at, "v1", 2);
    const refusing: string[][] = [
      ["promote", `${TARGET}@v2`, "--override", "-m", NONE],
      ["canary", "start", `${TARGET}@v2`, "--override", "-m", NONE],
      ["canary", "start", `${TARGET}@v2`, "--hypothesis", NONE],
      ["freeze", "--until", "1h", "-m", NONE],
      ["gate", "--base", "HEAD", "--accept", NONE],
    ];
    for (const args of refusing) expect([args, (await at.run(args)).code]).toEqual([args, 2]);
    const said: [string[], string | null][] = [
      [["promote", `${TARGET}@v2`], "promoted"],
      [["rollback", "support-triage"], "rollback"],
      [["kill", "support-triage"], null],
    ];
    for (const [args, reason] of said) {
      const { code, stdout, stderr } = await at.run([...args, "-m", NONE, "--json"]);
      expect([args, code, stderr]).toEqual([args, 0, ""]);
      expect(JSON.parse(stdout)).toMatchObject({ reason });
    }
  });
});
