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
  driver ??= loadDriver();
  try {
    return driver(file, options);
  } catch (error) {
    // The driver looks for its binary when the first file is opened.
    if (isWithoutBinary(error)) throw cannotLoad(error);
    throw error;
  }
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
    throw cannotLoad(error);
  }
}

/** Errors of `bindings` and of Node; SQLite's own have codes that begin with its name. */
function isWithoutBinary(error: unknown): boolean {
  return (
    (error as { code?: unknown }).code === "ERR_DLOPEN_FAILED" ||
    /^Could not locate the bindings/.test(messageOf(error))
  );
}

/** What stands on one line of each error says why; the places that were searched, and advice for other trees, do not help. */
function cannotLoad(error: unknown): AgentopsError {
  const said = messageOf(error);
  const why = /^Could not locate the bindings/.test(said)
    ? "its binary is not there: npm did not run its install script"
    : /NODE_MODULE_VERSION/.test(said)
      ? `its binary was built for another version of Node than ${process.versions.node}`
      : said;
  return new AgentopsError("STORE_REFUSED", `cannot load better-sqlite3: ${why}`, {
    hint: rebuildHint(),
    cause: error,
  });
}

/** npm looks for a package in the folder it runs in; a setting may keep scripts from running, and npm 12 asks to approve them. */
function rebuildHint(): string {
  const here = createRequire(import.meta.url).resolve.paths("better-sqlite3") ?? [];
  const modules = here.find((folder) => existsSync(join(folder, "better-sqlite3")));
  if (modules === undefined) return "npm install";
  const folder = dirname(modules);
  return `cd ${JSON.stringify(folder)} && npm rebuild better-sqlite3 --ignore-scripts=false   (where npm says that it blocked the script: first npm install-scripts approve better-sqlite3)`;
}

/** better-sqlite3 13 crashes the process on Node 20, so the pair is checked before the binary is loaded. */
function refuseWhatCrashes(version: string): void {
  const node = Number(process.versions.node.split(".")[0]);
  if (node >= 22 || Number(version.split(".")[0]) < 13) return;
  throw new AgentopsError("STORE_REFUSED", `better-sqlite3 ${version} does not run on Node ${node}`, {
    hint: "npm i better-sqlite3@12   (or use Node 22 or newer)",
  });
}
