import { join } from "node:path";

/** Where a project keeps its state. */
export function storeFile(root: string, env: NodeJS.ProcessEnv): string {
  const given = env["AGENTOPS_STORE"];
  // SQLite takes an empty name for a database that is gone when it is closed.
  return given === undefined || given === "" ? join(root, ".agentops", "state.db") : given;
}

/** Beside the store: the folder of marker files that kill without it. */
export function markerFolder(store: string): string {
  return `${store}.kills`;
}
