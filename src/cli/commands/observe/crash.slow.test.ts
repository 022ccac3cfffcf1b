import { join } from "node:path";
import { expect, test } from "vitest";
import { talliesOf } from "../../../rollout/rollouts.store.ts";
import { fileAddress } from "../../../state/address.ts";
import { binary, put, spawnAgentops, tempProject } from "../../../testing/project.ts";
import { minutesLater, startedRollout } from "../../../testing/rollout.ts";
import { seeded } from "../../../testing/seeded.ts";
import { runWriters } from "../../../testing/writers.ts";
import { openTestStore, type TestStore } from "../../../testing/store.ts";

const N = 60_000;
const CUTS = 12;
const WRITERS = 8;

async function newStore(dir: string, name: string): Promise<{ file: string; store: TestStore }> {
  const file = join(dir, name, "state.db");
  const store = await openTestStore({ address: fileAddress(file) });
  await startedRollout(store);
  return { file, store };
}

function lines(random: () => number): string {
  return Array.from({ length: N }, (_, i) => {
    const version = random() < 0.05 ? "v2" : "v1";
    const more = {
      unit: `u${Math.floor(random() * 9000)}`,
      success: random() < 0.9,
      latencyMs: Math.ceil(random() * 900),
    };
    return `${JSON.stringify({ target: "prompts/x", version, id: `o${i}`, at: minutesLater(1 + i / 1000), safe: random() < 0.999, ...more })}\n`;
  }).join("");
}

const near = (rows: object[]) =>
  JSON.parse(JSON.stringify(rows, (_, v: unknown) => (typeof v === "number" ? +v.toFixed(6) : v)));

async function counted(store: TestStore): Promise<unknown> {
  const all = async (sql: string) => near(await store.rows(sql));
  return {
    ids: await all("SELECT COUNT(*) AS n, COUNT(DISTINCT id) AS ids FROM observations"),
    tallies: near(await talliesOf(store.db, 1, { from: 1, to: 99 })),
    units: await all("SELECT * FROM units ORDER BY unit"),
    breaches: await all("SELECT o.id FROM breaches b JOIN observations o ON o.seq = b.observation ORDER BY o.id"),
    outcomes: await all("SELECT * FROM outcomes ORDER BY hour, version, shadow"),
    caps: await all("SELECT caps FROM rollouts"),
  };
}

test("kill -9 of observe at any moment, then the same file again: all there once, counted as if nothing had happened", async () => {
  const dir = tempProject();
  const random = seeded(4);
  put(dir, "in.jsonl", lines(random));
  const [calm, cut] = [await newStore(dir, "calm"), await newStore(dir, "cut")];
  const args = ["observe", "in.jsonl", "--env", "production"];
  expect((await binary(dir, args, { AGENTOPS_STORE: calm.file })).code).toBe(0);
  const found: number[] = [];
  for (let round = 0; round < CUTS; round++) {
    const child = spawnAgentops(dir, args, { AGENTOPS_STORE: cut.file });
    const count = () => cut.store.value("SELECT COUNT(*) FROM observations") as Promise<number>;
    const until = (await count()) + random() * 5000;
    while (child.exitCode === null && (await count()) < until) await new Promise((done) => setImmediate(done));
    await new Promise((done) => setTimeout(done, random() * 15));
    child.kill("SIGKILL");
    await child;
    found.push(await count());
  }
  expect((await binary(dir, args, { AGENTOPS_STORE: cut.file })).code).toBe(0);
  process.stdout.write(`\nkill -9 of observe, ${CUTS} times, after ${found.join(", ")} observations\n`);
  expect(new Set(found).size).toBeGreaterThan(CUTS / 2);
  expect(await counted(cut.store)).toEqual(await counted(calm.store));
  expect(await cut.store.value("PRAGMA integrity_check")).toBe("ok");
});

test("eight processes observe at once: nothing that was acknowledged is missing, and nobody sees a locked store", async () => {
  const { file, store } = await newStore(tempProject(), "busy");
  const done = await runWriters({ store: file, target: "prompts/x", count: WRITERS, ms: 8000 });
  expect(done.map(({ stderr }) => stderr)).toEqual(Array(WRITERS).fill(""));
  const stats = done.map((writer) => writer.stats);
  const total = stats.reduce((sum, { recorded }) => sum + recorded, 0);
  const waits = stats.reduce((sum, { failures }) => sum + failures, 0);
  process.stdout.write(
    `\n${WRITERS} processes observed ${total} outcomes, and came back ${waits} times for the lock\n`,
  );
  for (const each of stats) expect(each).toMatchObject({ queued: 0, dropped: 0, invalid: 0 });
  expect(await store.value("SELECT COUNT(*) FROM observations")).toBe(total);
  expect(await store.value("SELECT SUM(n) FROM tallies WHERE metric = 'success'")).toBe(total);
});
