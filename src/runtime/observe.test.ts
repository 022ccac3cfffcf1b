import { existsSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, test, vi } from "vitest";
import { execa } from "execa";
import { connect } from "../state/sqlite/connection.ts";
import { cleanEnv, REPO } from "../testing/project.ts";
import { startedRollout } from "../testing/rollout.ts";
import { ENGINE } from "../testing/engine.ts";
import { openTestStore, type TestStore } from "../testing/store.ts";
import { AgentOps } from "./agentops.ts";
import type { AgentOpsOptions } from "./options.ts";

const open: { close(): unknown }[] = [];
afterEach(() => {
  for (const each of open.splice(0)) each.close();
  vi.restoreAllMocks();
});

async function newStore() {
  const store = await openTestStore();
  const { location, markers } = store.address;
  await startedRollout(store);
  const ops = (options: AgentOpsOptions = {}) => {
    const made = new AgentOps({ store: location, markers: markers ?? "", env: "production", ...options });
    open.push(made);
    return made;
  };
  return { store, location, ops };
}

const onFiles = test.runIf(ENGINE === "sqlite");
/** On a busy machine the thread may take longer to begin than a flush waits. */
const flushed = (served: AgentOps) => expect.poll(() => served.flush(), { timeout: 20_000 }).toBe(true);
const count = (store: TestStore) => store.value("SELECT COUNT(*) FROM observations");
const outcome = (more: object = {}) => ({ target: "prompts/x", version: "v1", success: true, ...more });

describe("observe", () => {
  test("what the store does not know is kept, counted in stats(), and said once", async () => {
    const { store, ops } = await newStore();
    const said: string[] = [];
    vi.spyOn(process, "emitWarning").mockImplementation((warning) => void said.push(String(warning)));
    const served = ops();
    for (const more of [{}, { version: "v9" }, { version: "v9" }, { target: "prompts/y" }, { rollout: "r-9" }])
      served.observe(outcome(more));
    await flushed(served);
    expect([await count(store), served.stats()]).toEqual([5, expect.objectContaining({ recorded: 5, unknown: 4 })]);
    expect(said).toEqual([
      "agentops: observations are kept, counted apart, and in no rollout: prompts/x@v9 was never released here (released: v1, v2)",
    ]);
  });
  test("what was resolved is observed, written by itself, and counted for its rollout", async () => {
    const { store, ops } = await newStore();
    const served = ops();
    const units = Array.from({ length: 1200 }, (_, i) => `unit-${i}`);
    for (const unit of units) {
      const { served: what } = served.resolve("x", { unit });
      served.observe({ ...what, success: true, latencyMs: 812 });
    }
    await expect
      .poll(() => served.stats(), { interval: 10, timeout: 10_000 })
      .toEqual({
        ...{ queued: 0, recorded: 1200, unknown: 0, dropped: 0, invalid: 0, failures: 0, lastProblem: null },
        ...{ exposed: 1200, unexposed: 0 },
      });
    const tallied = store.value("SELECT SUM(n) FROM tallies WHERE metric = 'success' AND weight = 0.05");
    expect(await tallied).toBe(1200);
  });
  test("what is no observation is counted and said once; nothing is thrown, also after close()", async () => {
    const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => undefined);
    const { store, ops } = await newStore();
    const served = ops();
    const trap = { ...outcome(), get latencyMs() { throw new Error("trap"); } }; // prettier-ignore
    const bad = [{}, null, trap, outcome({ latencyMs: Number.NaN }), outcome({ sucess: true }), { success: true }];
    for (const each of bad) served.observe(each as never);
    served.observe(outcome());
    await flushed(served);
    expect(served.stats()).toMatchObject({ invalid: 6, recorded: 1 });
    // A busy machine may say as well that the store takes its time.
    const said = warn.mock.calls.filter(([text]) => !String(text).includes("could not be written yet"));
    expect(said).toHaveLength(1);
    served.close();
    served.observe(outcome());
    expect(served.stats().dropped).toBe(1);
    expect(await count(store)).toBe(1);
  });
  test("beyond its limit the queue drops the newest, and says how many", async () => {
    const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => undefined);
    const { store, ops } = await newStore();
    const served = ops({ queueLimit: 10 });
    for (let i = 0; i < 25; i++) served.observe(outcome({ id: `o${i}` }));
    expect(served.stats()).toMatchObject({ queued: 10, dropped: 15 });
    expect(warn).toHaveBeenCalledExactlyOnceWith(expect.stringContaining("dropped: the queue is full"));
    await flushed(served);
    served.close();
    expect(await store.column("SELECT id FROM observations ORDER BY seq")).toEqual(
      Array.from({ length: 10 }, (_, i) => `o${i}`),
    );
  });
  onFiles("while another process holds the lock the batch is kept; it is written once the lock is free", async () => {
    const { store, ops } = await newStore();
    const served = ops();
    const other = connect(store.address.location, { durability: "normal" });
    other.exec("BEGIN IMMEDIATE");
    served.observe(outcome({ id: "a" }));
    await expect.poll(() => served.stats().failures, { interval: 10, timeout: 10_000 }).toBeGreaterThan(0);
    expect(served.stats()).toMatchObject({
      queued: 1,
      recorded: 0,
      lastProblem: expect.stringContaining("write lock"),
    });
    other.exec("COMMIT");
    other.close();
    await expect.poll(() => served.stats().recorded, { interval: 10, timeout: 5000 }).toBe(1);
    expect(await count(store)).toBe(1);
  });
  onFiles(
    "a store that was moved away and made anew by somebody gets what came since; a wrong path leaves no folder",
    async () => {
      const { store, ops } = await newStore();
      const { location } = store.address;
      const served = ops();
      served.observe(outcome());
      served.flush();
      await store.close();
      renameSync(location, `${location}.old`);
      for (const end of ["-wal", "-shm"]) rmSync(`${location}${end}`, { force: true });
      vi.spyOn(process, "emitWarning").mockImplementation(() => undefined);
      served.observe(outcome());
      expect([served.flush(), existsSync(location)], "an empty store would serve nothing").toEqual([false, false]);
      const anew = await openTestStore({ address: store.address });
      expect(served.flush()).toBe(true);
      expect(await count(anew)).toBe(1);
      await anew.close();
      const wrong = ops({ store: join(dirname(location), "nowhere", "state.db") });
      wrong.observe(outcome());
      expect([wrong.flush(), wrong.stats().queued, existsSync(dirname(wrong.store))]).toEqual([false, 1, false]);
    },
  );
  test("what is queued is written when the process ends by itself or by exit()", async () => {
    const { store, location } = await newStore();
    const code = (end: string) => `
      const { AgentOps } = await import(${JSON.stringify(join(REPO, "dist", "sdk", "index.js"))});
      const ops = new AgentOps({ store: ${JSON.stringify(location)}, env: "production" });
      for (let i = 0; i < 700; i++) ops.observe({ target: "prompts/x", version: "v1", success: true });
      ${end}`;
    for (const end of ["", "process.exit(3);"]) {
      const options = {
        env: cleanEnv({ AGENTOPS_MARKERS: store.address.markers ?? "" }),
        extendEnv: false,
        reject: false,
      } as const;
      const done = await execa(process.execPath, ["--input-type=module", "-e", code(end)], options);
      expect([done.exitCode, done.stderr]).toEqual([end === "" ? 0 : 3, ""]);
    }
    expect(await count(store)).toBe(1400);
  });
  onFiles.each([
    ["by itself", ""],
    ["by exit()", "process.exit();"],
    ["by exit() after close()", "ops.close(); process.exit();"],
  ])("what cannot be written when the process ends %s is not lost silently", async (_, end) => {
    const { store, location } = await newStore();
    await store.rows("PRAGMA user_version = 99");
    const code = `
      const { AgentOps } = await import(${JSON.stringify(join(REPO, "dist", "sdk", "index.js"))});
      const ops = new AgentOps({ store: ${JSON.stringify(location)}, env: "production" });
      for (let i = 0; i < 7; i++) ops.observe({ target: "prompts/x", version: "v1", success: true });
      ${end}`;
    const { stderr } = await execa(process.execPath, ["--input-type=module", "-e", code], { env: cleanEnv(), extendEnv: false }); // prettier-ignore
    expect(stderr).toMatch(/Warning: agentops: observations were lost \(7\): the store has schema 99/);
  });
});
