import { join } from "node:path";
import { expect, test } from "vitest";
import type { Observation } from "../../../observations/schema.ts";
import { recorderFor } from "../../../observations/record.ts";
import { replayRollout } from "../../../rollout/replay.ts";
import { looksOf, needRollout } from "../../../rollout/rollouts.store.ts";
import { bucketOf, isCandidate } from "../../../serving/assignment.ts";
import { addressOf, fileAddress } from "../../../state/address.ts";
import { newDatabase } from "../../../testing/engine.ts";
import { postgresFolder } from "../../../testing/postgres.ts";
import { agentops, tempProject } from "../../../testing/project.ts";
import { beginRollout } from "../../../testing/rollout-traffic.ts";
import { turnBy } from "../../../testing/rollout.ts";
import { type TestStore, withStore } from "../../../testing/store.ts";
import { advance } from "../../../operations/watch.ts";

const ROWS = Number(process.env["COPY_ROWS"] ?? 1_000_000);
const BATCH = 5000;
const place = { environment: "production", target: "prompts/x" };
/** A margin that no evidence can exclude: it is under way to the end. */
const SETTINGS = { steps: [0.05, 0.2, 1], stepTime: "0ms", stepObservations: 50, guardrails: { success: { margin: 0.0001, floor: 0.5 } } }; // prettier-ignore

/** Outcomes of users who come again, and a turn every fifty batches. */
async function fill(store: TestStore): Promise<void> {
  const recorder = recorderFor(store);
  const { id, createdAt } = await beginRollout(store, SETTINGS);
  for (let from = 0; from < ROWS; from += BATCH) {
    const { weight } = (await needRollout(store.db, place)).state;
    const at = new Date(Date.parse(createdAt) + from * 10).toISOString();
    const batch = Array.from({ length: BATCH }, (_, i): Observation => {
      const unit = `u${((from + i) * 7919) % 200_000}`;
      const version = isCandidate(bucketOf(id, unit), weight) ? "v2" : "v1";
      return { target: "prompts/x", version, unit, success: (from + i) % 19 !== 0, latencyMs: 100 + (i % 83), at };
    });
    await recorder.record("production", batch, new Date(at));
    if (from % (50 * BATCH) === 0) await advance(store, place, turnBy(store, at));
  }
}

async function verdicts({ db }: TestStore) {
  const rollout = await needRollout(db, place);
  const looks = await looksOf(db, rollout.seq);
  return { state: rollout.state, looks, replayed: await replayRollout(db, rollout) };
}

test.skipIf(postgresFolder() === undefined)(
  "a store in the middle of a rollout is copied whole, and decides the same",
  async () => {
    const file = fileAddress(join(tempProject(), "state.db"));
    const before = await withStore(file, async (store) => {
      await fill(store);
      return verdicts(store);
    });
    const url = await newDatabase();
    const started = performance.now();
    const copied = await agentops(tempProject(), ["store", "copy", "--to", url, "--yes", "--json"], { AGENTOPS_STORE: file.location }); // prettier-ignore
    const seconds = (performance.now() - started) / 1000;
    expect(copied.code, copied.stderr).toBe(0);
    expect(JSON.parse(copied.stdout).tables).toContainEqual({ name: "observations", rows: ROWS });
    const after = await withStore(addressOf(url), verdicts);
    expect(after).toEqual(before);
    expect([after.replayed.differences, after.looks.length > 1]).toEqual([[], true]);
    process.stdout.write(`\n${ROWS} observations and all that belongs to them copied in ${seconds.toFixed(1)} s; ${after.looks.length} looks decided the same\n`); // prettier-ignore
  },
);
