import { existsSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { AgentopsError } from "../../core/errors.ts";
import type { StoreAddress } from "../../state/address.ts";
import { backupFile } from "../../state/backup.ts";
import type { StoreBackup } from "./schema.ts";

/** Copies a store that is a file while others write to it. Throws USAGE for a server and for a file that is there, STORE_FAILED. */
export async function backupStore({ file: store, shown }: StoreAddress, file: string): Promise<StoreBackup> {
  if (store === null)
    throw new AgentopsError("USAGE", `${shown} is a server, which makes its own backups`, {
      hint: "pg_dump --schema=agentops --format=custom --file=FILE   with the same address",
    });
  if (!existsSync(store))
    throw new AgentopsError("FILE_NOT_FOUND", `there is no store ${shown}`, { hint: "-C DIR, or AGENTOPS_STORE" });
  if (existsSync(file)) throw new AgentopsError("USAGE", `${file} is there already`, { hint: "name another file" });
  if (!existsSync(dirname(file)))
    throw new AgentopsError("FILE_NOT_FOUND", `there is no folder ${dirname(file)}`, {
      hint: "make it, or name another",
    });
  await backupFile(store, file);
  return { schema: "agentops.store-backup/1", url: shown, file, bytes: statSync(file).size };
}
