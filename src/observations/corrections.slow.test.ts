import { expect, test } from "vitest";
import { minutesLater, startedRollout } from "../testing/rollout.ts";
import { seeded } from "../testing/seeded.ts";
import { openTestStore, type TestStore } from "../testing/store.ts";
import { recorderFor } from "./record.ts";
import type { Observation } from "./schema.ts";

/** Outcomes; a million takes minutes (AGENTOPS_CORRECTIONS=1000000). */
const N = Number(process.env["AGENTOPS_CORRECTIONS"] ?? 100_000);
const BATCH = 5000;
const NOW = new Date(minutesLater(3000));

/** One outcome's lines: served at one time, known at another, a third of them corrected once or twice. */
function linesOf(i: number, random: () => number): Observation[] {
  const served = (i / N) * 1400;
  const version = random() < 0.2 ? "v2" : "v1";
  const first: Observation = {
    ...{ target: "prompts/x", version, id: `o${i}`, unit: `u${Math.floor(random() * 9000)}`, success: random() < 0.9 },
    ...{ servedAt: minutesLater(served), at: minutesLater(served + random() * 300) },
    ...{ latencyMs: Math.ceil(random() * 900), costUsd: Math.ceil(random() * 64) / 1024, safe: random() < 0.99 },
  };
  const lines = [first];
  while (random() < 0.3 && lines.length < 3)
    lines.push({
      ...{ target: "prompts/x", version: random() < 0.05 ? "v3" : version, id: `o${i}` },
      at: minutesLater(served + random() * 1000),
      ...(random() < 0.5 && { success: random() < 0.5 }),
      ...(random() < 0.3 && { latencyMs: Math.ceil(random() * 900) }),
      ...(random() < 0.1 && { servedAt: minutesLater(served - 10 + random() * 20) }),
    });
  return lines;
}

async function rollupsAfter(batches: Iterable<readonly Observation[]>): Promise<Record<string, unknown>> {
  const store = await openTestStore();
  await startedRollout(store);
  const recorder = recorderFor(store);
  const done = { recorded: 0, corrected: 0, completed: 0 };
  for (const batch of batches) {
    const its = await recorder.record("production", batch, NOW);
    for (const effect of ["recorded", "corrected", "completed"] as const) done[effect] += its[effect];
  }
  process.stdout.write(`\n${JSON.stringify(done)}\n`);
  expect(await store.value("SELECT COUNT(*) FROM observations")).toBe(N);
  return sums(store);
}

async function sums(store: TestStore): Promise<Record<string, unknown>> {
  const of = async (sql: string) => (await store.rows(sql)).map(near);
  return {
    hours: await of("SELECT * FROM outcomes ORDER BY version, hour, shadow"),
    minutes: await of(`SELECT * FROM "outcomeMinutes" ORDER BY version, minute, shadow`),
    delays: await of("SELECT * FROM delays ORDER BY version, day, success, bucket"),
    open: await of(`SELECT * FROM "openOutcomes" ORDER BY id`),
    // Raw rows say the same, added up anew.
    anew: await of(`SELECT version, COUNT(*) AS n, SUM(success) AS succeeded, SUM("latencyMs") AS "latencyMs", SUM("costUsd") AS "costUsd", COUNT(DISTINCT "servedAt") AS served FROM observations GROUP BY version ORDER BY version`),
  }; // prettier-ignore
}

function near(row: Record<string, unknown>): Record<string, unknown> {
  const rounded = (value: unknown) => (typeof value === "number" ? Number(value.toFixed(6)) + 0 : value);
  return Object.fromEntries(Object.entries(row).map(([key, value]) => [key, rounded(value)]));
}

function* cut(lines: readonly Observation[]): Generator<readonly Observation[]> {
  for (let i = 0; i < lines.length; i += BATCH) yield lines.slice(i, i + BATCH);
}

test(`${N} outcomes, a third of them corrected, in any order: the same rollups`, async () => {
  const random = seeded(23);
  const inOrder = Array.from({ length: N }, (_, i) => linesOf(i, random)).flat();
  const known = [...inOrder].sort((a, b) => ((a.at ?? "") < (b.at ?? "") ? -1 : 1));
  const shuffled = [...inOrder];
  for (let i = shuffled.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [shuffled[i], shuffled[j]] = [shuffled[j] as Observation, shuffled[i] as Observation];
  }
  const expected = await rollupsAfter(cut(known));
  expect(await rollupsAfter(cut(shuffled))).toEqual(expected);
});
