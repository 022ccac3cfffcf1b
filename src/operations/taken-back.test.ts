import { afterAll, describe, expect, test } from "vitest";
import { removeFolders } from "../registry/temp-project.testing.ts";
import { deleteKill, insertKill } from "../kill/kills.store.ts";
import { recorderFor } from "../observations/record.ts";
import { lookAt } from "../rollout/look.ts";
import { rolloutBySeq } from "../rollout/rollouts.store.ts";
import { OPERATORS, operatorLocks } from "../state/locks.ts";
import { PLACE, released, TARGET } from "./released.testing.ts";

afterAll(removeFolders);

/** v2 and v4 are one content under two numbers. */
const TWICE = [1, 2, 3, 2, 5];
const NO_REASON = { reason: undefined };
/** Zero-width characters alone. */
const INVISIBLE = { reason: "\u200b\u2060" };

const SAME = "the same with -m TEXT";

const asksWhy = (message: string, command: string) => ({
  code: "POLICY_REFUSED",
  message: expect.stringContaining(message) as string,
  hint: expect.stringContaining(command) as string,
  details: { refusals: [{ rule: "takenBack" }] },
});

describe("what was taken back is served again for a reason only", () => {
  test("under another number too, by promote, by a canary and by --to", async () => {
    const { up, back, start, served } = await released({ contents: TWICE });
    await up("triage@v1");
    await up("triage@v2");
    await back();
    const why = "its content, as v2, was taken back in production by eve at 2026-11-21 10:00 UTC: rude";
    for (const typed of [NO_REASON, { reason: "" }, INVISIBLE]) {
      await expect(up("triage@v4", typed)).rejects.toMatchObject(asksWhy(why, SAME)); // prettier-ignore
      await expect(start("triage@v4", typed)).rejects.toMatchObject(asksWhy(why, SAME)); // prettier-ignore
      await expect(back({ to: "v2", from: "v1", ...typed })).rejects.toMatchObject({
        ...asksWhy(why.replace("its content, as v2,", "it"), `rollback ${TARGET} --env production --to v2 --from v1 -m TEXT`), // prettier-ignore
      });
    }
    expect(await served()).toBe("v1");
    expect((await up("triage@v4", { reason: "its tone was mended" })).version).toBe("v4");
    await up("triage@v1", NO_REASON);
    expect((await up("triage@v2", NO_REASON)).version, "somebody said why, and it was left by going on").toBe("v2");
  });

  test("a canary that was aborted or rolled back; whoever starts it again has said why, for its promotion too", async () => {
    const { up, back, start, operated, served } = await released({ contents: TWICE });
    await up("triage@v1");
    await start("triage@v2");
    await operated("abort");
    const aborted = "a canary of its content, as v2, was aborted in production by eve at 2026-11-21 10:00 UTC: looks bad"; // prettier-ignore
    await expect(start("triage@v4")).rejects.toMatchObject(asksWhy(aborted, SAME));
    await start("triage@v4", { reason: "the alarm was false" });
    expect((await up("triage@v4", NO_REASON)).version).toBe("v4");
    await back({ to: "v1" });
    await start("triage@v2", { reason: "once more" });
    await expect(back({ to: "v2", from: "v2" }), "its own candidate").rejects.toMatchObject({
      code: "POLICY_REFUSED",
      message: `${TARGET}@v2 is served to some by an open rollout in production: going there is a promotion`,
    });
    expect(await back(), "an open canary goes back to what stays").toMatchObject({ version: "v1", from: "v2" });
    expect(await served()).toBe("v1");
    await expect(start("triage@v4")).rejects.toMatchObject(asksWhy("its content, as v2, was taken back", SAME)); // prettier-ignore
  });

  test("a plain rollback goes past it, and past the content that is left", async () => {
    const { up, back } = await released({ contents: TWICE });
    for (const version of ["v1", "v2", "v3", "v4"]) await up(`triage@${version}`);
    expect((await back()).version).toBe("v3");
    await expect(back()).rejects.toMatchObject({ hint: expect.stringContaining("--from v3   goes back to v1") as string }); // prettier-ignore
    expect((await back({ from: "v3" })).version, "v2 is v4, which was taken back").toBe("v1");
    await up("triage@v2");
    await up("triage@v4");
    expect((await back()).version, "v2 is what is left").toBe("v1");
    const first = await released({ contents: [2, 1, 2] });
    for (const version of ["v1", "v2", "v3"]) await first.up(`triage@${version}`);
    await first.back();
    await expect(first.back({ from: "v2" })).rejects.toMatchObject({
      message: expect.stringContaining("v2 has below it only what was taken back") as string,
      hint: expect.stringMatching(/--to VERSION --from v2 -m TEXT \(served there before: v1, v3\)/) as string,
    });
    expect((await first.back({ to: "v1", from: "v2", reason: "v2 is worse" })).version).toBe("v1");
  });

  test("after: does not count what was taken back below, nor the time before that", async () => {
    const { up, back, served, wait } = await released({
      contents: TWICE,
      policy: "evidence: false, after: { env: staging, for: 1m }",
      more: "environments: [staging, production]\n",
    });
    const staged = { environment: "staging", override: true };
    const after = { details: { refusals: [{ rule: "after" }] } };
    await up("triage@v1", staged);
    await up("triage@v2", staged);
    await wait(600_000);
    await back({ environment: "staging" });
    await expect(up("triage@v4")).rejects.toMatchObject({
      ...after,
      message: expect.stringContaining("its content, as v2, was taken back in staging by eve") as string,
    });
    await up("triage@v4", { ...staged, reason: "the alarm was false" });
    await expect(up("triage@v4"), "the time before does not count").rejects.toMatchObject(after);
    await wait(60_000);
    await up("triage@v1", { override: true });
    expect((await up("triage@v2")).version, "its content was served there as v4").toBe("v2");
    expect(await served()).toBe("v2");
  });

  test("after: does not count the time that it was killed below, each minute once", async () => {
    const { up, wait, store, clock } = await released({
      contents: [1],
      policy: "evidence: false, after: { env: staging, for: 10m }",
      more: "environments: [staging, production]\n",
    });
    const latch = (environment: string, target: string) => {
      const own = () => ({ environment, target, actor: "eve", reason: "leaks", at: clock.now().toISOString() });
      const kill = own();
      const off = () => store.inTransaction((tx) => deleteKill(tx, kill, own()), { locks: [OPERATORS] });
      return { on: () => store.inTransaction((tx) => insertKill(tx, kill, kill.at), { locks: [OPERATORS] }), off };
    };
    await up("triage@v1", { environment: "staging", override: true });
    await wait(300_000);
    const [own, all] = [latch("staging", TARGET), latch("*", "all")];
    await own.on();
    await wait(600_000);
    await expect(up("triage@v1")).rejects.toMatchObject({
      message: expect.stringContaining(`after: ${TARGET} is killed in staging by eve: leaks`) as string,
      hint: expect.stringContaining(`agentops revive ${TARGET} --env staging`) as string,
    });
    await all.on();
    await wait(600_000);
    for (const { off } of [own, all]) await off();
    await expect(up("triage@v1")).rejects.toMatchObject({
      message: expect.stringMatching(/it was for 5 min, the 20 min that it was killed not counted/) as string,
    });
    await wait(300_000);
    expect((await up("triage@v1")).version).toBe("v1");
  });

  test("what was stable once and is a candidate now is not gone back to, and no hint says so", async () => {
    const { up, back, start } = await released({ contents: [1, 2], rollout: "required" });
    const force = { override: true };
    for (const version of ["v1", "v2", "v1"]) await up(`triage@${version}`, force);
    await expect(up("triage@v2")).rejects.toMatchObject({ hint: expect.stringContaining("--to v2 --from v1   goes back") as string }); // prettier-ignore
    await start("triage@v2");
    await expect(up("triage@v2")).rejects.toMatchObject({ hint: expect.stringMatching(/^agentops canary status /) as string }); // prettier-ignore
    await expect(back({ to: "v7" })).rejects.toMatchObject({
      message: `${TARGET}@v7 was never released, so nothing goes back to it`,
      hint: "served there before: v2; released so far: v1, v2",
    });
  });

  test("a canary that brought it to everybody counts until it is taken back, however that was done", async () => {
    const { up, back, start } = await released({ contents: TWICE, rollout: "required" });
    const force = { override: true };
    await up("triage@v1");
    await up("triage@v3", force);
    await start("triage@v2");
    await up("triage@v2", force);
    await up("triage@v3", force);
    expect((await up("triage@v4", NO_REASON)).version, "the same content").toBe("v4");
    await back({ to: "v1" });
    await expect(up("triage@v2")).rejects.toMatchObject({
      details: { refusals: [{ rule: "rollout" }] },
      hint: expect.stringContaining(`--to v2 --from v1 -m TEXT   goes back to it`) as string,
    });
  });
});

describe("a manual rollout", () => {
  const manual = { settings: { manual: true, steps: [0.5, 1], stepTime: "0ms" } };
  const refused = (hint: string) => ({
    code: "POLICY_REFUSED",
    message: expect.stringContaining("manual: step 1 of 2 of its rollout waits for an approval, and bob started it"),
    hint: expect.stringContaining(hint) as string,
  });

  test("who started it does not promote what nobody else approved, also while it is paused", async () => {
    const { up, start, operated, store } = await released();
    await up("triage@v1");
    await start("triage@v2", manual);
    const own = { actor: "Bob <bob@example.com>" };
    await expect(up("triage@v2", own)).rejects.toMatchObject(refused(`agentops canary approve ${TARGET} --env production   by somebody other than bob`)); // prettier-ignore
    await operated("pause", "bob");
    await expect(up("triage@v2", own)).rejects.toMatchObject(refused(`agentops canary resume ${TARGET}`));
    await operated("resume", "bob");
    await expect(operated("approve", "BOB")).rejects.toMatchObject({ code: "POLICY_REFUSED" });
    await operated("approve", "eve");
    expect(await up("triage@v2", own)).toMatchObject({ version: "v2", overridden: [] });
    await start("triage@v3", manual);
    expect(await up("triage@v3", { ...own, override: true }), "recorded").toMatchObject({ overridden: ["manual"] });
    await start("triage@v1", manual);
    expect(await up("triage@v1", { actor: "eve" }), "somebody else's word").toMatchObject({ version: "v1" });
    expect(await store.value(`SELECT COUNT(*) FROM rollouts WHERE phase = 'promoted' AND environment = $1`, PLACE.environment)).toBe(3); // prettier-ignore
  });
});

test("promote looks at every outcome that is stored first, also where the last one makes no look due", async () => {
  const { up, start, store, clock, served } = await released();
  await up("triage@v1");
  const settings = {
    steps: [0.5, 1],
    stepTime: "1h",
    guardrails: { success: { floor: { absolute: 0.95 }, tolerance: 0.9, margin: 0.95 } },
  };
  const { seq, createdAt } = await start("triage@v2", { settings });
  const observe = (n: number, success: boolean) => {
    const now = clock.now();
    const line = { target: TARGET, version: "v2", success, at: now.toISOString() };
    const pairs = Array.from({ length: n }, () => [line, { ...line, version: "v1", success: true }]);
    return recorderFor(store).record(PLACE.environment, pairs.flat(), now);
  };
  const look = () =>
    store.inTransaction(
      async (tx) => lookAt(tx, (await rolloutBySeq(tx, seq))!, createdAt, { whole: true }),
      operatorLocks(PLACE),
    );
  await observe(120, true);
  await look();
  // Whichever bad outcome is the one too many, it comes alone, and no look is due.
  const tried = () => up("triage@v2", { dryRun: true }).catch((error: unknown) => error as Error);
  await observe(1, false);
  let refused = await tried();
  for (let n = 0; n < 60 && !(refused instanceof Error); n++) {
    await look();
    await observe(1, false);
    refused = await tried();
  }
  const last = await store.value("SELECT verdict FROM looks WHERE rollout = $1 ORDER BY look DESC LIMIT 1", seq);
  expect(last, "as far as anybody had looked").toBe("promote");
  expect(refused).toMatchObject({
    code: "POLICY_REFUSED",
    message: expect.stringContaining("its rollout says rollback: success") as string,
    hint: `agentops rollback ${TARGET} --env production   takes it back`,
  });
  expect(await served()).toBe("v1");
});
