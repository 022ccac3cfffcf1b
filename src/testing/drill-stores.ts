import { join } from "node:path";
import pg from "pg";
import { addressOf, fileAddress, type StoreAddress } from "../state/address.ts";
import { migrateStore } from "../state/migrate.ts";
import { postgresFolder, type Server, startServer } from "./postgres.ts";
import { tempProject } from "./project.ts";

/** Where a drill of processes runs: on a file, and on a server that writes through to its disk. */
export interface DrillStores {
  engines: { engine: string; newStore: () => Promise<StoreAddress> }[];
  end: () => Promise<void> | undefined;
}

/** A file that is not there yet, and a database of a server of its own, with the markers of one machine. */
export function drillStores(database: string): DrillStores {
  let server: Server | undefined;
  const onServer = async () => {
    server ??= await startServer({ durable: true });
    const admin = new pg.Client({ connectionString: `${server.url}/postgres` });
    await admin.connect();
    await admin.query(`CREATE DATABASE ${database}`);
    await admin.end();
    const address = addressOf(`${server.url}/${database}`, join(tempProject(), ".agentops", "state.db.kills"));
    await migrateStore(address, () => Promise.resolve(0));
    return address;
  };
  const onFile = () => Promise.resolve(fileAddress(join(tempProject(), ".agentops", "state.db")));
  const engines = [{ engine: "a file", newStore: onFile }, ...(postgresFolder() === undefined ? [] : [{ engine: "a server", newStore: onServer }])]; // prettier-ignore
  return { engines, end: () => server?.stop() };
}
