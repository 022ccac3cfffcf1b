import { expect, test } from "vitest";
import { minutesLater, startedRollout } from "../testing/rollout.ts";
import { openTestStore } from "../testing/store.ts";
import { forgetUser } from "./forget.ts";
import { recorderFor } from "./record.ts";
import type { OutcomeLine } from "./schema.ts";

const USER = `ada_100%"x`;
const NOW = new Date(minutesLater(600));
const line = (id: string, more: Partial<OutcomeLine>): OutcomeLine => ({
  ...{ target: "agents/x", version: "v1", id, at: minutesLater(1) },
  ...more,
});

const LINES = [
  line("a", { success: true, user: USER, session: "s", taskId: "t", unit: "talk-7", feature: "chat", traceId: "T" }),
  line("b", { success: false, unit: USER, latencyMs: 4 }),
  line("c", { user: USER, unit: USER, confidence: 0.5 }),
  line("d", { unit: USER }),
  line("e", { success: true, user: "grace", unit: "grace", session: "s2" }),
  line("f", { user: "adaX100%x", unit: `adaX100%"x` }),
];

/** All texts that are stored of outcomes. */
async function textOf(store: Awaited<ReturnType<typeof openTestStore>>): Promise<string> {
  const tables = ["observations", "openOutcomes", "outcomeDetails", "outcomeNames", "exposures"];
  const rows = await Promise.all(tables.map((table) => store.rows(`SELECT * FROM "${table}"`)));
  return JSON.stringify(rows).replaceAll("\\", "");
}

test("a person is forgotten, and the sums stay", async () => {
  const store = await openTestStore();
  const recorder = recorderFor(store);
  await recorder.record("production", LINES, NOW);
  const sums = () => Promise.all(["outcomes", "outcomeMinutes"].map((table) => store.rows(`SELECT * FROM "${table}"`)));
  const before = await sums();
  expect(await forgetUser(store, USER, new AbortController().signal)).toEqual({ outcomes: 4, waiting: 0 });
  const text = await textOf(store);
  for (const gone of [USER, "talk-7", `"s"`, `"t"`]) expect(text).not.toContain(gone);
  for (const kept of ["grace", `adaX100%"x`, "adaX100%x", "chat", "s2"]) expect(text).toContain(kept);
  expect(await sums()).toEqual(before);
  expect(await store.column("SELECT id FROM observations ORDER BY id")).toEqual(["a", "b", "e"]);
  expect((await recorder.record("production", [line("a", { success: true, traceId: "T" })], NOW)).repeated).toBe(1);
  expect(await forgetUser(store, USER, new AbortController().signal)).toEqual({ outcomes: 0, waiting: 0 });
});

test("what an open rollout counts waits until it has ended", async () => {
  const store = await openTestStore();
  await startedRollout(store, { target: "agents/x" });
  const recorder = recorderFor(store);
  await recorder.record(
    "production",
    [line("a", { success: true, user: USER, unit: "u", servedAt: minutesLater(1) })],
    NOW,
  );
  const exposure = { target: "agents/x", version: "v2", minute: Math.floor(Date.parse(minutesLater(2)) / 60_000), n: 1, unit: USER, weight: 0.05 }; // prettier-ignore
  await recorder.expose("production", { exposures: [exposure] }, NOW);
  const { n } = (await store.rows("SELECT COUNT(*) AS n FROM exposures"))[0] as { n: number };
  expect(await forgetUser(store, USER, new AbortController().signal)).toEqual({ outcomes: 0, waiting: 1 + n });
  await store.rows(`UPDATE rollouts SET "endedAt" = $1`, minutesLater(500));
  expect(await forgetUser(store, USER, new AbortController().signal)).toEqual({ outcomes: 1, waiting: 0 });
  expect(await textOf(store)).not.toContain(USER);
});
