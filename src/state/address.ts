import { join, resolve } from "node:path";

export const ENGINES = ["sqlite", "postgres"] as const;

/** Where a store is. */
export interface StoreAddress {
  engine: (typeof ENGINES)[number];
  /** The file, absolute; or the server's address, with a password if it has one: never shown. */
  location: string;
  /** The file; null for a server. */
  file: string | null;
  /** As a person may see it. */
  shown: string;
  /** The folder of marker files that kill without it; null where there is none. */
  markers: string | null;
}

export interface StoreSetting {
  /** The project's folder, and whether there is a project at all. */
  root: string;
  found: boolean;
  env: NodeJS.ProcessEnv;
  /** `store:` of the project's config. */
  configured: string | undefined;
  /** What a relative AGENTOPS_STORE starts from. */
  cwd: string;
}

/** Where a project keeps what its operators and production share: AGENTOPS_STORE, else the config's `store:`, else a file. */
export function storeAddress({ root, found, env, configured, cwd }: StoreSetting): StoreAddress {
  const given = valueOf(env["AGENTOPS_STORE"]);
  const named = given ?? valueOf(configured);
  if (named !== undefined && isServer(named)) {
    const folder = valueOf(env["AGENTOPS_MARKERS"]) ?? (found ? markerFolder(projectFile(root)) : undefined);
    return addressOf(named, folder === undefined ? null : resolve(cwd, folder));
  }
  return fileAddress(named === undefined ? projectFile(root) : resolve(given === undefined ? root : cwd, named));
}

/** A store that is one file. */
export function fileAddress(file: string): StoreAddress {
  return { engine: "sqlite", location: file, file, shown: file, markers: markerFolder(file) };
}

/** The address that a text means, without a project: a server's, or a file's. */
export function addressOf(text: string, markers: string | null = null): StoreAddress {
  if (!isServer(text)) return fileAddress(text);
  return { engine: "postgres", location: text, file: null, shown: withoutPassword(text), markers };
}

/** The file where a project's runs are: its store's, or its own where the store is a server. */
export function runsFile(setting: StoreSetting): string {
  return storeAddress(setting).file ?? projectFile(setting.root);
}

/** Beside the store: the folder of marker files that kill without it. */
export function markerFolder(file: string): string {
  return `${file}.kills`;
}

/** Why a store takes no writes, of its `movedTo`: of a server it says what is under way. */
export function notInForce({ file }: Pick<StoreAddress, "file">, movedTo: string): string {
  return file === null ? `is not in force: ${movedTo}` : `was moved to ${movedTo}`;
}

function projectFile(root: string): string {
  return join(root, ".agentops", "state.db");
}

function isServer(text: string): boolean {
  return /^postgres(ql)?:\/\//i.test(text);
}

/** SQLite takes an empty name for a database that is gone when it is closed. */
function valueOf(text: string | undefined): string | undefined {
  return text === undefined || text === "" ? undefined : text;
}

/** Of `postgres://user:password@host/db?password=…` all but the passwords; what is no address at all is not repeated. */
function withoutPassword(address: string): string {
  if (!URL.canParse(address)) return `${address.slice(0, address.indexOf(":"))}://…`;
  const url = new URL(address);
  url.password = "";
  for (const key of [...url.searchParams.keys()]) if (/pass|secret|key/i.test(key)) url.searchParams.delete(key);
  return url.href;
}
