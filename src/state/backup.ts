import { rmSync } from "node:fs";
import { AgentopsError } from "../core/errors.ts";
import { connectToRead } from "./sqlite/connection.ts";
import { storeCodeOf, whyNot } from "./why-not.ts";

const WAIT_MS = 10_000;

/** SQLite's online backup: a copy of one moment, whoever writes meanwhile; whole or not at all. */
export async function backupFile(store: string, file: string): Promise<void> {
  const sqlite = connectToRead(store, WAIT_MS);
  try {
    await sqlite.backup(file);
  } catch (error) {
    rmSync(file, { force: true });
    throw new AgentopsError(storeCodeOf(error), `cannot copy ${store} to ${file}: ${whyNot(error)}`, { cause: error });
  } finally {
    sqlite.close();
  }
}
