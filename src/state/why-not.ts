import { AgentopsError, type ErrorCode, messageOf } from "../core/errors.ts";
import { isRefused, isServerError, whyNotServer } from "./postgres/errors.ts";

const FULL = /^(SQLITE_FULL|SQLITE_IOERR_SHMSIZE|ENOSPC|EDQUOT|EFBIG)/;
const FORBIDDEN = /^(SQLITE_READONLY|SQLITE_PERM|EROFS|EACCES|EPERM)/;

const CAUSES: readonly (readonly [RegExp, (waitMs: number) => string])[] = [
  [
    /^SQLITE_(BUSY|LOCKED)/,
    (waitMs) => `another process holds the store's write lock${waitMs === 0 ? "" : ` (waited ${waitMs / 1000} s)`}`,
  ],
  [FULL, () => "the disk is full"],
  [/^(SQLITE_NOTADB|SQLITE_CORRUPT)/, () => "the store's file is damaged"],
  [FORBIDDEN, () => "it may not be written"],
];

/** The file or its folder is another user's, or for reading only: no later try writes it, and no backup mends that. */
export function isForbidden(error: unknown): boolean {
  return hasCode(error, FORBIDDEN);
}

/** No room for what was to be written: the store itself is whole. */
export function isFull(error: unknown): boolean {
  return hasCode(error, FULL);
}

function hasCode(error: unknown, pattern: RegExp): boolean {
  const code = (sourceOf(error) as { code?: unknown } | null)?.code;
  return typeof code === "string" && pattern.test(code);
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

const FORBIDDEN_HINT =
  "run it as the user who owns the store's folder, or name a file that this one may write: AGENTOPS_STORE=FILE";

const NO_STORE_HINT =
  "agentops kill stops an agent without it; then bring back a backup, or name the right file: AGENTOPS_STORE";

const FULL_HINT =
  "make room on the disk of the store's file, then repeat the command; agentops kill stops an agent without the store";

/** What to do about a file's error. @param otherwise where its cause says nothing better */
export function wayOut(error: unknown, otherwise = NO_STORE_HINT): string {
  if (isForbidden(error)) return FORBIDDEN_HINT;
  return isFull(error) ? FULL_HINT : otherwise;
}

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
