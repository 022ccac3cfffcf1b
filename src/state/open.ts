import { Kysely } from "kysely";
import type { StoreAddress } from "./address.ts";
import { fileDialect } from "./sqlite/dialect.ts";
import { kindOf } from "./sqlite/errors.ts";
import { openFile } from "./sqlite/store.ts";
import type { Store, StoreOptions, Tx } from "./store.ts";
import type { Database } from "./tables.ts";
import { inTransaction } from "./transaction.ts";
import { storeCodeOf, whyNot } from "./why-not.ts";

/** Opens the store, and creates or migrates a file; throws STORE_FAILED with the place and the cause, STORE_NEWER, STORE_OLD, STORE_MOVED. */
export async function openStore(address: StoreAddress, options: StoreOptions): Promise<Store> {
  if (address.engine === "sqlite") return fileStore(address, options);
  const { openServer } = await import("./postgres/store.ts");
  return openServer(address, options);
}

/** A server's store that need not be in force: for whoever makes it so, however long a query takes. */
export async function connectStore(address: StoreAddress, waitMs: number): Promise<Store> {
  const { connectServer } = await import("./postgres/store.ts");
  return connectServer(address, { waitMs, answerMs: Infinity });
}

function fileStore(address: StoreAddress, options: StoreOptions): Store {
  const connection = openFile(address.location, options);
  const db = new Kysely<Database>({ dialect: fileDialect(connection) });
  const engine = {
    begin: <T>(work: (tx: Tx) => Promise<T>) => db.transaction().execute(work),
    kindOf,
    why: (error: unknown) => whyNot(error, options.waitMs),
    codeOf: storeCodeOf,
  };
  return {
    address,
    db,
    inTransaction: (work, given) => inTransaction(engine, work, given),
    async close() {
      await db.destroy();
      // Kysely closes only what it has used.
      await connection.close();
    },
  };
}
