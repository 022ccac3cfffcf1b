import type { StoreAddress } from "../../state/address.ts";
import { openBareToRead } from "../../state/bare.ts";
import { SCHEMA_VERSION } from "../../state/migrations/migrations.ts";
import { fileAddress } from "../../state/address.ts";
import { bytesOf, countRows, countShared, fileBytes, readIdentity, versionIn } from "./info.store.ts";
import type { StoreDocument } from "./schema.ts";

const WAIT_MS = 5000;

/** What is where, and how big; nothing is created, migrated or written. Throws STORE_FAILED, STORE_OLD, what reading throws. */
export async function storeInfo(address: StoreAddress, runsFile: string): Promise<StoreDocument> {
  const evals = await evalsIn(runsFile);
  const { engine, shown, markers } = address;
  const place = { schema: "agentops.store/1", engine, url: shown, markers, evals } as const;
  const nothing = { version: 0, pending: SCHEMA_VERSION, storeId: null, revision: null, bytes: null, moved: null };
  const open = await openBareToRead(address, WAIT_MS, Infinity);
  if (open === undefined) return { ...place, ...nothing, tables: [] };
  try {
    const version = await versionIn(open, address);
    if (version === 0) return { ...place, ...nothing, tables: [] };
    const identity = await readIdentity(open.db);
    return {
      ...place,
      version,
      pending: Math.max(0, SCHEMA_VERSION - version),
      storeId: identity?.storeId ?? null,
      revision: identity?.value ?? null,
      bytes: await bytesOf(open, address),
      tables: await countShared(open.db, version),
      moved: identity?.movedTo ?? null,
    };
  } finally {
    await open.close();
  }
}

async function evalsIn(file: string): Promise<StoreDocument["evals"]> {
  const open = await openBareToRead(fileAddress(file), WAIT_MS);
  if (open === undefined) return { file, runs: 0, trials: 0, bytes: 0 };
  try {
    const [runs, trials] = [await countRows(open.db, "runs"), await countRows(open.db, "trials")];
    return { file, runs, trials, bytes: fileBytes(file) };
  } finally {
    await open.close();
  }
}
