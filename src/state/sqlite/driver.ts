import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import joined from "better-sqlite3";
import { AgentopsError, messageOf } from "../../core/errors.ts";

/** The driver's version that `scripts/build.js` joined into the command line; nobody joins it elsewhere. */
declare const JOINED_DRIVER: string | undefined;

type Driver = (file: string, options: joined.Options) => joined.Database;

let driver: Driver | undefined;

/** Throws what SQLite throws, and STORE_REFUSED where the driver cannot be loaded. */
export function openFile(file: string, options: joined.Options): joined.Database {
  return (driver ??= loadDriver())(file, options);
}

/**
 * Opening the driver's dozen files, and its search for its binary, are a tenth of a kill's time; so its JavaScript is joined into the
 * command line, and used where the binary that is installed is of the same version and in its usual place.
 */
function loadDriver(): Driver {
  const require = createRequire(import.meta.url);
  try {
    const manifest = require.resolve("better-sqlite3/package.json");
    const { version } = require(manifest) as { version: string };
    refuseWhatCrashes(version);
    const nativeBinding = join(dirname(manifest), "build/Release/better_sqlite3.node");
    if (typeof JOINED_DRIVER !== "undefined" && version === JOINED_DRIVER && existsSync(nativeBinding))
      return (file, options) => new joined(file, { ...options, nativeBinding });
    const Installed = require("better-sqlite3") as typeof joined;
    return (file, options) => new Installed(file, options);
  } catch (error) {
    if (error instanceof AgentopsError) throw error;
    throw new AgentopsError("STORE_REFUSED", `cannot load better-sqlite3: ${messageOf(error)}`, {
      hint: "npm rebuild better-sqlite3",
      cause: error,
    });
  }
}

/** better-sqlite3 13 crashes the process on Node 20, so the pair is checked before the binary is loaded. */
function refuseWhatCrashes(version: string): void {
  const node = Number(process.versions.node.split(".")[0]);
  if (node >= 22 || Number(version.split(".")[0]) < 13) return;
  throw new AgentopsError("STORE_REFUSED", `better-sqlite3 ${version} does not run on Node ${node}`, {
    hint: "npm i better-sqlite3@12   (or use Node 22 or newer)",
  });
}
