import pg from "pg";
import { sql } from "kysely";
import { describe, expect, onTestFinished, test } from "vitest";
import { AgentopsError } from "../core/errors.ts";
import { ENGINE } from "../testing/engine.ts";
import { newStoreAddress, openTestStore } from "../testing/store.ts";
import { batchInto } from "./batch.ts";
import { OPERATORS } from "./locks.ts";
import { connect } from "./sqlite/connection.ts";
import type { Store, Tx } from "./store.ts";

const BY = {
  environment: "production",
  target: "all",
  actor: "ada",
  reason: "for a test",
  at: "2026-11-21T10:00:00.000Z",
};
const locks = { locks: [OPERATORS] };

async function lengthen(tx: Tx): Promise<number> {
  const { reason } = await tx.selectFrom("kills").select("reason").executeTakeFirstOrThrow();
  await tx
    .updateTable("kills")
    .set({ reason: `${reason}!` })
    .execute();
  return reason.length;
}

async function killed(store: Store, reason = "") {
  await store.inTransaction((tx) =>
    tx
      .insertInto("kills")
      .values({ ...BY, reason })
      .execute(),
  );
}

const reasons = async (store: Store) => (await store.db.selectFrom("kills").select("reason").execute()).map((row) => row.reason); // prettier-ignore

describe(`a transaction on ${ENGINE}`, () => {
  test.each([["under a lock", locks], ["without one", {}]])("decides on what it has read, %s: 40 at once, of two handles, lose nothing", async (_, options) => {
    const store = await openTestStore();
    const other = await openTestStore({ address: store.address });
    await killed(store);
    const seen = await Promise.all(Array.from({ length: options === locks ? 40 : 6 }, (_, i) => (i % 2 ? store : other).inTransaction(lengthen, options)));
    expect([...seen].sort((a, b) => a - b)).toEqual(Array.from(seen.keys()));
    expect(await reasons(store)).toEqual(["!".repeat(seen.length)]);
  }); // prettier-ignore
  test("that refuses has written nothing, and keeps its own error", async () => {
    const store = await openTestStore();
    await killed(store);
    const refused = store.inTransaction(async (tx) => {
      await lengthen(tx);
      throw new AgentopsError("POLICY_REFUSED", "no");
    }, locks);
    await expect(refused).rejects.toMatchObject({ code: "POLICY_REFUSED" });
    expect(await reasons(store)).toEqual([""]);
  });
  test("whose statement fails has written nothing, and the next one goes through", async () => {
    const store = await openTestStore();
    await killed(store);
    await expect(store.inTransaction((tx) => tx.insertInto("kills").values({ ...BY, target: null as never }).execute())).rejects.toThrow(/not.null/i); // prettier-ignore
    await store.inTransaction(lengthen);
    expect(await reasons(store)).toEqual(["!"]);
  });
  test("waits for another one no longer than it was told", async () => {
    const store = await openTestStore({ waitMs: 100 });
    const release = await hold(store.address.location);
    await expect(store.inTransaction(() => Promise.resolve(), locks)).rejects.toMatchObject({
      code: "STORE_FAILED",
      message: expect.stringMatching(/^nothing was changed: (another process holds .* \(waited 0\.1 s\)|somebody else holds it for too long)/), // prettier-ignore
    });
    await release();
    await store.inTransaction(() => Promise.resolve(), locks);
  });
  test("rows inserted in statements of any size are all there, and a repeat changes nothing", async () => {
    const store = await openTestStore();
    const columns = ["environment", "target", "id", "version", "success", "shadow", "at"] as const;
    const record = batchInto("observations", { columns, key: ["environment", "target", "id"], onConflict: "keep", numbered: "seq" }); // prettier-ignore
    const row = (id: number) => ["production", "prompts/x", `o${id}`, "v1", 1, 0, BY.at];
    const rows = Array.from({ length: 341 }, (_, i) => row(i));
    const seqs = await store.inTransaction((tx) => record(tx, rows));
    expect([new Set(seqs).size, seqs.includes(null)]).toEqual([341, false]);
    const again = await store.inTransaction((tx) => record(tx, [row(7), row(341), row(341)]));
    expect(again).toEqual([null, expect.any(Number), null]);
    expect(await store.value("SELECT COUNT(*) FROM observations")).toBe(342);
  });
  test("rows of a batch are added, replaced or refused as the shape says", async () => {
    const store = await openTestStore();
    const key = ["storeId"] as const;
    const shape = { columns: ["storeId", "value"] as const, key };
    const write = (onConflict: "add" | "replace" | "refuse", value: number) =>
      store.inTransaction((tx) => batchInto("revision", { ...shape, onConflict, sums: ["value"] })(tx, [["x", value]]));
    await write("add", 2);
    await write("add", 3);
    expect(await store.value(`SELECT value FROM revision WHERE "storeId" = 'x'`)).toBe(5);
    await write("replace", 7);
    expect(await store.value(`SELECT value FROM revision WHERE "storeId" = 'x'`)).toBe(7);
    await expect(write("refuse", 9)).rejects.toThrow(/unique/i);
  });
  test("texts sort by their bytes, whatever the locale of a database is", async () => {
    const store = await openTestStore();
    for (const target of ["b", "_", "é", "Z", "a", "z", "B"])
      await store.inTransaction((tx) =>
        tx
          .insertInto("kills")
          .values({ ...BY, target })
          .execute(),
      );
    const sorted = await store.db.selectFrom("kills").select("target").orderBy("target").execute();
    expect(sorted.map(({ target }) => target)).toEqual(["B", "Z", "_", "a", "b", "z", "é"]);
  });
  test("counts, sums and numbers of rows are numbers", async () => {
    const store = await openTestStore();
    await store.inTransaction((tx) => tx.insertInto("revision").values({ storeId: "x", value: 2 ** 53 - 1, movedTo: null }).execute()); // prettier-ignore
    const { n, most } = (await store.db.selectFrom("revision").select(({ fn }) => [fn.countAll<number>().as("n"), fn.max("value").as("most")]).executeTakeFirst())!; // prettier-ignore
    expect([n, most]).toEqual([2, 2 ** 53 - 1]);
  });
});

/** Holds a lock from outside; of a file the one that there is. */
async function hold(location: string, name = OPERATORS): Promise<() => Promise<void>> {
  if (ENGINE === "sqlite") {
    const sqlite = connect(location, { durability: "normal" });
    sqlite.exec("BEGIN IMMEDIATE");
    return () => Promise.resolve(void sqlite.close());
  }
  const client = new pg.Client({ connectionString: location });
  await client.connect();
  await client.query("SELECT pg_advisory_lock(hashtextextended($1, 0))", [name]);
  return () => client.end();
}

describe.runIf(ENGINE === "sqlite")("two handles of one process on a file", () => {
  test("while one is in a transaction the other waits without stopping the event loop", async () => {
    const store = await openTestStore();
    const other = await openTestStore({ address: store.address });
    await killed(store);
    let turns = 0;
    const timer = setInterval(() => (turns += 1), 1);
    await Promise.all([
      store.inTransaction(async (tx) => {
        await lengthen(tx);
        // Nothing of ours awaits anything but `tx`; this one holds the lock for others to wait.
        await new Promise((done) => setTimeout(done, 200));
      }),
      new Promise((done) => setTimeout(done, 20)).then(() => other.inTransaction(lengthen)),
    ]);
    clearInterval(timer);
    expect(await reasons(store)).toEqual(["!!"]);
    expect(turns).toBeGreaterThan(20);
  });
});

describe.runIf(ENGINE === "postgres")("a connection", () => {
  const cut = async (store: Store) => {
    const { location } = store.address;
    const admin = new pg.Client({ connectionString: location });
    await admin.connect();
    await admin.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"); // prettier-ignore
    await admin.end();
  };
  test("that is cut in the middle of a transaction leaves nothing of it, and the store goes on", async () => {
    const store = await openTestStore();
    await killed(store);
    const work = store.inTransaction(async (tx) => {
      await lengthen(tx);
      await cut(store);
      await lengthen(tx);
    }, locks);
    await expect(work).rejects.toMatchObject({ code: "STORE_FAILED", message: expect.stringMatching(/^nothing was changed: the (connection was lost|server was stopped)/) }); // prettier-ignore
    expect(await reasons(store)).toEqual([""]);
    await store.inTransaction(lengthen, locks);
    expect(await reasons(store)).toEqual(["!"]);
  });
  test("that was given one lock and not the next gives the first back", async () => {
    const store = await openTestStore({ waitMs: 200 });
    const other = await openTestStore({ address: store.address, waitMs: 200 });
    await killed(store);
    const free = await hold(store.address.location, "z");
    await expect(store.inTransaction(lengthen, { locks: [OPERATORS, "z"] })).rejects.toThrow(/holds it for too long/);
    await free();
    await other.inTransaction(lengthen, locks);
    expect(await reasons(store)).toEqual(["!"]);
  });
  test("whose query takes too long is given up, with its locks", async () => {
    const store = await openTestStore({ answerMs: 300 });
    await killed(store);
    const slow = store.inTransaction(async (tx) => {
      await lengthen(tx);
      await sql`SELECT pg_sleep(20)`.execute(tx);
    }, locks);
    await expect(slow).rejects.toThrow("nothing was changed: the server took too long over it");
    await store.inTransaction(lengthen, locks);
    expect(await reasons(store)).toEqual(["!"]);
  });
  test("whose server has gone silent is given up, and not used again", async () => {
    const store = await openTestStore({ answerMs: 300 });
    await killed(store);
    const silent = store.inTransaction(async (tx) => {
      const pid = await sql<{ pid: number }>`SELECT pg_backend_pid() AS pid`.execute(tx);
      process.kill(pid.rows[0]?.pid ?? 0, "SIGSTOP");
      onTestFinished(() => void process.kill(pid.rows[0]?.pid ?? 0, "SIGCONT"));
      await lengthen(tx);
    }, locks);
    await expect(silent).rejects.toThrow("nothing was changed: the server does not answer in time");
    expect(await reasons(store)).toEqual([""]);
  });
  test("whose server has gone silent at the commit says that nobody knows", async () => {
    const store = await openTestStore({ answerMs: 300 });
    await killed(store);
    await sql`CREATE FUNCTION late() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(20); RETURN NULL; END'`.execute(store.db); // prettier-ignore
    await sql`CREATE CONSTRAINT TRIGGER late AFTER UPDATE ON kills DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION late()`.execute(store.db); // prettier-ignore
    const silent = store.inTransaction(lengthen, locks);
    await expect(silent).rejects.toThrow("nobody knows whether it was done: the server does not answer in time");
  });
  test("that is cut while nobody uses it ends no process", async () => {
    const store = await openTestStore();
    await killed(store);
    await cut(store);
    await new Promise((done) => setTimeout(done, 50));
    await store.inTransaction(lengthen);
    expect(await reasons(store)).toEqual(["!"]);
  });
  test("to nobody is said in words, without the password", async () => {
    const { location } = await newStoreAddress();
    const nobody = location.replace(/postgres@[^/]*/, "ada:geheim@127.0.0.1:9");
    const { addressOf } = await import("./address.ts");
    const opened = openTestStore({ address: addressOf(nobody), waitMs: 500 });
    await expect(opened).rejects.toMatchObject({ code: "STORE_FAILED", message: expect.stringMatching(/^cannot use the store postgres:\/\/ada@127\.0\.0\.1:9\/t\w+: no server answers there/) }); // prettier-ignore
  });
});
