import type { Clock } from "../core/clock.ts";
import type { StoreAddress } from "./address.ts";
import type { StoreFacts } from "./store-facts.ts";

export type { ComparedClock, StoreFacts } from "./store-facts.ts";

/** Looks at a store, and waits for it about `waitMs` at most. Throws STORE_FAILED with the cause in words, STORE_NEWER, STORE_MOVED. */
export async function examineStore(
  address: StoreAddress,
  options: { waitMs: number; clock: Clock },
): Promise<StoreFacts> {
  if (address.file !== null) return (await import("./sqlite/examine.ts")).examineFile(address.file, options.waitMs);
  return (await import("./postgres/examine.ts")).examineServer(address, options);
}

/** A package that speaks to an engine. */
export interface Driver {
  name: string;
  /** What it brings along; null where that says nothing. Throws why it cannot be loaded. */
  load: () => Promise<string | null>;
}

/** Those that a store needs, and the file of runs that every machine has. */
export function driversFor({ file }: StoreAddress): Driver[] {
  const ofFiles = {
    name: "better-sqlite3",
    load: async () => `SQLite ${(await import("./sqlite/examine.ts")).engineVersion()}`,
  };
  const ofServers = {
    name: "pg",
    load: async () => {
      await (await import("./postgres/pool.ts")).loadPg();
      return null;
    },
  };
  return file === null ? [ofFiles, ofServers] : [ofFiles];
}
