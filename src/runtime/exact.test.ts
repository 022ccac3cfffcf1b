import { afterEach, expect, test } from "vitest";
import { kill } from "../kill/kill.ts";
import { boardAt } from "../kill/history.testing.ts";
import { rolloutBySeq } from "../rollout/rollouts.store.ts";
import { rolloutView } from "../rollout/view.ts";
import { rolloutText } from "../report/rollout/text.ts";
import { rolloutDocument } from "../report/rollout/document.ts";
import { createStyle } from "../report/style.ts";
import { seen } from "../testing/engine.ts";
import { minutesLater, promoted, startedRollout } from "../testing/rollout.ts";
import { openTestStore } from "../testing/store.ts";
import { AgentOps } from "./agentops.ts";

const open: AgentOps[] = [];
afterEach(() => {
  for (const each of open.splice(0)) each.close();
});

async function scene() {
  const store = await openTestStore();
  const rollout = await startedRollout(store, { plan: { exposures: true } });
  const ops = new AgentOps({ store: store.address.location, markers: store.address.markers ?? "", env: "production" });
  open.push(ops);
  await seen();
  return { store, rollout, ops };
}

test("who asks for a version gets it whole, and what comes of it is stored and no evidence", async () => {
  const { store, rollout, ops } = await scene();
  const asked = ops.resolve("prompts/x", { unit: "tester", version: "v2" });
  expect(asked).toMatchObject({
    variant: "candidate",
    version: "v2",
    value: { text: "v2" },
    reason: "TARGETING_MATCH",
    rollout: null,
  });
  expect(asked.served).toEqual({ target: "prompts/x", version: "v2", unit: "tester", forced: true });
  for (let i = 0; i < 300; i++) ops.observe({ ...asked.served, success: false, id: `forced-${i}` });
  expect(ops.flush()).toBe(true);
  const now = (await rolloutBySeq(store.db, rollout.seq))!;
  const view = await rolloutView(store.db, now, { at: minutesLater(5), held: null });
  expect([view.phase, view.forced, view.analysis.guardrails[0]?.candidate.n]).toEqual(["progressing", 300, 0]);
  expect(await store.value("SELECT COUNT(*) FROM tallies")).toBe(0);
  expect(await store.value("SELECT COUNT(*) FROM exposures")).toBe(0);
  expect(Number(await store.value('SELECT SUM(n) FROM "outcomeMinutes"'))).toBe(300);
  const text = rolloutText(rolloutDocument(view), createStyle(false), minutesLater(5), 200);
  expect(text).toContain("apart     300 outcomes of a version that was asked for by name");
});

test("one that is not served is not given, and what is no version is an error", async () => {
  const { ops } = await scene();
  expect(ops.resolve("prompts/x", { version: "v9" })).toMatchObject({
    ...{ value: null, version: null, errorCode: "NOT_RELEASED", served: null },
    message: "prompts/x@v9 is not served in production; served: v1, v2",
  });
  for (const version of ["9", "latest", "", 7 as unknown as string])
    expect(() => ops.resolve("prompts/x", { version })).toThrow(expect.objectContaining({ code: "REF_INVALID" }));
});

test("a kill holds for who asks for a version too, and so does what was never released", async () => {
  const { store, ops } = await scene();
  await kill(boardAt(store.address), {
    environment: "production",
    targets: ["prompts/x"],
    actor: "ada",
    reason: "leaks",
  });
  await seen();
  expect(ops.resolve("prompts/x", { version: "v1" })).toMatchObject({
    value: null,
    version: null,
    reason: "DISABLED",
    served: null,
  });
  expect(ops.resolve("prompts/other", { version: "v1" })).toMatchObject({
    value: null,
    errorCode: "NOT_RELEASED",
    served: null,
  });
});

test("a version that is served to all is given as it is", async () => {
  const { store, ops } = await scene();
  await promoted(store, { target: "prompts/y", version: "v1" });
  await seen();
  expect(ops.resolve("prompts/y", { version: "v1" })).toMatchObject({
    variant: "stable",
    version: "v1",
    served: { forced: true },
  });
});
