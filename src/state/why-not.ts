import { AgentopsError, type ErrorCode, messageOf } from "../core/errors.ts";
import { isRefused, isServerError, whyNotServer } from "./postgres/errors.ts";

const FORBIDDEN = /^(SQLITE_READONLY|SQLITE_PERM|EROFS|EACCES|EPERM)/;

const CAUSES: readonly (readonly [RegExp, (waitMs: number) => string])[] = [
  [
    /^SQLITE_(BUSY|LOCKED)/,
    (waitMs) => `another process holds the store's write lock${waitMs === 0 ? "" : ` (waited ${waitMs / 1000} s)`}`,
  ],
  [/^(SQLITE_FULL|SQLITE_IOERR_SHMSIZE|ENOSPC|EDQUOT|EFBIG)/, () => "the disk is full"],
  [/^(SQLITE_NOTADB|SQLITE_CORRUPT)/, () => "the store's file is damaged"],
  [FORBIDDEN, () => "it may not be written"],
];

/** The file or its folder is another user's, or for reading only: no later try writes it, and no backup mends that. */
export function isForbidden(error: unknown): boolean {
  const code = (sourceOf(error) as { code?: unknown } | null)?.code;
  return typeof code === "string" && FORBIDDEN.test(code);
}

/** A file that is no database or a damaged one, a folder in its place, a path that leads nowhere: it stays so until somebody changes something. */
const LASTING = /^(SQLITE_(NOTADB|CORRUPT|CANTOPEN)|ENOENT|ENOTDIR|EISDIR|EEXIST|ELOOP|ENAMETOOLONG)/;

/** What a store's error ends with: STORE_REFUSED where no later try helps, else STORE_FAILED; an error of ours keeps its code. */
export function storeCodeOf(error: unknown): ErrorCode {
  if (error instanceof AgentopsError) return error.code;
  const { code, syscall } = (sourceOf(error) ?? {}) as { code?: unknown; syscall?: unknown };
  // A server's socket that is not there comes with the server.
  const lasts = typeof code === "string" && LASTING.test(code) && syscall !== "connect";
  return lasts || isForbidden(error) || isRefused(error) ? "STORE_REFUSED" : "STORE_FAILED";
}

export const FORBIDDEN_HINT =
  "run it as the user who owns the store's folder, or name a file that this one may write: AGENTOPS_STORE=FILE";

export const NO_STORE_HINT =
  "agentops kill stops an agent without it; then bring back a backup, or name the right file: AGENTOPS_STORE";

function sourceOf(error: unknown): unknown {
  return error instanceof Error && error.cause instanceof Error ? error.cause : error;
}

/** An error's cause in a few words, for someone who has little time; the code stays, to be searched for. */
export function whyNot(error: unknown, waitMs = 0): string {
  const source = sourceOf(error);
  const code = (source as { code?: unknown } | null)?.code;
  const known = typeof code === "string" ? CAUSES.find(([pattern]) => pattern.test(code)) : undefined;
  if (known !== undefined) return `${known[1](waitMs)} [${String(code)}]`;
  const isServers = isServerError(source) || (source instanceof Error && "severity" in source);
  return isServers ? whyNotServer(source) : messageOf(error);
}
