import { AgentopsError } from "../core/errors.ts";
import type { Sqlite } from "./connection.ts";
import { whyNot } from "./why-not.ts";

/** The store's own troubles; any other error of SQLite is a bug of ours. */
const OUTSIDE = /^SQLITE_(BUSY|LOCKED|FULL|IOERR|READONLY|CORRUPT|NOTADB|CANTOPEN)/;

/**
 * Reads, decides and writes as one: the write lock is taken before the first read, so that no two commands decide on the same state.
 * Throws what the work throws, with nothing written, and STORE_FAILED when the store cannot be written.
 */
export function inOneTransaction<T>(sqlite: Sqlite, work: () => T): T {
  try {
    return sqlite.transaction(work).immediate();
  } catch (error) {
    const code = (error as { code?: unknown } | null)?.code;
    if (error instanceof AgentopsError || typeof code !== "string" || !OUTSIDE.test(code)) throw error;
    const waitMs = sqlite.pragma("busy_timeout", { simple: true }) as number;
    throw new AgentopsError("STORE_FAILED", `nothing was changed: ${whyNot(error, waitMs)}`, {
      hint: "run the command again",
      cause: error,
    });
  }
}
