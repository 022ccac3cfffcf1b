import { join } from "node:path";
import { expect, test } from "vitest";
import { CAP_VALUES, freezeCap } from "../rollout/caps.ts";
import type { Sqlite } from "../state/connection.ts";
import { spawnAgentops, tempProject } from "../testing/project.ts";
import { halfDone } from "../testing/release-check.ts";
import { done, outcomeOf, releaseProject, rolloutIn, TARGET } from "../testing/release-project.ts";
import { withStore } from "../testing/store.ts";
import { runWriters } from "../testing/writers.ts";

/** A minute, unless somebody who works on this has less. */
const SECONDS = Number(process.env["FLEET_SECONDS"] ?? 60);
const WRITERS = 8;

/** Steps by the second, and a margin that no evidence can exclude: it is under way to the end. */
const CONFIG = `project: drill
models: { offline: { kind: offline } }
policy: { production: { evidence: false } }
rollout:
  steps: [0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 1]
  stepTime: ${SECONDS * 100}ms
  stepObservations: 20
  guardrails: { success: { margin: 0.0001, floor: 0.5 } }
`;

type Counts = Record<string, { n: number; sum: number }>;

/** Units and their outcomes by weight and arm, counted anew from the stored observations. */
function countedAnew(sqlite: Sqlite): Counts {
  const { candidate } = rolloutIn(sqlite);
  const rows = sqlite
    .prepare<[], { id: string; unit: string; version: string; success: number }>(
      "SELECT id, unit, version, success FROM observations WHERE rollout IS NOT NULL ORDER BY seq",
    )
    .iterate();
  const units = new Map<string, { weight: number; candidate: boolean }>();
  const counts: Counts = {};
  for (const { id, unit, version, success } of rows) {
    const weight = Number(id.slice(id.indexOf("~") + 1));
    const seen = units.get(unit);
    if (seen !== undefined && (seen.candidate || weight <= seen.weight)) continue;
    const probability = seen === undefined ? weight : (weight - seen.weight) / (1 - seen.weight);
    units.set(unit, { weight, candidate: version === candidate });
    const count = (counts[`${probability.toFixed(9)} ${version}`] ??= { n: 0, sum: 0 });
    count.n += 1;
    count.sum += success;
  }
  return counts;
}

function counted(sqlite: Sqlite): Counts {
  const rollout = rolloutIn(sqlite);
  const rows = sqlite
    .prepare<
      [],
      { weight: number; arm: "control" | "candidate"; n: number; sum: number }
    >("SELECT weight, arm, SUM(n) AS n, SUM(sum) AS sum FROM tallies WHERE metric = 'success' GROUP BY weight, arm")
    .all();
  return Object.fromEntries(rows.map(({ weight, arm, n, sum }) => [`${weight.toFixed(9)} ${rollout[arm]}`, { n, sum }]));
} // prettier-ignore

/** What the cap of the latency is made of, whoever wrote it. */
function firstLatencies(sqlite: Sqlite): number[] {
  return sqlite
    .prepare<[string, number], number>(
      "SELECT latencyMs FROM observations WHERE version = ? AND rollout IS NOT NULL ORDER BY seq LIMIT ?",
    )
    .pluck()
    .all(rolloutIn(sqlite).control, CAP_VALUES);
}

test("eight processes observe while one watches: nothing acknowledged is lost, all is counted once, nobody sees a lock", async () => {
  const dir = await releaseProject({ config: CONFIG });
  const store = join(tempProject(), "state.db");
  await done(dir, store, "promote", `${TARGET}@v1`);
  await done(dir, store, "canary", "start", `${TARGET}@v2`);
  const watcher = spawnAgentops(dir, ["canary", "watch", TARGET, "--interval", "200ms"], { AGENTOPS_STORE: store });
  const writers = await runWriters({
    ...{ store, target: TARGET, count: WRITERS, ms: SECONDS * 1000, units: 20_000, pauseMs: 40 },
  });
  watcher.kill("SIGINT");
  const watched = await watcher;
  expect([watched.exitCode, watched.signal], watched.stderr).toEqual([130, undefined]);
  expect(watched.stderr).not.toMatch(/BUSY|locked|STORE_FAILED/i);
  expect(writers.map(({ stderr }) => stderr)).toEqual(Array(WRITERS).fill(""));
  const acknowledged = writers.reduce((sum, { stats }) => sum + stats.recorded, 0);
  for (const { stats } of writers) expect(stats).toMatchObject({ queued: 0, dropped: 0, invalid: 0 });
  withStore(store, (sqlite) => {
    const { state, looks, history } = outcomeOf(sqlite);
    const waits = writers.reduce((sum, { stats }) => sum + stats.failures, 0);
    process.stdout.write(
      `\n${WRITERS} processes observed ${acknowledged} outcomes in ${SECONDS} s and came back ${waits} times for the lock; the watcher took ${looks} looks and ${history.length} transitions, to ${state?.weight}\n`,
    );
    expect(sqlite.prepare("SELECT COUNT(*) FROM observations").pluck().get()).toBe(acknowledged);
    expect(sqlite.prepare("SELECT SUM(n) FROM outcomes").pluck().get()).toBe(acknowledged);
    const [found, expected] = [counted(sqlite), countedAnew(sqlite)];
    expect(Object.keys(found).sort()).toEqual(Object.keys(expected).sort());
    for (const [key, { n, sum }] of Object.entries(expected)) {
      expect(found[key]?.n, key).toBe(n);
      expect(found[key]?.sum, key).toBeCloseTo(sum, 6);
    }
    expect(rolloutIn(sqlite).caps.latency).toEqual(freezeCap(firstLatencies(sqlite), 0.2));
    expect(halfDone(sqlite)).toEqual([]);
    expect(history.length).toBeGreaterThan(5);
    expect(state?.phase).toBe("progressing");
  });
});
