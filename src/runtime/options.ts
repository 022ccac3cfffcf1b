import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { configuredStore } from "../core/configured-store.ts";
import { AgentopsError, messageOf } from "../core/errors.ts";
import { ignoreItself, makeFolder } from "../core/folder.ts";
import { locateProject } from "../core/location.ts";
import { keepReserve } from "../kill/markers.ts";
import { type StoreAddress, storeAddress } from "../state/address.ts";

export interface AgentOpsOptions {
  /** The store's file, or a server's address; else AGENTOPS_STORE, else what the project here or above says. */
  store?: string;
  /** The folder of marker files of a store that is a server; else AGENTOPS_MARKERS, else the project's. */
  markers?: string;
  /** The environment this process serves; else AGENTOPS_ENV. One that is not known is stopped by a kill in any. */
  env?: string;
  /** Counts as killed while the store or its markers cannot be read. */
  failClosed?: boolean;
  /** Observations that may wait to be written; beyond it the newest are dropped, and counted (default 10,000). */
  queueLimit?: number;
}

/** JavaScript passes anything for them. */
export function plainOptions(passed: unknown): AgentOpsOptions {
  if (passed === null || passed === undefined) return {};
  const options = readOptions(passed);
  if (typeof options !== "object" || options === null)
    throw new AgentopsError("USAGE", `new AgentOps takes options, not ${typeof passed}`, {
      hint: 'new AgentOps({ env: "production" })',
    });
  for (const key of ["store", "markers", "env"] as const) {
    const value = (options as Record<string, unknown>)[key];
    if (value !== undefined && value !== null && typeof value !== "string")
      throw new AgentopsError("USAGE", `${key} is a text, not ${typeof value}`, { hint: 'new AgentOps({ env: "production" })' }); // prettier-ignore
  }
  const { queueLimit } = options as AgentOpsOptions;
  if (queueLimit !== undefined && !(Number.isSafeInteger(queueLimit) && queueLimit > 0)) {
    const shown = typeof queueLimit === "number" ? queueLimit : typeof queueLimit;
    throw new AgentopsError("USAGE", `queueLimit is how many observations may wait, not ${shown}`);
  }
  return options;
}

function readOptions(passed: unknown): unknown {
  try {
    return typeof passed === "object" ? { ...passed } : passed;
  } catch (error) {
    throw new AgentopsError("USAGE", `the options of new AgentOps cannot be read: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

/** JavaScript passes anything for options, also what throws when it is read. */
export function given<K extends string>(options: { [key in K]?: unknown } | null | undefined, key: K): unknown {
  try {
    return options?.[key];
  } catch {
    return undefined;
  }
}

export function addressFor(store: string | undefined, markers: string | undefined): StoreAddress {
  const cwd = process.cwd();
  const location = locateProject({ cwd, env: process.env });
  const { value: configured, unclear } = configuredStore(location);
  // An agent must not go on beside the store that everybody else decides in.
  if (unclear && !store && !process.env["AGENTOPS_STORE"])
    throw new AgentopsError("CONFIG_INVALID", `\`store:\` in ${location.configFile ?? ""} is not one text on one line`);
  const env = {
    ...process.env,
    ...(store && { AGENTOPS_STORE: store }),
    ...(markers && { AGENTOPS_MARKERS: markers }),
  };
  return storeAddress({ ...location, env, configured, cwd });
}

/** Only beside a file's store, since a wrong path must not leave folders, or in a project where a server's last good is kept too. */
export function makeMarkers({ file, markers }: StoreAddress): void {
  if (markers === null) return;
  const beside = file === null ? dirname(dirname(markers)) : dirname(markers);
  if (!existsSync(beside)) return;
  try {
    makeFolder(markers);
    ignoreItself(markers);
    keepReserve(markers);
  } catch {
    // A kill says what is wrong with its marker.
  }
}

/** Beside the markers; a file is its own last good. */
export function lastGoodOf({ file, markers }: StoreAddress): string | null {
  return file !== null || markers === null ? null : join(dirname(markers), "last-good.json");
}
