import { expect, test } from "vitest";
import { recorderFor } from "../observations/record.ts";
import { agentops, git, put, sampleRepository } from "../testing/project.ts";
import { minutesLater as at, startedRollout, turnBy } from "../testing/rollout.ts";
import { openTestStore, type TestStore } from "../testing/store.ts";
import { freeze } from "./freeze.ts";
import { advance } from "./watch.ts";

const place = { environment: "production", target: "prompts/x" };
const by = { environment: "production", actor: "ada", reason: "holidays" };

async function outcomes(store: TestStore, minutes: number, good: (i: number) => boolean): Promise<void> {
  const lines = Array.from({ length: 80 }, (_, i) => {
    const candidate = i % 2 === 1;
    return {
      target: place.target,
      version: candidate ? "v2" : "v1",
      unit: `u${minutes}-${i}`,
      success: !candidate || good(i),
      at: at(minutes),
    };
  });
  await recorderFor(store).record(place.environment, lines, new Date(at(minutes)));
}

test("while an environment is frozen nothing climbs, harm is undone, and it goes on when the time is over or it is lifted", async () => {
  for (const [how, harmful] of [
    ["lifted", false],
    ["over", false],
    ["harm", true],
  ] as const) {
    const store = await openTestStore();
    await startedRollout(store, { plan: { steps: [0.5, 0.6, 1], stepMs: 0, stepObservations: 10 } });
    expect(await freeze(store, { ...by, at: at(1), until: at(60) })).toMatchObject({
      changed: true,
      frozen: { until: at(60) },
    });
    expect(await freeze(store, { ...by, at: at(2), until: at(60) })).toMatchObject({ changed: false });
    await outcomes(store, 3, () => !harmful);
    const held = await advance(store, place, turnBy(store, at(4)));
    expect(held.rollout.state).toMatchObject(harmful ? { phase: "rolled-back" } : { phase: "progressing", step: 0 });
    if (harmful) continue;
    expect(held.frozen).toMatchObject({ reason: "holidays" });
    if (how === "lifted")
      expect(await freeze(store, { ...by, at: at(5), until: null })).toMatchObject({ changed: true, frozen: null });
    const later = await advance(store, place, turnBy(store, at(how === "over" ? 61 : 6)));
    expect([later.frozen, later.rollout.state.step]).toEqual([null, 1]);
    expect(await freeze(store, { ...by, at: at(70), until: null })).toMatchObject({ changed: false, frozen: null });
  }
});

test("freeze and unfreeze from the shell: a promotion is refused with the way out, a rollback is not, status says it", async () => {
  const dir = await sampleRepository();
  const run = (...args: string[]) => agentops(dir, args);
  const prompt = "prompts/support-triage.prompt.yml";
  const publish = async (text: string) => {
    put(
      dir,
      prompt,
      `${(await git(dir, "show", `HEAD:${prompt}`)).replace(/^description:.*$/m, `description: ${text}`)}\n`,
    );
    expect((await run("publish", "prompts/support-triage", "--no-push", "-m", text)).code).toBe(0);
  };
  const release = (ref: string, ...more: string[]) => run("promote", ref, "--override", "--reason", "r", ...more);
  await publish("one");
  await publish("two");
  expect((await release("prompts/support-triage@v1")).code).toBe(0);
  expect((await release("prompts/support-triage@v2")).code).toBe(0);
  expect((await run("freeze", "--until", "2h")).code).toBe(2);
  expect((await run("freeze", "-m", "x", "--until", "yesterday")).code).toBe(2);
  expect((await run("freeze", "-m", "x", "--until", "2020-01-01")).code).toBe(2);
  expect((await run("freeze", "-m", "x", "--until", "2099-02-30T10:00Z")).code).toBe(2);
  const frozen = await run("freeze", "-m", "holidays", "--until", "2h", "--actor", "eve");
  expect([frozen.code, frozen.stdout]).toEqual([
    0,
    expect.stringMatching(/^frozen production until .* UTC, by eve: holidays\n {2}no promotion/),
  ]);
  const shorter = await run("freeze", "-m", "holidays", "--until", "1h", "--actor", "bob");
  expect(shorter.stdout).toMatch(
    /^frozen production until .* by bob: holidays\n {2}no longer until .* UTC, by eve: holidays\n/,
  );
  const refused = await run("promote", "prompts/support-triage@v1");
  expect([refused.code, refused.stderr]).toEqual([
    5,
    expect.stringMatching(
      /freeze: production is frozen by bob until .*: holidays[^]*agentops unfreeze --env production/,
    ),
  ]);
  expect((await run("status", "--env", "production")).stdout).toMatch(/\n {2}frozen until .* UTC, by bob: holidays\n/);
  expect(
    JSON.parse((await run("status", "--json")).stdout).environments.map(
      (e: { frozen: { reason: string } | null }) => e.frozen?.reason ?? null,
    ),
  ).toContain("holidays");
  expect((await run("rollback", "prompts/support-triage")).code).toBe(0);
  expect((await run("unfreeze", "-m", "over")).stdout).toBe("unfrozen production: releases go on");
  expect((await run("unfreeze")).stdout).toBe("production is not frozen; nothing was changed");
  expect((await run("status", "--env", "production")).stdout).not.toContain("frozen");
  const history = await run("history", "prompts/support-triage");
  expect(history.stdout).toMatch(/freeze .*eve .*holidays/);
});
