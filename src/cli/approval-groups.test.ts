import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { policyConfig, publishedByAda, type Scene, TARGET } from "../testing/people.ts";
import { put } from "../testing/project.ts";

const FILE = `${TARGET}.prompt.yml`;

let at: Scene;
beforeEach(async () => {
  at = await publishedByAda();
});

describe("groups that must agree to what changed", () => {
  const groups = "people: { groups: { ml-leads: [ml@example.com], finance: [fin@example.com], support-platform: [owner@example.com, fin@example.com] } }\n"; // prettier-ignore
  const edit = (change: (text: string) => string) => {
    const before = readFileSync(join(at.dir, FILE), "utf8");
    const after = change(before);
    expect(after).not.toBe(before);
    put(at.dir, FILE, after);
  };
  const by = (...actors: string[]) => Promise.all(actors.map((actor) => at.run(["approvals", "approve", "support-triage", "--actor", actor]))); // prettier-ignore
  const release = () => at.run(["promote", "support-triage", "--actor", "release-manager"]);

  test("the model: a member of each group; words alone need none of them", async () => {
    await at.commit("agentops.config.yaml", policyConfig("approvals: 0"));
    expect((await at.run(["promote", `${TARGET}@v1`, "--actor", "bob"])).code).toBe(0);
    await at.commit(
      "agentops.config.yaml",
      policyConfig("approvals: { count: 1, by: { model: [ml-leads, zoe] } }", groups),
    );
    // The rules themselves changed, which nobody is named for; v2 has other words alone.
    await by("bob");
    expect(await release()).toMatchObject({ code: 0 });
    edit((text) => text.replace("temperature: 0,", "temperature: 0.5,"));
    expect((await at.run(["publish", "support-triage"])).code).toBe(0);
    await by("bob", "ml@evil.example", "m1@example.com");
    const refused = await release();
    expect([refused.code, refused.stderr]).toEqual([5, expect.stringContaining("approvals: its model changed, and nobody of ml-leads (ml@example.com) approved; its model changed, and nobody of zoe approved")]); // prettier-ignore
    await by("ML Lead <ml@example.com>", "zoe");
    expect(await release()).toMatchObject({ code: 0 });
  });

  test("the budget: its owner does not count, nor a team that owns it", async () => {
    const agent = "agents/refund-desk.agent.yml";
    const rules = policyConfig("approvals: { by: { budget: [finance] } }", groups);
    await at.commit("agentops.config.yaml", policyConfig("approvals: 0"));
    const text = readFileSync(join(at.dir, agent), "utf8").replace(/^owner:.*$/m, "owner: { team: support-platform }");
    const limited = (max: number) => `${text.replace(/^limits:.*\n(?: .*\n)*/m, "")}limits: { maxSteps: ${max} }\n`;
    await at.commit(agent, limited(5));
    expect((await at.run(["publish", "agents/refund-desk"])).code).toBe(0);
    expect((await at.run(["promote", "agents/refund-desk", "--actor", "bob"])).code).toBe(0);
    await at.commit("agentops.config.yaml", rules);
    put(at.dir, agent, limited(50));
    expect((await at.run(["publish", "agents/refund-desk"])).code).toBe(0);
    const approved = (actor: string) => at.run(["approvals", "approve", "agents/refund-desk", "--actor", actor]);
    expect((await approved("fin@example.com")).code).toBe(0);
    const refused = await at.run(["promote", "agents/refund-desk", "--actor", "release-manager"]);
    expect([refused.code, refused.stderr]).toEqual([5, expect.stringContaining("its budget changed, and nobody of finance (fin@example.com), its owner not counted, approved")]); // prettier-ignore
    put(at.dir, "agentops.config.yaml", rules.replace("[fin@example.com]", "[fin@example.com, cfo@example.com]"));
    expect((await approved("cfo@example.com")).code).toBe(0);
    expect((await at.run(["promote", "agents/refund-desk", "--actor", "release-manager"])).code).toBe(0);
  });
});
