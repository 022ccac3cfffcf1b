import pg from "pg";
import { addressOf } from "../state/address.ts";
import { migrateServer } from "../state/postgres/migrate.ts";
import { connectServer } from "../state/postgres/store.ts";
import { postgresFolder, startServer } from "./postgres.ts";

/** Vitest's global setup of the project `postgres`: a server for all of its files, and the database that theirs are copies of. */
export default async function setup(): Promise<(() => Promise<void>) | undefined> {
  if (postgresFolder() === undefined) return undefined;
  const server = await startServer();
  process.env["AGENTOPS_TEST_SERVER"] = server.url;
  await makeTemplate(server.url);
  return () => server.stop();
}

async function makeTemplate(url: string): Promise<void> {
  const admin = new pg.Client({ connectionString: `${url}/postgres` });
  await admin.connect();
  await admin.query("CREATE DATABASE template_agentops");
  await admin.end();
  const store = await connectServer(addressOf(`${url}/template_agentops`), { waitMs: 5000 });
  await migrateServer(store.db);
  // A database with a connection cannot be copied.
  await store.close();
}
