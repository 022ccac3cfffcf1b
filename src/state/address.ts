import { join, resolve } from "node:path";
import { AgentopsError } from "../core/errors.ts";

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

/** Where a project keeps what its operators and production share: AGENTOPS_STORE, else the config's `store:`, else a file. Throws USAGE. */
export function storeAddress({ root, found, env, configured, cwd }: StoreSetting): StoreAddress {
  const given = valueOf(env["AGENTOPS_STORE"]);
  const named = given ?? valueOf(configured);
  if (named !== undefined && isServer(named)) {
    const folder = valueOf(env["AGENTOPS_MARKERS"]) ?? (found ? markerFolder(projectFile(root)) : undefined);
    return addressOf(named, folder === undefined ? null : resolve(cwd, folder));
  }
  if (named !== undefined) refuseMistyped(named);
  return fileAddress(named === undefined ? projectFile(root) : resolve(given === undefined ? root : cwd, named));
}

/** A store that is one file. */
export function fileAddress(file: string): StoreAddress {
  return { engine: "sqlite", location: file, file, shown: file, markers: markerFolder(file) };
}

/** The address that a text means, without a project: a server's, or a file's. Throws USAGE. */
export function addressOf(text: string, markers: string | null = null): StoreAddress {
  if (!isServer(text)) {
    refuseMistyped(text);
    return fileAddress(text);
  }
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

/** A mistyped address must not become a file of that name: nobody reads it, and its name has the password. A drive has one letter. */
function refuseMistyped(text: string): void {
  refuseKeywords(text);
  const [scheme] = /^[a-z][a-z0-9+.-]+:/i.exec(text) ?? [];
  if (scheme === undefined && !/:[^/]*@|^postgres(ql)?\/\//i.test(text)) return;
  throw new AgentopsError(
    "USAGE",
    `${scheme === undefined ? "what is given" : `${scheme}…`} is no address of a store`,
    {
      hint: "postgres://USER@HOST:PORT/DATABASE, or a file by its path alone (./a:b.db where it has a colon)",
    },
  );
}

/** What libpq takes instead of an address: `host=db password=… user=ops`. A path may have such a name behind a slash. */
function refuseKeywords(text: string): void {
  const first = /^\s*(host|hostaddr|port|dbname|user|password|passfile|service|options|application_name|connect_timeout|target_session_attrs|ssl\w+)\s*=/i; // prettier-ignore
  if (!first.test(text) && !/^(?![./~]|[a-z]:).*\bpass(word|file)\s*=/is.test(text)) return;
  throw new AgentopsError("USAGE", "a connection string of keywords (host=… user=…) is no address of a store", {
    hint: "postgres://USER@HOST:PORT/DATABASE, with the password in PGPASSWORD or a service file; or a file by its path (./host=x.db where it has such a name)",
  });
}

/** SQLite takes an empty name for a database that is gone when it is closed. */
function valueOf(text: string | undefined): string | undefined {
  return text === undefined || text === "" ? undefined : text;
}

/** Parameters whose values are nobody's secret, and say which store it is. */
const OPEN_PARAMETERS =
  /^(sslmode|sslrootcert|sslcert|sslnegotiation|host|hostaddr|port|dbname|user|service|application_name|connect_timeout|target_session_attrs)$/;

/** Of `postgres://user:password@host/db?password=…` what is no secret for certain; what is no address at all is not repeated. */
function withoutPassword(address: string): string {
  if (!URL.canParse(address)) return `${address.slice(0, address.indexOf(":"))}://…`;
  const url = new URL(address);
  // A password with a slash, # or ? in it that is not encoded ends the host early.
  if (/@/.test(url.pathname + url.search + url.hash)) return `${url.protocol}//…`;
  url.password = "";
  for (const key of [...url.searchParams.keys()]) if (!OPEN_PARAMETERS.test(key)) url.searchParams.delete(key);
  url.hash = "";
  return url.href;
}
