import { pathToFileURL } from "node:url";
import { join } from "node:path";
import { REPO, type Ran, spawnAgentops } from "./project.ts";

/**
 * Runs in the real binary before its own code: counts what the driver is asked to write, the beginning and the end of a transaction
 * included, and ends the process just before the write that was told, or just after it.
 */
const INJECTOR = `
import { createRequire } from "node:module";
const require = createRequire(${JSON.stringify(pathToFileURL(join(REPO, "package.json")).href)});
const Database = require("better-sqlite3");
const { when, at } = JSON.parse(process.env.CRASH);
const end = () => process.kill(process.pid, "SIGKILL");
let writes = 0;
function counted(owner, name, isWrite) {
  const original = owner[name];
  owner[name] = function (...values) {
    if (!isWrite(this, values)) return original.apply(this, values);
    writes += 1;
    if (when === "before" && writes === at) end();
    const done = original.apply(this, values);
    if (when === "after" && writes === at) end();
    return done;
  };
}
const memory = new Database(":memory:");
const statement = Object.getPrototypeOf(memory.prepare("SELECT 1"));
// Those of the binary: the command line has the driver's JavaScript joined into it.
const connection = Object.getPrototypeOf(memory[require("better-sqlite3/lib/util").cppdb]);
memory.close();
const setting = /^\\s*PRAGMA (?!user_version)/i;
counted(statement, "run", () => true);
for (const name of ["get", "all", "iterate"]) counted(statement, name, ({ readonly, source }) => !readonly && !setting.test(source));
counted(connection, "exec", () => true);
process.on("exit", () => require("node:fs").writeSync(2, "writes: " + writes + "\\n"));
`;

export interface Crash {
  /** Just before that write, or just after it. */
  when: "before" | "after";
  /** From 1. */
  at: number;
}

export interface CrashRun extends Ran {
  /** It was ended at its write; false where it came to its own end first. */
  crashed: boolean;
  /** How much it wrote in all; null where it was ended. */
  writes: number | null;
}

/** Runs the real binary to its end, or to SIGKILL at one of its writes to any SQLite file. */
export async function crashAgentops(
  cwd: string,
  args: string[],
  { env = {}, crash }: { env?: NodeJS.ProcessEnv; crash: Crash },
): Promise<CrashRun> {
  const { exitCode, signal, stdout, stderr } = await spawnAgentops(cwd, args, {
    ...env,
    CRASH: JSON.stringify(crash),
    NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(INJECTOR)}`,
  });
  const writes = /^writes: (\d+)$/m.exec(stderr)?.[1];
  return {
    ...{ code: exitCode ?? -1, stdout, stderr },
    crashed: signal === "SIGKILL",
    writes: writes === undefined ? null : Number(writes),
  };
}
