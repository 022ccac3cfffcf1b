import { isLost } from "./postgres/errors.ts";

/** The error of an engine that stands behind one of ours, or the error itself. */
function sourceOf(error: unknown): unknown {
  return error instanceof Error && error.cause instanceof Error ? error.cause : error;
}

function codeOf(error: unknown): string {
  const { code } = (sourceOf(error) ?? {}) as { code?: unknown };
  return typeof code === "string" ? code : "";
}

/** Somebody else writes, and is done soon. */
export function isLocked(error: unknown): boolean {
  return /^(SQLITE_BUSY|SQLITE_LOCKED|55P03|40001|40P01)/.test(codeOf(error));
}

/** The store will never take that row: a value that its column refuses, on either engine. Triggers speak of the whole store. */
export function isRefusal(error: unknown): boolean {
  return (
    sourceOf(error) instanceof TypeError ||
    /^(SQLITE_(CONSTRAINT(?!_TRIGGER)|MISMATCH|TOOBIG)|22...$|23...$|54...$)/.test(codeOf(error))
  );
}

/** Thrown by an engine, and not yet said in words. */
export function isStoreError(error: unknown): boolean {
  return error instanceof Error && (error.name === "SqliteError" || "severity" in error || isLost(error));
}
