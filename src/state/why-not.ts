import { messageOf } from "../core/errors.ts";
import { isServerError, whyNotServer } from "./postgres/errors.ts";

const CAUSES: readonly (readonly [RegExp, (waitMs: number) => string])[] = [
  [
    /^SQLITE_(BUSY|LOCKED)/,
    (waitMs) => `another process holds the store's write lock${waitMs === 0 ? "" : ` (waited ${waitMs / 1000} s)`}`,
  ],
  [/^(SQLITE_FULL|SQLITE_IOERR_SHMSIZE|ENOSPC|EDQUOT|EFBIG)/, () => "the disk is full"],
  [/^(SQLITE_NOTADB|SQLITE_CORRUPT)/, () => "the store's file is damaged"],
  [/^(SQLITE_READONLY|EROFS|EACCES|EPERM)/, () => "it may not be written"],
];

/** An error's cause in a few words, for someone who has little time; the code stays, to be searched for. */
export function whyNot(error: unknown, waitMs = 0): string {
  const source = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = (source as { code?: unknown } | null)?.code;
  const known = typeof code === "string" ? CAUSES.find(([pattern]) => pattern.test(code)) : undefined;
  if (known !== undefined) return `${known[1](waitMs)} [${String(code)}]`;
  const isServers = isServerError(source) || (source instanceof Error && "severity" in source);
  return isServers ? whyNotServer(source) : messageOf(error);
}
