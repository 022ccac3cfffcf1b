import { writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import pg from "pg";
import { describe, expect, onTestFinished, test } from "vitest";
import { AgentOps } from "../../../runtime/agentops.ts";
import { replayRollout } from "../../../rollout/replay.ts";
import { minuteOf } from "../../../observations/exposure-token.ts";
import { recorderFor } from "../../../observations/record.ts";
import type { Observation } from "../../../observations/schema.ts";
import { needRollout } from "../../../rollout/rollouts.store.ts";
import { addressOf, fileAddress, type StoreAddress } from "../../../state/address.ts";
import { ENGINE, newDatabase } from "../../../testing/engine.ts";
import { agentops, spawnAgentops, tempProject } from "../../../testing/project.ts";
import { BEGIN, minutesLater } from "../../../testing/rollout.ts";
import { beginRollout, drive } from "../../../testing/rollout-traffic.ts";
import { newStoreAddress, openTestStore, type TestStore, withStore } from "../../../testing/store.ts";

const GOOD = { control: () => ({ latencyMs: 100 }), candidate: () => ({ latencyMs: 90 }), perHour: 1000 };
const QUICK = { steps: [0.2, 0.5, 1], stepTime: "1h", stepObservations: 50 };
const place = { environment: "production", target: "prompts/x" };

/** A store in the middle of a rollout, and a project for the runs. */
async function inTheMiddle(address?: StoreAddress) {
  const store = await openTestStore({ address: address ?? (await newStoreAddress()) });
  const rollout = await beginRollout(store, QUICK);
  const { turn } = await drive(store, rollout, GOOD, 600);
  const dir = tempProject();
  const env = { AGENTOPS_STORE: store.address.location, AGENTOPS_MARKERS: store.address.markers ?? "" };
  const run = (...args: string[]) => agentops(dir, ["store", ...args], env);
  const json = async (...args: string[]) => JSON.parse((await run(...args, "--json")).stdout) as Record<string, any>;
  return { store, turn, dir, env, run, json };
}

const replayed = async ({ db }: TestStore) => (await replayRollout(db, await needRollout(db, place))).differences;

const COUNTS = ["units", "traces", "exposures", "pairs", "servedMinutes", "unsettled", "exposureTokens", "exposureSources", "outcomeMinutes", "delays", "openOutcomes"] as const; // prettier-ignore

describe(`agentops store on ${ENGINE}`, () => {
  test("info says what is where and how big, of the engine in force", async () => {
    const { json, store, run } = await inTheMiddle();
    const info = await json("info");
    expect(info).toMatchObject({
      engine: ENGINE,
      version: 12,
      pending: 0,
      moved: null,
      markers: store.address.markers,
    });
    expect(info["tables"]).toContainEqual({ name: "observations", rows: 600 });
    expect([info["bytes"], info["revision"]].every((n) => (n as number) > 0)).toBe(true);
    const { code, stdout } = await run("info");
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(/schema 12\nid [0-9a-f]{32}, change \d+\n[^]*observations +600/),
    ]);
  });
  test("info of a store from before a table leaves it out, and says what is missing", async () => {
    const { json, run, store } = await inTheMiddle();
    await store.rows('DROP TABLE "cohortCounts"');
    await store.rows("DELETE FROM migrations WHERE number >= 7");
    const { tables, pending } = await json("info");
    expect([pending, (tables as { name: string }[]).map(({ name }) => name)]).toEqual([6, expect.not.arrayContaining(["cohortCounts"])]); // prettier-ignore
    expect((await run("info")).stdout).toContain("schema 6, 6 migrations are missing: agentops store migrate");
  });
  test("info of nothing makes nothing", async () => {
    const dir = tempProject();
    const { code, stdout } = await agentops(dir, ["store", "info"]);
    expect([code, stdout]).toEqual([0, expect.stringContaining("nothing is there yet")]);
    const missing = await agentops(dir, ["store", "check"]);
    expect([missing.code, missing.stderr]).toEqual([2, expect.stringContaining("there is no store")]);
  });
  test("check finds a whole store whole, and an audit event that was changed", async () => {
    const { json, run, store } = await inTheMiddle();
    const found = await json("check");
    expect(found).toMatchObject({ ok: true, problems: [], events: { unsealed: 0, brokenAt: null } });
    const third = (found["events"] as { sealed: number }).sealed;
    await store.rows(ENGINE === "sqlite" ? "DROP TRIGGER auditEvents_stay" : `ALTER TABLE "auditEvents" DISABLE TRIGGER "auditEvents_stay"`); // prettier-ignore
    await store.rows(`UPDATE "auditEvents" SET actor = 'mallory' WHERE seq = $1`, third);
    const { code, stdout } = await run("check");
    expect([code, stdout]).toEqual([1, expect.stringContaining(`the chain of audit events is broken at ${third}`)]);
  });
  test("prune deletes what no verdict needs, and nothing of an open rollout", async () => {
    const { json, run, store } = await inTheMiddle();
    const old = { environment: "production", target: "agents/y", version: "v1", success: 1, shadow: 0, at: BEGIN, rollout: null }; // prettier-ignore
    await store.inTransaction((tx) => tx.insertInto("observations").values(["a", "b"].map((id) => ({ ...old, id, unit: null, latencyMs: null, costUsd: null, inputTokens: null, outputTokens: null, safe: null, breach: null }))).execute()); // prettier-ignore
    expect((await run("prune", "--older-than", "1h")).code, "an hour is a slip of the pen").toBe(2);
    expect((await json("prune", "--older-than", "1d", "--dry-run"))["tables"]).toEqual([["observations", 2], ...COUNTS.map((name) => [name, 0])].map(([name, rows]) => ({ name, rows }))); // prettier-ignore
    expect((await run("prune", "--older-than", "1d")).stdout).toContain("deleted 2 observations, 0 units");
    expect(await store.value("SELECT COUNT(*) FROM observations")).toBe(600);
    await store.inTransaction((tx) =>
      tx
        .updateTable("rollouts")
        .set({ endedAt: minutesLater(600) })
        .execute(),
    );
    expect((await run("prune", "--older-than", "1d")).stdout).toContain("deleted 600 observations, 600 units");
    expect(await replayed(store)).toEqual([]);
  });
  test("prune takes who was served what with it, once the rollout has ended", async () => {
    const { json, store } = await inTheMiddle();
    const recorder = recorderFor(store);
    const { id } = await needRollout(store.db, place);
    const served = {
      target: "prompts/x",
      version: "v1",
      minute: minuteOf(BEGIN) + 600,
      n: 1,
      rollout: id,
      weight: 0.2,
    };
    const exposures = Array.from({ length: 4500 }, (_, i) => ({ ...served, unit: `s${i}`, exposure: `mine ${i}` }));
    await recorder.expose("production", { exposures, from: { source: "one", batch: 1 } }, new Date(minutesLater(601)));
    const part = (unit: string, at: string) => ({ target: "prompts/x", version: "v1", id: unit, unit, at, latencyMs: 9, rollout: id, weight: 0.2, user: unit, traceId: "T" }); // prettier-ignore
    await recorder.record("production", [part("s1", minutesLater(601))], new Date(minutesLater(602)));
    await recorder.record("production", [{ ...part("s2", minutesLater(601)), success: true, traceId: "U" }], new Date(minutesLater(602))); // prettier-ignore
    expect((await json("check"))["problems"]).toEqual([]);
    const rowsBy = (document: Record<string, any>) =>
      Object.fromEntries(document["tables"].map(({ name, rows }: { name: string; rows: number }) => [name, rows]));
    const kept = { exposures: 0, servedMinutes: 0, exposureTokens: 0, outcomeMinutes: 0, openOutcomes: 0 };
    expect(rowsBy(await json("prune", "--older-than", "1d")), "while it is open").toMatchObject(kept);
    await store.inTransaction((tx) =>
      tx
        .updateTable("rollouts")
        .set({ endedAt: minutesLater(700) })
        .execute(),
    );
    const would = rowsBy(await json("prune", "--older-than", "1d", "--dry-run"));
    expect(would).toMatchObject({ exposures: 4500, exposureTokens: 4500, openOutcomes: 1 });
    expect(would["outcomeMinutes"]).toBeGreaterThan(0);
    expect(rowsBy(await json("prune", "--older-than", "1d"))).toEqual(would);
    for (const table of [...COUNTS, "outcomeDetails", "outcomeNames"])
      expect(await store.value(`SELECT COUNT(*) FROM "${table}"`), table).toBe(0);
    await store.rows(`INSERT INTO "outcomeNames" VALUES ('production', 'prompts/x', 'trace/V', 'gone')`);
    expect((await json("check"))["problems"]).toEqual(["1 rows of outcomeNames are of outcomes that are not there"]);
    await store.rows(`DELETE FROM "outcomeNames"`);
    expect(await replayed(store)).toEqual([]);
    expect((await json("check"))["ok"]).not.toBe(false);
  });
  test.each([
    [["frobnicate"], "unknown action"],
    [["backup"], "to which file?"],
    [["copy"], "to which server?"],
    [["info", "x"], "takes no file"],
  ])("%j is refused with the way out", async (args, message) => {
    const { code, stderr } = await agentops(tempProject(), ["store", ...args]);
    expect([code, stderr]).toEqual([2, expect.stringMatching(new RegExp(`${message.replace("?", "\\?")}[^]*hint: `))]);
  });
});

describe.runIf(ENGINE === "sqlite")("agentops store backup", () => {
  test("copies a file while it is written to, refuses one that is there, and the copy decides the same", async () => {
    const { run, dir } = await inTheMiddle();
    const copy = join(dir, "backup.db");
    expect((await run("backup", "backup.db")).code).toBe(0);
    expect(await withStore(fileAddress(copy), replayed)).toEqual([]);
    const again = await run("backup", copy);
    expect([again.code, again.stderr]).toEqual([2, expect.stringContaining("is there already")]);
  });
});

describe.runIf(ENGINE === "postgres")("agentops store", () => {
  test("migrate alone makes a server's tables; everything else says that they are missing", async () => {
    const dir = tempProject();
    const env = { AGENTOPS_STORE: await newDatabase({ empty: true }) };
    const before = await agentops(dir, ["history", "x"], env);
    expect([before.code, before.stderr]).toEqual([
      2,
      expect.stringMatching(/has no tables of agentops[^]*agentops store migrate/),
    ]);
    expect((await agentops(dir, ["store", "migrate"], env)).stdout).toContain("has schema 12 now (it was 0)");
    expect((await agentops(dir, ["store", "migrate"], env)).stdout).toContain("has schema 12 already");
    const after = await agentops(dir, ["history", "x"], env);
    expect(after.stderr).toContain("was never released");
  });
  test("copy moves a file in the middle of a rollout: the same rows, verdicts and chain; the file takes no more writes", async () => {
    const { store, run, env, dir } = await inTheMiddle(fileAddress(join(tempProject(), "state.db")));
    const url = (await newDatabase()).replace("postgres@", "postgres:geheim@");
    expect((await run("copy", "--to", url)).code, "without --yes").toBe(2);
    const { code, stdout, stderr } = await run("copy", "--to", url, "--yes");
    expect([code, stderr.includes("geheim"), stdout.includes("geheim")]).toEqual([0, false, false]);
    expect(stdout).toMatch(/observations +600\n/);
    const server = await openTestStore({
      address: { ...store.address, engine: "postgres", location: url, file: null },
    });
    expect(await replayed(server)).toEqual([]);
    expect((await agentops(dir, ["store", "check"], { AGENTOPS_STORE: url })).code).toBe(0);
    expect(await server.rows(`SELECT seq, hash FROM "auditEvents" ORDER BY seq`)).toEqual(await store.rows("SELECT seq, hash FROM auditEvents ORDER BY seq")); // prettier-ignore
    const killed = await agentops(dir, ["kill", "x", "--reason", "r"], env);
    expect(killed.stdout, "the marker does it").toContain("was moved to postgres://postgres@");
    const status = await agentops(dir, ["status"], env);
    expect([status.code, status.stdout]).toEqual([5, expect.stringContaining("the store was moved to")]);
    // It goes on there, with numbers of its own.
    const rollout = await needRollout(server.db, place);
    const { turn } = await drive(server, rollout, { ...GOOD, perHour: 100 }, 100);
    expect(turn.rollout.seq).toBe(rollout.seq);
    expect(await server.value(`SELECT COUNT(*) FROM observations`)).toBeGreaterThan(600);
  });
  test("a copy that was interrupted is not in force, and goes on where it was", async () => {
    const { run, store, dir } = await inTheMiddle(fileAddress(join(tempProject(), "state.db")));
    const url = await newDatabase();
    await store.inTransaction((tx) => tx.insertInto("leases").values({ name: "prompts/x in production", holder: "me", expiresAt: "2999-01-01T00:00:00.000Z" }).execute()); // prettier-ignore
    const watched = await run("copy", "--to", url, "--yes");
    expect([watched.code, watched.stderr]).toEqual([5, expect.stringContaining("is watched by me")]);
    const early = await agentops(dir, ["history", "x"], { AGENTOPS_STORE: url });
    expect([early.code, early.stderr]).toEqual([
      2,
      expect.stringMatching(/is not in force: a copy of .* is under way/),
    ]);
    await store.inTransaction((tx) => tx.deleteFrom("leases").execute());
    const [first] = await store.rows("SELECT target, id, version, success FROM observations ORDER BY seq LIMIT 1");
    const line = { ...first, success: first?.["success"] === 0 } as Observation;
    const corrected = await recorderFor(store).record("production", [line], new Date("2100-01-01"));
    expect(corrected).toMatchObject({ recorded: 0, corrected: 1 });
    const done = await run("copy", "--to", url, "--yes");
    expect([done.code, done.stderr]).toEqual([0, expect.stringMatching(/observations: 0 rows/)]);
    await withStore(addressOf(url), async (server) => {
      const all = `SELECT seq, id, success, at, "knownAt" FROM observations ORDER BY seq`;
      expect(await server.rows(all)).toEqual(await store.rows(all));
    });
  });
  test("a copy that was cut when the file was marked and the server not yet in force goes on", async () => {
    const { run, env, dir, store } = await inTheMiddle(fileAddress(join(tempProject(), "state.db")));
    const url = await newDatabase();
    expect((await run("copy", "--to", url, "--yes")).code).toBe(0);
    const admin = new pg.Client({ connectionString: url });
    await admin.connect();
    await admin.query(`UPDATE agentops.revision SET value = 0, "movedTo" = 'a copy of it is under way'`);
    await admin.end();
    const neither = [await agentops(dir, ["history", "x"], env), await agentops(dir, ["history", "x"], { AGENTOPS_STORE: url })]; // prettier-ignore
    expect(neither.map(({ code, stderr }) => [code, /STORE_\w+/.exec(stderr)?.[0]])).toEqual([[2, "STORE_MOVED"], [2, "STORE_MOVED"]]); // prettier-ignore
    const status = await agentops(dir, ["status"], { AGENTOPS_STORE: url });
    expect(status.stdout).toContain("the store is not in force: a copy of it is under way");
    expect((await run("copy", "--to", url, "--yes")).code).toBe(0);
    expect((await agentops(dir, ["history", "x"], { AGENTOPS_STORE: url })).code).toBe(0);
    const again = await run("copy", "--to", url, "--yes");
    expect([again.code, again.stderr]).toEqual([2, expect.stringContaining("has this store already")]);
    await withStore(addressOf(url), async (server) => {
      expect(await server.value("SELECT value FROM revision")).toBe((await store.value("SELECT value FROM revision")) + 1); // prettier-ignore
    });
  });
  test("rows with any key that come between two turns of a copy are copied", async () => {
    const { run, store } = await inTheMiddle(fileAddress(join(tempProject(), "state.db")));
    const url = await newDatabase();
    const learnt = (id: string) => store.inTransaction((tx) => tx.insertInto("calibrations").values({ id, judgeKey: "k", suite: "s", scorer: "j", runId: null, verdict: "usable", labelsDigest: "d", result: "{}", actor: "ada", createdAt: BEGIN }).execute()); // prettier-ignore
    const watch = (expiresAt: string) => store.inTransaction((tx) => tx.insertInto("leases").values({ name: "prompts/x in production", holder: "me", expiresAt }).onConflict((oc) => oc.column("name").doUpdateSet({ expiresAt })).execute()); // prettier-ignore
    await learnt("m");
    await watch("2999-01-01T00:00:00.000Z");
    expect((await run("copy", "--to", url, "--yes")).code).toBe(5);
    await learnt("a");
    await watch("2000-01-01T00:00:00.000Z");
    const done = await run("copy", "--to", url, "--yes");
    expect([done.code, done.stderr]).toEqual([0, expect.stringContaining("calibrations: 2 rows")]);
  });
  test("who had the file open before it was moved is told, and nothing of theirs is lost", async () => {
    const { run, store, env } = await inTheMiddle(fileAddress(join(tempProject(), "state.db")));
    const ops = new AgentOps({ store: env.AGENTOPS_STORE, markers: env.AGENTOPS_MARKERS, env: "production" });
    onTestFinished(() => {
      ops.close();
    });
    const outcome = { target: "prompts/x", version: "v1", success: true };
    ops.observe(outcome);
    await expect.poll(() => ops.flush(), { timeout: 20_000 }).toBe(true);
    expect((await run("copy", "--to", await newDatabase(), "--yes")).code).toBe(0);
    ops.observe(outcome);
    expect(ops.flush()).toBe(false);
    expect(ops.stats()).toMatchObject({ queued: 1, recorded: 1, dropped: 0, lastProblem: expect.stringContaining("was moved to postgres://") }); // prettier-ignore
    const write = store.inTransaction((tx) => tx.insertInto("leases").values({ name: "n", holder: "me", expiresAt: BEGIN }).execute()); // prettier-ignore
    await expect(write).rejects.toThrow("the store was moved to postgres://");
  });
  test("copy refuses a server that has another store", async () => {
    const { run } = await inTheMiddle(fileAddress(join(tempProject(), "state.db")));
    const other = await inTheMiddle();
    const { code, stderr } = await run("copy", "--to", other.store.address.location, "--yes");
    expect([code, stderr]).toEqual([2, expect.stringContaining("has another store")]);
  });
  test("backup of a server is the server's own affair", async () => {
    const { run } = await inTheMiddle();
    const { code, stderr } = await run("backup", "x.db");
    expect([code, stderr]).toEqual([2, expect.stringContaining("pg_dump")]);
  });
  test("a server that asks for a password, and gets none, is no reason to wait", async () => {
    const asks = Buffer.concat([Buffer.from([82, 0, 0, 0, 23, 0, 0, 0, 10]), Buffer.from("SCRAM-SHA-256\0\0")]);
    const goesOn = Buffer.from([82, 0, 0, 0, 8, 0, 0, 0, 11]);
    const server = createServer((socket) => {
      socket.once("data", () => {
        socket.write(asks);
        socket.once("data", () => socket.write(goesOn));
      });
      socket.on("error", () => undefined);
    });
    await new Promise<void>((done) => void server.listen(0, "127.0.0.1", done));
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const url = `postgres://ada@127.0.0.1:${port}/agentops`;
    const run = await spawnAgentops(tempProject(), ["store", "info"], { AGENTOPS_STORE: url, PGPASSWORD: "", PGPASSFILE: "/nowhere" }); // prettier-ignore
    expect([run.exitCode, run.stderr]).toEqual([2, expect.stringContaining("asks for a password, and none is given [STORE_REFUSED]")]); // prettier-ignore
  });
  test("store: in the config names the server, AGENTOPS_STORE wins, and no output has the password", async () => {
    const { env } = await inTheMiddle();
    const dir = tempProject();
    writeFileSync(join(dir, "agentops.config.yaml"), `project: test\nstore: "${env.AGENTOPS_STORE.replace("postgres@", "postgres:geheim@")}"  # ours\n`); // prettier-ignore
    const shown = await agentops(dir, ["store", "info", "--json"]);
    expect(JSON.parse(shown.stdout)).toMatchObject({ engine: "postgres", url: expect.stringContaining("postgres://postgres@127") }); // prettier-ignore
    for (const args of [["status"], ["history", "nobody"], ["kill", "x", "--reason", "r"], ["store", "check"]]) {
      const { stdout, stderr } = await agentops(dir, args);
      expect(`${stdout}${stderr}`).not.toContain("geheim");
    }
    const other = join(dir, "other.db");
    expect((await agentops(dir, ["store", "info"], { AGENTOPS_STORE: other })).stdout).toContain(`${other}  (sqlite)`);
  });
});
