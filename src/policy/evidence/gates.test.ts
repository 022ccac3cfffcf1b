import { rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { digestOf } from "../../core/canonical.ts";
import { ALL_CASES, ENGINE } from "../../testing/engine.ts";
import { git, tempProject } from "../../testing/project.ts";
import { CASES, cases, type Desk, desk, deskAt, PROMPT, prompt, SUITE, suite } from "./desk.testing.ts";

const BILLING = "      - shipping: parcel\n";

/** v1 passes all cases; v2 three of four, which its bounds allow and a comparison does not. */
async function worseSecond({ margin = 0.01, config = "" } = {}): Promise<Desk> {
  const files = {
    [PROMPT]: prompt(BILLING),
    [SUITE]: suite({ min: 0.7 }).replace("margin: 0.3", `margin: ${margin}`),
    "agentops.config.yaml": `project: test\nmodels: { offline: { kind: offline } }\n${config}`,
  };
  const at = await desk({ files });
  at.put(PROMPT, prompt());
  expect((await at.run("publish", "desk", "--no-push")).code).toBe(0);
  return at;
}

async function refusal(at: Desk, ref = "desk@v2"): Promise<{ message: string; hint: string }> {
  const { code, stderr } = await at.run("promote", ref, "--json");
  expect(code, stderr).toBe(5);
  return JSON.parse(stderr).error.details.refusals[0];
}

const GATE = "policy: { production: { evidence: gate } }\n";

describe("a run against nothing", () => {
  test("replaces no gate that did not pass; another gate does", async () => {
    const at = await worseSecond();
    const compared = await at.run("eval", "desk", "--control", "desk@v1");
    expect([1, 3]).toContain(compared.code);
    expect((await at.run("eval", "desk")).code).toBe(0);
    const { message, hint } = await refusal(at);
    expect(message).toMatch(/^suite desk says (fail|inconclusive) against its control \(run \S+\)$/);
    expect(hint).toContain("agentops eval desk --target prompts/desk@v2 --control prompts/desk@v1   only");
    at.put(SUITE, suite({ min: 0.7 }).replace("margin: 0.3", "margin: 0.9"));
    await at.commit(SUITE);
    expect((await at.run("eval", "desk", "--target", "desk@v2", "--control", "desk@v1")).code).toBe(0);
    expect((await at.run("promote", "desk@v2")).code).toBe(0);
  });

  test("is not enough where a gate is asked for, and no more is a comparison with itself", async () => {
    const at = await worseSecond({ margin: 0.9, config: GATE });
    expect((await at.run("eval", "desk")).code).toBe(0);
    expect((await refusal(at)).message).toMatch(/^a gate is asked for, and run \S+ of suite desk was compared with no other version$/); // prettier-ignore
    expect((await at.run("eval", "desk", "--control", "desk@v2")).code).toBe(0);
    expect((await refusal(at)).message).toMatch(/^a gate is asked for/);
    expect((await at.run("eval", "desk", "--control", "desk@v1")).code).toBe(0);
    expect((await at.run("promote", "desk@v2")).code).toBe(0);
  });

  test.runIf(ALL_CASES)(
    "is what CI's gate on a merge commit is not: its verdict counts once that is on main",
    async () => {
      const at = await worseSecond({ margin: 0.9, config: GATE });
      await at.git("checkout", "-q", "-b", "topic");
      at.put(PROMPT, prompt(BILLING.replace("parcel", "parcel, lost")));
      at.put(SUITE, suite({ min: 0.8 }).replace("margin: 0.3", "margin: 0.9"));
      await at.commit(PROMPT, SUITE);
      await at.git("checkout", "-q", "--detach", "main");
      await at.git("merge", "-q", "--no-ff", "-m", "Merge topic into main", "topic");
      const merge = await at.git("rev-parse", "HEAD");
      expect((await at.run("gate", "--base", "main")).code).toBe(0);
      await at.git("checkout", "-q", "topic");
      await at.run("publish", "desk", "--no-push");
      await at.git("checkout", "-q", "main");
      await at.git("merge", "-q", "--ff-only", merge);
      expect((await at.run("promote", "desk@v3")).code).toBe(0);
    },
  );

  test.runIf(ENGINE === "postgres")("is told apart from a gate in a team's store as well", async () => {
    const at = await worseSecond();
    await at.run("eval", "desk", "--control", "desk@v1");
    expect((await at.run("eval", "desk")).code).toBe(0);
    // A colleague's machine has no run of its own.
    rmSync(join(at.dir, ".agentops"), { recursive: true });
    expect((await refusal(at)).message).toMatch(
      /^suite desk says (fail|inconclusive) against its control \(run \S+\)$/,
    );
  });

  test("nor a comparison with something worse than what is served, or with another model's answers to it", async () => {
    const at = await worseSecond({ margin: 0.9, config: `policy: { production: { evidence: gate, rollout: optional } }\n` }); // prettier-ignore
    await at.run("eval", "desk", "--target", "desk@v1", "--control", "desk@v2");
    const first = await at.run("promote", "desk@v1");
    expect([first.code, first.stderr], "the first of all may be compared with anything").toEqual([0, ""]);
    at.put(PROMPT, prompt().replace("invoice, charged", "charged"));
    expect((await at.run("publish", "desk", "--no-push")).code).toBe(0);
    expect((await at.run("eval", "desk", "--target", "desk@v2", "--control", "desk@v3")).code).toBe(0);
    const { message, hint } = await refusal(at);
    expect(message).toMatch(/^a gate is asked for, and run \S+ of suite desk was compared with v3, and production serves v1$/); // prettier-ignore
    expect(hint).toBe("agentops eval desk --target prompts/desk@v2 --control prompts/desk@v1");
    const other = await at.run("eval", "desk", "--target", "desk@v1", "--model", "offline/other-1", "--json");
    const { id } = JSON.parse(other.stdout).runs[0];
    await at.run("eval", "desk", "--target", "desk@v2", "--control", id);
    expect((await refusal(at)).message).toMatch(
      /compared with v1 as offline\/other-1 answers it, which is not its model$/,
    );
  });

  test.runIf(ALL_CASES)("nor a comparison whose control was scored by something else", async () => {
    const at = await worseSecond({ margin: 0.01, config: GATE });
    // The control is made to fail: a candidate that is worse looks better.
    at.put(CASES, cases().replaceAll('"expected":"', '"expected":"not '));
    expect((await at.run("eval", "desk", "--target", "desk@v1")).code).toBe(1);
    await at.git("checkout", "-q", "--", CASES);
    await at.run("eval", "desk", "--target", "desk@v2", "--control", "latest");
    const { message } = await refusal(at);
    expect(message).toMatch(/run \S+ used fixtures\/desk.jsonl otherwise than committed/);
  });

  test.runIf(ALL_CASES)("nor does a control count again that a script has scored which is another now", async () => {
    const files = {
      [SUITE]: suite({ min: 0, scorers: "{ type: javascript, value: ./score.mjs }" }).replace("0.3", "0.9"),
    };
    const script = (ok: boolean) => `export default () => ${ok};\n`;
    const at = await desk({ files: { ...files, "evals/score.mjs": script(true) } });
    at.put("evals/score.mjs", script(false));
    expect((await at.run("eval", "desk", "--target", "desk@v1")).code).toBe(0);
    await at.git("checkout", "-q", "--", ".");
    at.put(PROMPT, prompt(BILLING));
    await at.run("publish", "desk", "--no-push");
    const { stdout } = await at.run("eval", "desk", "--control", "desk@v1", "--json");
    expect(JSON.parse(stdout).runs[0].comparison.metrics[0]).toMatchObject({ control: 1, candidate: 1 });
    expect((await at.run("promote", "desk@v2")).code).toBe(0);
  });

  test.runIf(ALL_CASES)("takes no gate back that was ended early", async () => {
    const at = await worseSecond();
    const many = Array.from({ length: 60 }, (_, i) => JSON.stringify({ id: `p${i}`, vars: { ticket: `parcel ${i}` }, expected: "shipping" })); // prettier-ignore
    at.put(CASES, `${many.join("\n")}\n${cases()}`);
    at.put(SUITE, suite({ min: 0 }).replace("margin: 0.3", "margin: 0.01"));
    await at.commit(SUITE, CASES);
    const stopped = await at.run(
      "eval",
      "desk",
      "--control",
      "desk@v1",
      "--early-stop",
      "--concurrency",
      "1",
      "--json",
    );
    expect(JSON.parse(stopped.stdout).runs[0]).toMatchObject({ status: "stopped", verdict: "fail" });
    expect((await at.run("eval", "desk")).code).toBe(0);
    expect((await refusal(at)).message).toMatch(/^suite desk says inconclusive against its control/);
  });
});

describe("evidence of", () => {
  test("another suite of the same name takes nothing back", async () => {
    const at = await desk();
    expect((await at.run("eval", "desk")).code).toBe(1);
    at.put("evals/easy.suite.yml", suite({ min: 0.5 }));
    await at.commit("evals/easy.suite.yml");
    expect((await at.run("eval", "evals/easy.suite.yml")).code).toBe(0);
    expect((await refusal(at, "desk@v1")).message).toMatch(/^suite desk says fail/);
  });

  test("a week ago is not enough for a policy that asks for younger", async () => {
    const config =
      "project: test\nmodels: { offline: { kind: offline } }\npolicy: { production: { evidence: { maxAge: 1s } } }\n";
    const at = await desk({ files: { [SUITE]: suite({ min: 0.7 }), "agentops.config.yaml": config } });
    expect((await at.run("eval", "desk")).code).toBe(0);
    await new Promise((later) => setTimeout(later, 1100));
    const { message, hint } = await refusal(at, "desk@v1");
    expect(message).toMatch(/^run \S+ of suite desk passed on \d{4}-\d\d-\d\d, longer than 1s ago$/);
    expect(hint).toBe("agentops eval desk --target prompts/desk@v1");
  });

  test("another machine is bound to its files as well; from before it said which, it is kept and not enough", async () => {
    const mine = await desk();
    mine.put(SUITE, suite({ min: 0.5 }));
    expect((await mine.run("eval", "desk")).code).toBe(0);
    const exported = await mine.run("runs", "export", "--format", "evidence");
    const theirs = await deskAt(join(tempProject(), "clone"));
    await git(mine.top, "checkout", "-q", "--", ".");
    await git(mine.top, "clone", "-q", mine.top, theirs.top);
    theirs.put("weak.json", exported.stdout);
    expect((await theirs.run("runs", "import", "weak.json")).code).toBe(0);
    expect((await refusal(theirs, "desk@v1")).message).toMatch(/used evals\/desk.suite.yml otherwise than committed at v1 or origin\/main/); // prettier-ignore
    const { inputs, kind, ...rest } = JSON.parse(exported.stdout);
    delete rest.digest;
    expect([kind, inputs.length]).toEqual(["bounds", 3]);
    const before = { ...rest, schema: "agentops.evidence/1" };
    theirs.put("before.json", JSON.stringify({ ...before, runId: "from-before", digest: digestOf({ ...before, runId: "from-before" }) })); // prettier-ignore
    expect((await theirs.run("runs", "import", "before.json")).code).toBe(0);
    expect((await refusal(theirs, "desk@v1")).message).toMatch(/run from-before does not say which files it was made of: it is an agentops.evidence\/1/); // prettier-ignore
    theirs.put(SUITE, suite({ min: 0.5 }));
    await theirs.commit(SUITE);
    await theirs.git("push", "-q", "origin", "HEAD:refs/heads/merged");
    expect((await refusal(theirs, "desk@v1")).hint).toContain("git push");
    await git(mine.top, "merge", "-q", "merged");
    await theirs.git("fetch", "-q");
    expect((await theirs.run("promote", "desk@v1")).code).toBe(0);
  });
});
