import Database from "better-sqlite3";
import pg from "pg";
import { onTestFinished } from "vitest";
import type { Place } from "../core/refs.ts";
import { lockOf } from "../state/locks.ts";
import type { Store } from "../state/store.ts";

/** Somebody else on the same store. */
export interface LockHolder {
  /** Begins a transaction that a change of the place has to wait for, and so does whoever wants to give a lease back. */
  hold(): Promise<void>;
  letGo(): Promise<void>;
}

/** A connection of its own, until the test ends. */
export async function lockHolder({ address }: Store, place: Place): Promise<LockHolder> {
  if (address.engine === "sqlite") return fileHolder(address.location);
  const client = new pg.Client({ connectionString: address.location });
  await client.connect();
  onTestFinished(() => client.end());
  const run = async (sql: string) => {
    await client.query(sql);
  };
  return {
    hold: () =>
      run(`BEGIN; SELECT pg_advisory_xact_lock(hashtextextended('${lockOf(place)}', 0)); LOCK agentops.leases`),
    letGo: () => run("COMMIT"),
  };
}

function fileHolder(file: string): LockHolder {
  const sqlite = new Database(file);
  onTestFinished(() => void sqlite.close());
  const run = (sql: string) => {
    sqlite.exec(sql);
    return Promise.resolve();
  };
  return { hold: () => run("BEGIN IMMEDIATE"), letGo: () => run("COMMIT") };
}
