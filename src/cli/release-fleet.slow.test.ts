import { join } from "node:path";
import { expect, test } from "vitest";
import { isRatio } from "../rollout/caps.ts";
import { fileAddress } from "../state/address.ts";
import { spawnAgentops, tempProject } from "../testing/project.ts";
import { halfDone } from "../testing/release-check.ts";
import {
  asBeforeExposures,
  counted,
  countedAnew,
  done,
  notAdded,
  outcomeOf,
  releaseProject,
  rolloutIn,
  TARGET,
  underWayFor,
} from "../testing/release-project.ts";
import { withStore } from "../testing/store.ts";
import { runWriters } from "../testing/writers.ts";

/** A minute, unless somebody who works on this has less. */
const SECONDS = Number(process.env["FLEET_SECONDS"] ?? 60);
const WRITERS = 8;

/** Least and most that a writer says, ms. */
const LATENCIES = [100, 182] as const;

test.each([
  ["units count by their outcomes", true],
  ["units count when they are served", false],
])(
  "eight processes observe while one watches: nothing acknowledged is lost, all is counted once, nobody sees a lock; %s",
  async (_, isBefore) => {
    const dir = await releaseProject({ config: underWayFor(SECONDS) });
    const store = join(tempProject(), "state.db");
    await done(dir, store, "promote", `${TARGET}@v1`);
    await done(dir, store, "canary", "start", `${TARGET}@v2`, "--unobserved", "--fast");
    if (isBefore) await withStore(fileAddress(store), asBeforeExposures);
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
    await withStore(fileAddress(store), async (open) => {
      const { state, looks, history } = await outcomeOf(open);
      const waits = writers.reduce((sum, { stats }) => sum + stats.failures, 0);
      process.stdout.write(
        `\n${WRITERS} processes observed ${acknowledged} outcomes in ${SECONDS} s and came back ${waits} times for the lock; the watcher took ${looks} looks and ${history.length} transitions, to ${state?.weight}\n`,
      );
      expect(await open.value("SELECT COUNT(*) FROM observations")).toBe(acknowledged);
      expect(await open.value("SELECT SUM(n) FROM outcomes")).toBe(acknowledged);
      if (isBefore) {
        const [found, expected] = [await counted(open), await countedAnew(open)];
        expect(Object.keys(found).sort()).toEqual(Object.keys(expected).sort());
        for (const [key, { n, sum }] of Object.entries(expected)) {
          expect(found[key]?.n, key).toBe(n);
          expect(found[key]?.sum, key).toBeCloseTo(sum, 6);
        }
      } else expect(await notAdded(open)).toEqual([]);
      // Looks make it anew as more of the control comes, so which values it is of now is theirs to say.
      const { latency } = (await rolloutIn(open)).caps;
      expect(latency).toMatchObject({ limit: 1.2, prior: 0.95, point: { of: "p95" } });
      expect(isRatio(latency) && LATENCIES[0] <= latency.point.at && latency.point.at <= LATENCIES[1]).toBe(true);
      expect(await halfDone(open)).toEqual([]);
      expect(history.length).toBeGreaterThan(5);
      expect(state?.phase).toBe("progressing");
    });
  },
);
