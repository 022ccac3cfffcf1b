import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { fileAddress } from "../state/address.ts";
import { binary, spawnAgentops, tempProject } from "../testing/project.ts";
import { halfDone } from "../testing/release-check.ts";
import { arrive, copyOf, done, outcomeOf, releaseProject, TARGET } from "../testing/release-project.ts";
import { type TestStore, withStore } from "../testing/store.ts";
import { seeded } from "../testing/seeded.ts";
import { runWriters } from "../testing/writers.ts";

const CUTS = 12;
const WATCH = ["canary", "watch", TARGET, "--interval", "20ms"];

/** Many small steps, so that a watcher that is cut is often about to move; the last one is never proven. */
const CONFIG = `project: drill
models: { offline: { kind: offline } }
policy: { production: { evidence: false, rollout: optional } }
rollout:
  steps: [${Array.from({ length: 60 }, (_, i) => (i + 1) / 100).join(", ")}, 1]
  stepTime: 0ms
  stepObservations: 1
  guardrails: { success: { margin: 0.0001, floor: 0.5 } }
`;

let dir: string;
/** A store in which v1 is served. */
let fresh: string;
beforeAll(async () => {
  dir = await releaseProject({ versions: 3, config: CONFIG });
  fresh = join(tempProject(), "state.db");
  await done(dir, fresh, "promote", `${TARGET}@v1`);
}, 120_000);

async function started(): Promise<string> {
  const store = copyOf(fresh);
  await done(dir, store, "canary", "start", `${TARGET}@v2`, "--unobserved");
  return store;
}

const pause = (ms: number) => new Promise((wake) => setTimeout(wake, ms));
const inStore = <T>(file: string, work: (store: TestStore) => Promise<T>) => withStore(fileAddress(file), work);
const leases = (store: string) => inStore(store, (open) => open.column("SELECT holder FROM leases"));

/** Waits until it watches, or has ended. */
async function watching(store: string, child: ReturnType<typeof spawnAgentops>): Promise<void> {
  while (child.exitCode === null && !(await leases(store)).join().startsWith(`process ${child.pid} `)) await pause(5);
}

/** As if the time of its lease had passed. */
async function expireLeases(store: string): Promise<void> {
  await inStore(store, (open) => open.rows(`UPDATE leases SET "expiresAt" = '2020-01-01T00:00:00.000Z'`));
}

test("kill -9 of a watcher at any moment while others observe: the next one waits for the lease and goes on from there", async () => {
  const store = await started();
  const env = { AGENTOPS_STORE: store };
  const random = seeded(45);
  const writers = runWriters({ store, target: TARGET, count: 1, ms: 22_000, batch: 30 });
  const found: string[] = [];
  for (let cut = 0; cut < CUTS; cut++) {
    const child = spawnAgentops(dir, WATCH, env);
    await watching(store, child);
    await pause(random() * 300);
    expect(child.exitCode, (await Promise.race([child, pause(0)]) as { stderr?: string } | undefined)?.stderr).toBe(null);
    child.kill("SIGKILL");
    await child;
    expect(await inStore(store, halfDone), `cut ${cut}`).toEqual([]);
    const { looks, history } = await inStore(store, outcomeOf);
    found.push(`${looks! - 1}/${history.length}`);
    const refused = spawnAgentops(dir, WATCH, env);
    const timer = setTimeout(() => refused.kill("SIGKILL"), 10_000);
    const second = await refused;
    clearTimeout(timer);
    expect([second.exitCode, second.stderr]).toEqual([5, expect.stringMatching(/is watched by process \d+ on .*\[CONCURRENT_CHANGE\]/)]);
    await expireLeases(store);
  }
  const last = spawnAgentops(dir, WATCH, env);
  await pause(1500);
  last.kill("SIGTERM");
  expect((await last).exitCode).toBe(143);
  expect(await leases(store)).toEqual([]);
  const [{ stats, stderr }] = (await writers) as [Awaited<typeof writers>[number]];
  process.stdout.write(`\nkill -9 of canary watch, ${found.length} times, after looks/transitions ${found.join(", ")}\n`);
  expect([found.length, stderr]).toEqual([CUTS, ""]);
  await inStore(store, async (open) => {
    expect(await halfDone(open)).toEqual([]);
    expect(await open.value("SELECT COUNT(*) FROM observations")).toBe(stats.recorded);
  });
}); // prettier-ignore

test("watchers that begin in the same moment: one acts, and the others say who", async () => {
  const store = await started();
  for (let round = 0; round < 4; round++) {
    const children = Array.from({ length: 3 }, () => spawnAgentops(dir, WATCH, { AGENTOPS_STORE: store }));
    const refused: number[] = [];
    for (const child of children) void child.then(({ exitCode }) => refused.push(exitCode ?? -1));
    for (let waited = 0; refused.length < 2 && waited < 500; waited++) await pause(20);
    expect(refused).toEqual([5, 5]);
    expect(await leases(store)).toHaveLength(1);
    for (const child of children) child.kill("SIGINT");
    await Promise.all(children);
    expect(refused).toEqual([5, 5, 130]);
  }
  expect(await inStore(store, halfDone)).toEqual([]);
});

test("a rollout that is started twice in the same moment begins once", async () => {
  for (const other of ["v2", "v3"]) {
    const store = copyOf(fresh);
    const runs = await Promise.all(
      ["v2", other].map((version) =>
        binary(dir, ["canary", "start", `${TARGET}@${version}`, "--unobserved"], { AGENTOPS_STORE: store }),
      ),
    );
    expect(runs.map(({ code }) => code).sort(), runs.map(({ stderr }) => stderr).join()).toEqual([0, 5]);
    const { rollouts, history } = await inStore(store, outcomeOf);
    expect([rollouts, history.length]).toEqual([1, 1]);
    expect(await inStore(store, halfDone)).toEqual([]);
  }
});

const GOOD = { control: () => true, candidate: () => true };

test.each<{ name: string; commands: string[][]; codes: number[][] }>([
  {
    name: "promote beside canary advance",
    commands: [
      ["promote", `${TARGET}@v2`],
      ["canary", "advance", TARGET],
    ],
    codes: [[0, 0]],
  },
  {
    name: "rollback beside promote",
    commands: [
      ["rollback", TARGET],
      ["promote", `${TARGET}@v2`],
    ],
    // Whoever comes second acts on what it saw, or not at all; one that looked after the other was done does both.
    codes: [
      [0, 0],
      [0, 5],
      [5, 0],
    ],
  },
  {
    name: "abort beside canary advance and a rollback",
    commands: [
      ["canary", "abort", TARGET],
      ["canary", "advance", TARGET],
      ["rollback", TARGET, "--from", "v2"],
    ],
    // Whoever comes last finds it over.
    codes: [
      [0, 1, 5],
      [5, 1, 0],
      [0, 0, 5],
      [5, 0, 0],
    ],
  },
])("$name in the same moment: one after the other", async ({ commands, codes }) => {
  const prepared = await started();
  await arrive(prepared, 2000, GOOD);
  for (let round = 0; round < 4; round++) {
    const store = copyOf(prepared);
    const runs = await Promise.all(commands.map((args) => binary(dir, args, { AGENTOPS_STORE: store })));
    expect(codes, runs.map(({ stderr }) => stderr).join()).toContainEqual(runs.map(({ code }) => code));
    expect(await inStore(store, halfDone)).toEqual([]);
  }
});
