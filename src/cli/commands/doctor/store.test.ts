import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import Database from "better-sqlite3";
import { describe, expect, test } from "vitest";
import { systemClock } from "../../../core/clock.ts";
import { addressOf } from "../../../state/address.ts";
import { examineStore } from "../../../state/examine.ts";
import { ENGINE, newDatabase } from "../../../testing/engine.ts";
import { SQLITE_ONLY } from "../../../state/migrations/migrations.ts";
import { agentops, put, tempProject } from "../../../testing/project.ts";
import { diagnosed } from "./diagnosed.testing.ts";

/** Where nobody listens, with a password that nobody may see. */
const NO_SERVER = "postgres://ada:geheim99@127.0.0.1:1/agentops";
const onServer = test.skipIf(ENGINE === "sqlite");
const onFile = test.skipIf(ENGINE === "postgres");

describe("a store in a file", () => {
  onFile("is not made where there is none", async () => {
    const dir = tempProject();
    const { store, markers, clock } = await diagnosed(dir);
    expect(store).toMatchObject({
      state: "ok",
      found: expect.stringMatching(/^SQLite, .*state\.db is not there yet$/),
    });
    expect(markers?.state).toBe("ok");
    expect(clock?.found).toBe("the same machine");
    expect(existsSync(join(dir, ".agentops"))).toBe(false);
  });

  onFile("is not migrated", async () => {
    const dir = tempProject();
    const file = join(dir, "old.db");
    const old = new Database(file);
    old.exec(`${SQLITE_ONLY[0]}; PRAGMA user_version = 1`);
    old.close();
    const before = readFileSync(file);
    const { store } = await diagnosed(dir, { AGENTOPS_STORE: file });
    expect(store).toMatchObject({
      state: "ok",
      found: expect.stringContaining("pending migrations, made by the next"),
    });
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  onFile("that is newer, moved or damaged is a problem", async () => {
    const dir = tempProject();
    await agentops(dir, ["kill", "agents/x", "--reason", "drill"]);
    const file = join(dir, ".agentops", "state.db");
    const change = (sql: string) => {
      const sqlite = new Database(file);
      sqlite.exec(sql);
      sqlite.close();
    };
    const found = await diagnosed(dir);
    expect(found["store"]).toMatchObject({ state: "ok", found: expect.stringMatching(/, schema \d+$/) });
    expect(found["markers"]?.found).toMatch(/state\.db\.kills, writable$/);
    change("UPDATE revision SET movedTo = 'postgres://ada@db/agentops'");
    const moved = (await diagnosed(dir))["store"];
    expect(moved).toMatchObject({
      state: "problem",
      found: expect.stringMatching(/was moved to postgres:\/\/ada@db\/agentops$/),
    });
    change("PRAGMA user_version = 99");
    expect((await diagnosed(dir))["store"]).toMatchObject({
      state: "problem",
      hint: expect.stringContaining("use that release here"),
    });
    put(dir, "junk.db", "this is not a database".repeat(100));
    const junk = (await diagnosed(dir, { AGENTOPS_STORE: join(dir, "junk.db") }))["store"];
    expect(junk).toMatchObject({ state: "problem", found: expect.stringContaining("the store's file is damaged") });
  });
});

describe("a store on a server", () => {
  test("that is not there is a problem in words, without the password", async () => {
    const dir = tempProject({ "agentops.config.yaml": `project: x\nstore: ${NO_SERVER}\n` });
    const { store, clock, markers, drivers } = await diagnosed(dir);
    expect(store).toMatchObject({
      state: "problem",
      found: "cannot use the store postgres://ada@127.0.0.1:1/agentops: no server answers there [ECONNREFUSED]",
    });
    expect(clock).toMatchObject({ state: "warning", found: "not checked: the store cannot be used" });
    expect([markers?.state, drivers?.state]).toEqual(["ok", "ok"]);
    for (const args of [["doctor"], ["doctor", "--json"], ["doctor", "--debug"]]) {
      const { stdout, stderr } = await agentops(dir, args, { PGPASSWORD: "geheim99", AGENTOPS_ACTOR: "geheim99" });
      expect(stdout + stderr).not.toContain("geheim99");
    }
  });

  test("has markers in the project, in the folder that is named, or none", async () => {
    const dir = tempProject();
    const env = { AGENTOPS_STORE: NO_SERVER };
    const markers = async (cwd: string, more: NodeJS.ProcessEnv = {}) =>
      (await diagnosed(cwd, { ...env, ...more }))["markers"];
    expect(await markers("/")).toMatchObject({ state: "warning", hint: expect.stringContaining("AGENTOPS_MARKERS") });
    mkdirSync(join(dir, "kills"));
    expect(await markers("/", { AGENTOPS_MARKERS: join(dir, "kills") })).toMatchObject({ state: "ok" });
    put(dir, "file", "");
    for (const folder of ["file", "file/kills"])
      expect(await markers(dir, { AGENTOPS_MARKERS: folder })).toMatchObject({
        state: "problem",
        found: expect.stringContaining("cannot be written [ENOTDIR]"),
      });
  });

  onServer("says its version, its schema, and that the clocks agree", async () => {
    const { store, clock } = await diagnosed(tempProject(), { AGENTOPS_STORE: await newDatabase() });
    expect(store).toMatchObject({
      state: "ok",
      found: expect.stringMatching(/^PostgreSQL \d+\.\d+, postgres:.*, schema \d+$/),
    });
    expect(clock).toMatchObject({
      state: "ok",
      found: expect.stringMatching(/^this machine is \d+ ms .* the database \(± \d+ ms\)$/),
    });
  });

  onServer("without tables has pending migrations, and gets none", async () => {
    const env = { AGENTOPS_STORE: `${process.env["AGENTOPS_TEST_SERVER"]}/postgres` };
    for (let i = 0; i < 2; i += 1) {
      const { store, clock } = await diagnosed(tempProject(), env);
      expect(store).toMatchObject({
        state: "problem",
        found: expect.stringMatching(/no tables of agentops, \d+ pending migrations$/),
        hint: "agentops store migrate",
      });
      expect(clock?.state).toBe("ok");
    }
  });

  onServer("knows by how much this machine's clock is off", async () => {
    const clock = { ...systemClock, now: () => new Date(Date.now() + 300_000) };
    const facts = await examineStore(addressOf(await newDatabase()), { waitMs: 2000, clock });
    const { aheadMs, roundTripMs } = facts.clock!;
    expect(Math.abs(aheadMs - 300_000)).toBeLessThan(roundTripMs / 2 + 5);
  });

  onServer("that takes a connection and says nothing is given up", async () => {
    const silent = createServer();
    await new Promise<void>((ready) => void silent.listen(0, "127.0.0.1", ready));
    const { port } = silent.address() as { port: number };
    try {
      const { store } = await diagnosed(tempProject(), { AGENTOPS_STORE: `postgres://ada@127.0.0.1:${port}/db` });
      expect(store).toMatchObject({
        state: "problem",
        found: expect.stringContaining("the server does not answer in time"),
      });
    } finally {
      silent.close();
    }
  });
});
