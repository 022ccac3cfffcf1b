import Database from "better-sqlite3";
import pg from "pg";
import { onTestFinished } from "vitest";
import type { Store } from "../../state/store.ts";

/** Somebody else who writes traces, and does not end: nobody else can until they are let go. */
export async function holdTraces({ address }: Store): Promise<{ letGo(): Promise<void> }> {
  if (address.engine === "sqlite") {
    const file = new Database(address.location);
    onTestFinished(() => void file.close());
    file.exec("BEGIN IMMEDIATE");
    return { letGo: () => Promise.resolve(void file.exec("COMMIT")) };
  }
  const client = new pg.Client({ connectionString: address.location });
  await client.connect();
  onTestFinished(() => client.end());
  await client.query("BEGIN; LOCK agentops.traces IN ACCESS EXCLUSIVE MODE");
  return { letGo: async () => void (await client.query("COMMIT")) };
}
