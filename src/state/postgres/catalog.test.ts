import { describe, expect, test } from "vitest";
import { ENGINE } from "../../testing/engine.ts";
import { newStoreFile, openTestStore } from "../../testing/store.ts";
import { fileAddress } from "../address.ts";
import { migrateServer } from "./migrate.ts";

interface Column {
  table: string;
  column: string;
  type: string;
  required: boolean;
  /** Its place in the primary key; 0 where it is none of it. */
  key: number;
}

const TYPES: Record<string, string> = { bigint: "INTEGER", text: "TEXT", "double precision": "REAL", bytea: "BLOB" };
/** Runs are elsewhere; and observations are too many to be asked one by one. */
const ACROSS = ["calibrations.runId → runs.id", "observations.rollout → rollouts.seq"];

const inFile = `SELECT m.name AS "table", c.name AS "column", c.type, c."notnull" = 1 OR c.pk > 0 AS required, c.pk AS key
  FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%'`;
const onServer = `SELECT t.relname AS "table", a.attname AS "column", format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull AS required,
  COALESCE(array_position(i.indkey::int2[], a.attnum) + 1, 0) AS key
  FROM pg_class t JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
  LEFT JOIN pg_index i ON i.indrelid = t.oid AND i.indisprimary
  WHERE t.relkind = 'r' AND t.relnamespace = 'agentops'::regnamespace`;

const keysInFile = `SELECT m.name || '.' || f."from" || ' → ' || f."table" || '.' || COALESCE(f."to", '') AS key
  FROM sqlite_master m JOIN pragma_foreign_key_list(m.name) f WHERE m.type = 'table'`;
const keysOnServer = `SELECT c.conrelid::regclass::text || '.' || a.attname || ' → ' || c.confrelid::regclass::text || '.' || b.attname AS key
  FROM pg_constraint c, unnest(c.conkey, c.confkey) AS k (own, other)
  JOIN pg_attribute a ON TRUE JOIN pg_attribute b ON TRUE
  WHERE c.contype = 'f' AND a.attrelid = c.conrelid AND a.attnum = k.own AND b.attrelid = c.confrelid AND b.attnum = k.other`;

const uniqueInFile = `SELECT m.name || ' (' || (SELECT group_concat(x.name, ', ') FROM pragma_index_info(i.name) x) || ')' || CASE WHEN i."unique" THEN '' ELSE ' not unique' END || CASE WHEN i.partial THEN ' partial' ELSE '' END AS key
  FROM sqlite_master m JOIN pragma_index_list(m.name) i WHERE m.type = 'table' AND i.origin <> 'pk'`;
const uniqueOnServer = `SELECT t.relname || ' (' || (SELECT string_agg(a.attname, ', ' ORDER BY k.n) FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS k (attnum, n) JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.attnum) || ')' || CASE WHEN i.indisunique THEN '' ELSE ' not unique' END || CASE WHEN i.indpred IS NULL THEN '' ELSE ' partial' END AS key
  FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid WHERE t.relnamespace = 'agentops'::regnamespace AND NOT i.indisprimary`;

const byName = (a: Column, b: Column) => (`${a.table}.${a.column}` < `${b.table}.${b.column}` ? -1 : 1);

describe.runIf(ENGINE === "postgres")("a server's tables and a file's", () => {
  test("have the same columns, types, needs and primary keys", async () => {
    const [file, server] = [await openTestStore({ address: fileAddress(newStoreFile()) }), await openTestStore()];
    const columns = (rows: unknown[]) =>
      (rows as Column[])
        .map((c) => ({ ...c, type: TYPES[c.type] ?? c.type, required: [true, 1].includes(c.required as never) }))
        .sort(byName);
    const expected = columns(await file.rows(inFile));
    expect(columns(await server.rows(onServer))).toEqual(expected);
    expect(expected.length).toBeGreaterThan(150);
  });
  test("have the same foreign keys, but for those between shared rows and local ones, and the same indexes", async () => {
    const [file, server] = [await openTestStore({ address: fileAddress(newStoreFile()) }), await openTestStore()];
    const plain = (keys: string[]) => keys.map((key) => key.replaceAll('"', "")).sort();
    const own = plain((await file.column(keysInFile)) as string[]).filter((key) => !ACROSS.includes(key));
    expect(plain((await server.column(keysOnServer)) as string[])).toEqual(own);
    expect(own).toContain("transitions.rollout → rollouts.seq");
    expect(plain((await server.column(uniqueOnServer)) as string[])).toEqual(plain((await file.column(uniqueInFile)) as string[])); // prettier-ignore
  });
  test("are made once, whoever else makes them at the moment, and texts sort by bytes", async () => {
    const server = await openTestStore();
    expect(await Promise.all([migrateServer(server.db), migrateServer(server.db)])).toEqual([0, 0]);
    expect(await server.column(`SELECT a.attname FROM pg_attribute a JOIN pg_class t ON t.oid = a.attrelid AND t.relkind = 'r' JOIN pg_collation c ON c.oid = a.attcollation WHERE t.relnamespace = 'agentops'::regnamespace AND c.collname <> 'C'`)).toEqual([]); // prettier-ignore
  });
});
