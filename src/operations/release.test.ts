import { rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { publish } from "../registry/publish/publish.ts";
import { agentText, removeFolders } from "../registry/temp-project.testing.ts";
import { historyOf } from "./history/history.ts";
import { boardAt } from "../kill/history.testing.ts";
import { kill } from "../kill/kill.ts";
import { appendAuditEvent } from "../audit/events.store.ts";
import { operatorLocks } from "../state/locks.ts";
import type { Tx } from "../state/store.ts";
import { approve } from "./approve.ts";
import { operate } from "./operate.ts";
import { startCanary } from "./start-canary.ts";
import { recorderFor } from "../observations/record.ts";
import { next } from "../rollout/next.ts";
import { pendingState } from "../rollout/state.ts";
import { insertRollout, openRollout } from "../rollout/rollouts.store.ts";
import { transition } from "../rollout/transition.ts";
import { lockHolder } from "./lock-holder.testing.ts";
import { PLAN, released, TARGET } from "./released.testing.ts";
import { findRelease, insertStable } from "../serving/serving.store.ts";
import { openTestStore } from "../testing/store.ts";

afterAll(removeFolders);

describe("promote and rollback", () => {
  test("to and fro; each change has one audit event, what is so already changes nothing", async () => {
    const { up, back, served, counts, store } = await released();
    expect(await up("triage@v1")).toMatchObject({ version: "v1", from: null, changed: true, overridden: [] });
    expect(await up("triage")).toMatchObject({ version: "v3", from: "v1", target: TARGET });
    expect(await up("prompts/triage@stable")).toMatchObject({ version: "v3", changed: false });
    expect(await counts()).toEqual({ events: 2, stables: 2 });
    expect(await back()).toMatchObject({ action: "rollback", version: "v1", from: "v3", env: "production", changed: true }); // prettier-ignore
    await expect(back()).rejects.toThrow(/somebody was first: v1 is served now/);
    await expect(back({ from: "v1" })).rejects.toThrow(/nothing to go back to.*v1 is the first version there/);
    await up("triage@v3");
    await up("triage@v2");
    await expect(back({ from: "v3" })).rejects.toThrow(expect.objectContaining({ code: "CONCURRENT_CHANGE" }));
    expect([(await back({ from: "v2" })).version, (await back({ from: "v3" })).version]).toEqual(["v3", "v1"]);
    expect((await back({ to: "triage@v2", from: "v1" })).version).toBe("v2");
    expect(await back({ to: "v2" })).toMatchObject({ version: "v2", changed: false });
    await expect(back({ to: "v9" })).rejects.toThrow(expect.objectContaining({ code: "VERSION_NOT_FOUND", hint: expect.stringMatching(/^served there before: v1, v3;/) as string })); // prettier-ignore
    expect(await served()).toBe("v2");
    expect(await counts()).toEqual({ events: 8, stables: 8 });
    const release = (await findRelease(store.db, TARGET, "v1"))!;
    expect(JSON.parse(release.content)).toMatchObject({
      name: "triage",
      messages: [{ content: "Route {{ticket}}, 1." }],
    });
    expect(release).toMatchObject({
      publishedBy: "Ada <ada@example.com>",
      digest: (await back({ to: "v1", from: "v2" })).digest,
    });
    const { stable, events } = await historyOf(store.db, null, "triage");
    expect(stable).toMatchObject({ version: "v1" });
    expect(events.map(({ serves }) => serves)).toEqual(["v1", "v2", "v1", "v3", "v2", "v3", "v1", "v3", "v1"]);
    expect(events[0]).toMatchObject({ action: "rollback", actor: "eve", reason: "rude", version: "v1" });
  });

  test("a rollback needs no git, and works on what is killed", async () => {
    const { up, back, root, store, served } = await released({ versions: 2 });
    await up("triage@v1");
    await up("triage@v2");
    await kill(boardAt(store.address), { environment: "*", targets: ["all"], actor: "eve", reason: "leaks" });
    await rm(join(root, ".git"), { recursive: true });
    expect((await back({ name: TARGET, environment: "production" })).version).toBe("v1");
    expect(await served()).toBe("v1");
    expect((await historyOf(store.db, "production", TARGET)).events.map(({ action }) => action)).toEqual([
      ...["rollback", "kill", "promote", "promote"],
    ]);
  });

  test("an open rollout is ended by either, through its own transition; another candidate is refused", async () => {
    const { up, back, roll, after, store, clock } = await released();
    await up("triage@v1");
    await roll("v2");
    await expect(up("triage@v3")).rejects.toMatchObject({
      code: "CONCURRENT_CHANGE",
      hint: "agentops canary abort prompts/triage --env production",
    });
    const unsafe = { target: TARGET, version: "v2", success: true, safe: false, breach: "pii" };
    await recorderFor(store).record("production", [unsafe], clock.now());
    await expect(up("triage@candidate")).rejects.toMatchObject({
      code: "POLICY_REFUSED",
      message: expect.stringContaining("a critical safety breach (pii)"),
    });
    expect(await back()).toMatchObject({ version: "v1", from: "v2", rollout: "to-v2", changed: true });
    expect(await after("to-v2")).toEqual(["rolled-back", "v1", { events: 2, stables: 1 }]);
    await roll("v3");
    expect(await up("triage@candidate")).toMatchObject({ version: "v3", from: "v1", rollout: "to-v3" });
    expect(await after("to-v3")).toEqual(["promoted", "v3", { events: 3, stables: 2 }]);
    expect(await back({ from: "v3" })).toMatchObject({ version: "v1", from: "v3", rollout: "to-v3" });
    expect(await after("to-v3")).toEqual(["rolled-back", "v1", { events: 4, stables: 3 }]);
  });

  test("--to ends an open rollout and goes there in one transaction", async () => {
    const { up, back, roll, after, store } = await released();
    await up("triage@v1");
    await up("triage@v2");
    await roll("v3");
    expect(await back({ to: "v1" })).toMatchObject({ version: "v1", from: "v3", rollout: "to-v3" });
    expect(await after("to-v3")).toEqual(["rolled-back", "v1", { events: 4, stables: 3 }]);
    expect(await openRollout(store.db, "production", TARGET)).toBeUndefined();
  });

  test("a rollout somebody else ended meanwhile is not promoted, and a held lock is said in words", async () => {
    const { up, back, roll, store, clock } = await released({ versions: 2, waitMs: 250 });
    await up("triage@v1");
    await roll("v2");
    const rollout = (await openRollout(store.db, "production", TARGET))!;
    const abort = { type: "abort", at: clock.now().toISOString() } as const;
    await store.inTransaction((tx) => transition(tx, rollout, abort, { actor: "x", reason: "x" }));
    await expect(up("triage@candidate")).rejects.toMatchObject({ code: "VERSION_NOT_FOUND" });
    const other = await lockHolder(store, { environment: "production", target: TARGET });
    await other.hold();
    await expect(up("triage@v2")).rejects.toMatchObject({ code: "STORE_FAILED" });
    await other.letGo();
    await expect(back({ from: "v1" })).rejects.toThrow(/nothing to go back to/);
  });

  test("a reflex goes back one version, not two: after a person, after an abort, after the engine; --from goes further", async () => {
    const { up, back, roll, served, store, clock, wait } = await released();
    const isSecond = (left: string, further: string) => ({
      code: "CONCURRENT_CHANGE",
      message: expect.stringMatching(
        new RegExp(`^somebody was first: ${left} is served now \\(\\w+ \\d s ago: `),
      ) as string,
      hint: expect.stringContaining(`agentops rollback ${TARGET} --env production --from ${left}   goes back to ${further}`) as string, // prettier-ignore
    });
    await up("triage@v1");
    await up("triage@v2");
    const end = async (event: { type: "abort" } | { type: "look"; verdict: "rollback"; units: number; held: null }) => {
      const rollout = (await openRollout(store.db, "production", TARGET))!;
      const by = event.type === "abort" ? "mia" : "agentops";
      await store.inTransaction((tx) => transition(tx, rollout, { ...event, at: clock.now().toISOString() }, { actor: by, reason: "harm" })); // prettier-ignore
    };
    await roll("v3");
    await end({ type: "look", verdict: "rollback", units: 100, held: null });
    await expect(back()).rejects.toMatchObject(isSecond("v2", "v1"));
    await wait(11 * 60_000);
    await roll("v3", "another");
    await end({ type: "abort" });
    await expect(back()).rejects.toMatchObject(isSecond("v2", "v1"));
    await up("triage@v3");
    expect(await back(), "something was promoted since").toMatchObject({ version: "v2" });
    await expect(back()).rejects.toMatchObject(isSecond("v2", "v1"));
    await expect(back({ to: "v1" })).rejects.toMatchObject({ ...isSecond("v2", "v1"), hint: expect.stringContaining("--to v1 --from v2   goes there all the same") as string }); // prettier-ignore
    expect(await back({ to: "v2" })).toMatchObject({ changed: false });
    expect([await served(), (await back({ from: "v2" })).version]).toEqual(["v2", "v1"]);
    await expect(back({ to: "v3" })).rejects.toMatchObject({ hint: expect.stringMatching(/^agentops rollback prompts\/triage --env production --to v3 --from v1 -m TEXT {3}goes there all the same/) as string }); // prettier-ignore
    expect(await back({ to: "v3", from: "v1" })).toMatchObject({ version: "v3" });
    await expect(back({ from: "v3" })).rejects.toThrow("v3 was gone back to, and nothing leads on");
    expect(await back({ to: "v1", from: "v3" })).toMatchObject({ version: "v1" });
    await expect(back({ from: "v1" })).rejects.toMatchObject({
      message: expect.stringContaining("v1 is the first version there") as string,
      hint: expect.stringMatching(/--env production --to VERSION --from v1 -m TEXT \(served there before: .*agentops kill prompts\/triage --env production -m TEXT/) as string, // prettier-ignore
    });
    await expect(back({ from: "v9" })).rejects.toMatchObject({ code: "USAGE", message: "--from v9 was never served in production; v1 is" }); // prettier-ignore
    await up("triage@v2");
    await up("triage@v3");
    await back();
    await wait(11 * 60_000);
    expect((await back()).version, "ten minutes later it is a decision").toBe("v1");
  });

  test("--to goes where everybody was; a candidate, or what only another environment had, is a promotion", async () => {
    const { up, back, roll, store, clock } = await released();
    await up("triage@v1");
    await roll("v2");
    const rollout = (await openRollout(store.db, "production", TARGET))!;
    await store.inTransaction((tx) => transition(tx, rollout, { type: "abort", at: clock.now().toISOString() }, { actor: "x", reason: "rude" })); // prettier-ignore
    await up("triage@v3", { environment: "staging", override: true, reason: "tried there" });
    for (const to of ["v2", "v3"])
      await expect(back({ to, environment: "production" })).rejects.toMatchObject({
        code: "POLICY_REFUSED",
        message: `${TARGET}@${to} was never served to everybody in production: going there is a promotion`,
        hint: expect.stringContaining("nothing else was ever served there") as string,
      });
  });

  test.each(["promote", "start", "abort"])("%s acts on what it saw, or not at all", async (what) => {
    const { up, roll, store, context } = await released({ waitMs: 5000 });
    await up("triage@v2");
    await up("triage@v1");
    if (what === "abort") await roll("v2");
    const place = { environment: "production", target: TARGET };
    const order = { ref: "triage@v3", environment: "production", actor: "eve", reason: undefined, override: false };
    const acts = {
      promote: () => up("triage@v3", { actor: "eve" }),
      start: () => startCanary(context, { ...order, settings: {} }),
      abort: () => operate(store, place, "abort", { at: "2026-11-21T12:00:00.000Z", actor: "eve", reason: "r" }),
    };
    const mias = await openTestStore({ address: store.address });
    const acting = mias.inTransaction(async (tx) => {
      // It has read by now, and waits for its turn.
      const late = acts[what as keyof typeof acts]().catch((error: unknown) => error);
      await new Promise((done) => setTimeout(done, 1500));
      await somebodyElse(tx, what);
      return { late };
    }, operatorLocks(place));
    expect(await (await acting).late).toMatchObject({
      code: "CONCURRENT_CHANGE",
      message: expect.stringMatching(/^somebody was first: v\d is served now/) as string,
    });
  });
});

/** What another person does under the lock that a command waits for. */
async function somebodyElse(tx: Tx, what: string): Promise<void> {
  const by = { actor: "mia", reason: "first", at: "2026-11-21T11:00:00.000Z" };
  const place = { environment: "production", target: TARGET };
  if (what === "abort") {
    const open = (await openRollout(tx, "production", TARGET))!;
    await transition(tx, open, { type: "abort", at: by.at }, by);
    const { environment, target, control, candidate, plan, look, evidence, caps, createdAt } = open;
    const same = { environment, target, control, candidate, plan, look, evidence, caps, createdAt };
    const fresh = { ...same, id: "another", endedAt: null, state: next(pendingState(by.at, PLAN), { type: "start", at: by.at }, PLAN) }; // prettier-ignore
    await insertRollout(tx, fresh);
    return;
  }
  const auditEvent = await appendAuditEvent(tx, { ...by, ...place, action: "promote", before: null, after: { version: "v2" } }); // prettier-ignore
  await insertStable(tx, { ...by, ...place, version: "v2", how: "promote", rollout: null, auditEvent });
}

describe("what is released", () => {
  test.each([
    ["the worktree", "triage@worktree", "REF_INVALID"],
    ["a revision", "triage@main", "REF_INVALID"],
    ["a version nobody published", "triage@v9", "VERSION_NOT_FOUND"],
    ["a candidate without a rollout", "triage@candidate", "VERSION_NOT_FOUND"],
    ["an unknown name", "nothing", "ARTIFACT_NOT_FOUND"],
  ])("%s is not", async (_, ref, code) => {
    const { up, counts } = await released({ versions: 1 });
    await expect(up(ref)).rejects.toMatchObject({ code });
    expect(await counts()).toEqual({ events: 0, stables: 0 });
  });

  test("an agent with its prompt's file; a bare name that is released as both is refused", async () => {
    const { up, back, project, write, store } = await released({ versions: 1 });
    await write("agents/triage.agent.yml", agentText("triage", "triage"));
    await publish(project, { names: ["agents/triage"], push: false });
    await up("prompts/triage");
    // The store knows only the prompt by now.
    expect((await up("triage@v1")).target).toBe(TARGET);
    await up("agents/triage");
    const { content } = (await findRelease(store.db, "agents/triage", "v1"))!;
    expect(JSON.parse(content)).toMatchObject({ prompt: "triage", promptContent: { name: "triage" } });
    await expect(up("triage@v1")).rejects.toMatchObject({ code: "REF_INVALID" });
    await expect(back()).rejects.toThrow(expect.objectContaining({ code: "REF_INVALID" }));
  });

  test("a tag that was moved is refused, whatever the override", async () => {
    const { up, git, counts } = await released({ versions: 2 });
    await up("triage@v1");
    const message = (await git("tag", "-l", "--format=%(contents)", "prompts/triage/v2")).trim();
    await up("triage@v2");
    await git("tag", "-f", "-a", "-m", message, "prompts/triage/v1", "prompts/triage/v2^{}");
    for (const override of [false, true]) {
      await expect(up("triage@v1", { override, reason: "now" })).rejects.toMatchObject({
        code: "POLICY_REFUSED",
        message: expect.stringMatching(/published: it was released with sha256:.*the tag was moved/) as string,
      });
    }
    expect(await counts()).toEqual({ events: 2, stables: 2 });
  });
});

describe("the policy", () => {
  test("approvals by others, by content, once each; the author is refused", async () => {
    const { up, context, counts } = await released({ policy: "evidence: false, approvals: 1" });
    const by = (actor: string, ref = "triage@v2") =>
      approve(context, { ref, environment: "production", actor, reason: "read it" });
    await expect(up("triage@v2")).rejects.toMatchObject({ code: "POLICY_REFUSED" });
    await expect(by("ada")).rejects.toMatchObject({ code: "POLICY_REFUSED", message: expect.stringContaining("own") as string }); // prettier-ignore
    expect(await by("bob", "triage@v1")).toMatchObject({ version: "v1", changed: true });
    await expect(up("triage@v2")).rejects.toMatchObject({ code: "POLICY_REFUSED" });
    expect([(await by("bob")).changed, (await by("bob")).changed]).toEqual([true, false]);
    expect(await up("triage@v2")).toMatchObject({ version: "v2", overridden: [] });
    expect(await counts()).toEqual({ events: 3, stables: 1 });
  });

  test("an override needs a reason, is recorded, skips no kill and can be forbidden", async () => {
    const { up, store } = await released({ policy: "signed: true" });
    const forced = { override: true, reason: "incident 12" };
    await expect(up("triage@v1", { override: true, reason: undefined })).rejects.toMatchObject({ code: "USAGE" });
    await expect(up("triage@v1")).rejects.toMatchObject({
      details: { refusals: [{ rule: "evidence" }, { rule: "signed" }] },
      hint: expect.stringContaining("--override --reason TEXT") as string,
    });
    expect(await up("triage@v1", forced)).toMatchObject({ overridden: ["evidence", "signed"] });
    expect((await historyOf(store.db, null, "triage")).events[0]).toMatchObject({
      ...{ reason: "incident 12", overridden: ["evidence", "signed"] },
    });
    await kill(boardAt(store.address), { environment: "production", targets: [TARGET], actor: "eve", reason: "leaks" });
    await expect(up("triage@v2", forced)).rejects.toMatchObject({
      code: "POLICY_REFUSED",
      hint: expect.stringContaining("--override does not skip killed") as string,
    });
    const strict = await released({ versions: 1, policy: "override: false" });
    await expect(strict.up("triage@v1", forced)).rejects.toMatchObject({
      hint: expect.stringContaining("forbidden") as string,
    });
  });

  test("an error budget is counted of the versions that were stable in the window", async () => {
    const { up, store } = await released({ policy: "evidence: false, errorBudget: { objective: 0.9, window: 2h }" });
    const observe = (version: string, hour: string, n: number, succeeded: number, shadow = 0) =>
      store.rows(
        "INSERT INTO outcomes VALUES ('production', $1, $2, $3, $4, $5, $6, 0, 0, 0, 0, 0, 0)",
        ...[TARGET, version, hour, shadow, n, succeeded],
      );
    await up("triage@v1");
    await observe("v1", "2026-11-21T07", 1000, 0);
    await observe("v2", "2026-11-21T09", 1000, 0);
    await observe("v1", "2026-11-21T09", 1000, 0, 1);
    await observe("v1", "2026-11-21T10", 100, 90);
    expect((await up("triage@v2")).version).toBe("v2");
    await observe("v1", "2026-11-21T08", 10, 9);
    await expect(up("triage@v3")).rejects.toMatchObject({
      message: expect.stringMatching(/errorBudget: \d+ % of the error budget is spent: 1011 of 1110 /) as string,
    });
  });
});
