import Database from "better-sqlite3";
import pg from "pg";
import { onTestFinished } from "vitest";
import type { Store } from "../../state/store.ts";

/** Somebody else who writes traces, and does not end: nobody else can until they are let go. */
export async function holdTraces({ address }: Store): Promise<{ letGo(): Promise<void> }> {
  const run = address.engine === "sqlite" ? fileRunner(address.location) : await serverRunner(address.location);
  await run(address.engine === "sqlite" ? "BEGIN IMMEDIATE" : "BEGIN; LOCK agentops.traces IN ACCESS EXCLUSIVE MODE");
  return { letGo: () => run("COMMIT") };
}

type Run = (sql: string) => Promise<void>;

function fileRunner(location: string): Run {
  const file = new Database(location);
  onTestFinished(() => void file.close());
  return (sql) => {
    file.exec(sql);
    return Promise.resolve();
  };
}

async function serverRunner(connectionString: string): Promise<Run> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  onTestFinished(() => client.end());
  return async (sql) => {
    await client.query(sql);
  };
}
