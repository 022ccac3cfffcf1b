import type { ErrorKind } from "../transaction.ts";

/** The store's own troubles; any other error of SQLite is a bug of ours. */
const OUTSIDE = /^SQLITE_(BUSY|LOCKED|FULL|IOERR|READONLY|CORRUPT|NOTADB|CANTOPEN)/;

export function kindOf(error: unknown): ErrorKind {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "string" && OUTSIDE.test(code) ? "outside" : "ours";
}
