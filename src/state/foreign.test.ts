import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import SqliteFile from "better-sqlite3";
import { describe, expect, test } from "vitest";
import { agentops, tempProject } from "../testing/project.ts";
import { connect } from "./sqlite/connection.ts";
import { SQLITE_ONLY } from "./migrations/migrations.ts";
import { migrate } from "./sqlite/migrate.ts";
import { wayOut } from "./why-not.ts";

const NORMAL = { durability: "normal" } as const;

function made(sql: string): string {
  const file = join(tempProject({ "agentops.config.yaml": "project: drill\nenvironments: [production]\n" }), "some.db");
  const sqlite = new SqliteFile(file);
  sqlite.exec(sql);
  sqlite.close();
  return file;
}

describe("a database of another program", () => {
  const CUSTOMERS = "CREATE TABLE customers (x)";
  const CASES: [string, string, string][] = [
    ["with one table", CUSTOMERS, "it has the tables customers"],
    ["with a version of its own", `${CUSTOMERS}; PRAGMA user_version = 3`, "it has the tables customers"],
    ["with a version as of a newer release", `${CUSTOMERS}; PRAGMA user_version = 99`, "it has the tables customers"],
    ["with tables of our names", "CREATE TABLE runs (id); CREATE TABLE trials (id)", "it has the tables runs, trials"],
    ["with all our names", "CREATE TABLE runs (id); CREATE TABLE trials (id); CREATE TABLE cases (id); CREATE TABLE datasets (id)", "it has the tables runs, trials, cases, datasets"], // prettier-ignore
    ["with migrations of its own", "CREATE TABLE migrations (id, name)", "it has the tables migrations"],
    ["without tables", "PRAGMA user_version = 3", "it is empty, and marked as another program's"],
  ];
  test.each(CASES)("%s is refused by what writes and what reads, and stays as it is", async (_, sql, why) => {
    const file = made(sql);
    const dir = join(file, "..");
    const before = [readFileSync(file), readdirSync(dir)];
    expect(() => connect(file, NORMAL)).toThrow(expect.objectContaining({ code: "STORE_REFUSED", message: `${file} is not a store of agentops (${why})` })); // prettier-ignore
    // Of a store that cannot be read, whatever the cause, status says 4: not certain.
    for (const [args, exit] of [
      [["status"], 4],
      [["store", "info"], 2],
      [["store", "migrate"], 2],
      [["runs"], 2],
      [["history", "x"], 2],
      [["doctor"], 2],
    ] as const) {
      // prettier-ignore
      const { code, stdout, stderr } = await agentops(dir, [...args], { AGENTOPS_STORE: file });
      expect([args, code]).toEqual([args, exit]);
      expect(stdout + stderr).toContain("is not a store of agentops");
    }
    expect([readFileSync(file), readdirSync(dir)]).toEqual(before);
  });

  test("keeps nobody from killing: by a marker beside it", async () => {
    const file = made(CUSTOMERS);
    const before = readFileSync(file);
    const { stdout, stderr } = await agentops(join(file, ".."), ["kill", "triage", "--reason", "drill"], {
      AGENTOPS_STORE: file,
    });
    expect(stdout + stderr).toContain("is not a store of agentops");
    expect(readdirSync(`${file}.kills`).length).toBeGreaterThan(0);
    const revived = await agentops(join(file, ".."), ["revive", "triage", "--reason", "drill"], { AGENTOPS_STORE: file }); // prettier-ignore
    expect([revived.code, revived.stderr]).toEqual([2, expect.stringContaining("name a file of its own")]);
    expect(revived.stderr).not.toContain("move it away");
    expect(readFileSync(file)).toEqual(before);
  });
});

test.each([1, 2, 3, 4])("a store that had the first %i migrations is opened and brought up to date", (n) => {
  const file = made(`${SQLITE_ONLY.slice(0, n).join(";")}; PRAGMA user_version = ${n}`);
  const sqlite = connect(file, NORMAL);
  expect(sqlite.prepare("SELECT MAX(number) FROM migrations").pluck().get()).toBe(12);
  sqlite.close();
});

test("a file of 0 bytes becomes a store", () => {
  const file = made("");
  writeFileSync(file, "");
  connect(file, NORMAL).close();
  expect(existsSync(`${file}.kills`)).toBe(true);
});

test("a new store is made whole or not at all, as where the disk is full halfway", () => {
  const sqlite = new SqliteFile(join(tempProject({}), "state.db"));
  sqlite.pragma("max_page_count = 20");
  expect(() => migrate(sqlite)).toThrow(/full/);
  expect(sqlite.prepare("SELECT COUNT(*) FROM sqlite_master").pluck().get()).toBe(0);
  expect(sqlite.pragma("user_version", { simple: true })).toBe(0);
  sqlite.close();
});

test("a folder in the store's place is called one, by what writes too", async () => {
  const dir = tempProject({ "agentops.config.yaml": "project: drill\n" });
  mkdirSync(join(dir, "place"));
  expect(() => connect(join(dir, "place"), NORMAL)).toThrow(
    expect.objectContaining({ code: "STORE_REFUSED", message: `the store ${join(dir, "place")} is a folder`, hint: expect.stringContaining("name a file in it") }), // prettier-ignore
  );
  const { code, stdout, stderr } = await agentops(dir, ["status"], { AGENTOPS_STORE: "place" });
  expect([code, stdout + stderr]).toEqual([4, expect.stringContaining("is a folder")]);
});

test("a full disk needs room, and no backup", () => {
  for (const code of ["SQLITE_FULL", "ENOSPC"]) {
    const hint = wayOut(Object.assign(new Error("database or disk is full"), { code }), "repeat");
    expect(hint).toMatch(/^make room on the disk/);
    expect(hint).not.toContain("backup");
  }
  expect(wayOut(Object.assign(new Error("malformed"), { code: "SQLITE_CORRUPT" }))).toContain("bring back a backup");
});
