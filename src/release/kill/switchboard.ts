import type { Clock } from "../../core/clock.ts";
import { messageOf } from "../../core/errors.ts";
import { connect, type Sqlite } from "../../state/connection.ts";

/** Where kills are kept: the store's file, and the folder of markers beside it. */
export interface Switchboard {
  /** Absolute path of the store. */
  store: string;
  clock: Clock;
  /** How long to wait for another writer before the marker has to do. */
  waitMs: number;
}

/** Opens the store for an operator's action, does the work and closes it. */
export function inStore<T>({ store, waitMs }: Switchboard, work: (sqlite: Sqlite) => T): T {
  const sqlite = connect(store, { durability: "full", waitMs });
  try {
    return work(sqlite);
  } finally {
    sqlite.close();
  }
}

/** What became of one of the two paths; a problem is for people. */
export interface PathReport {
  took: boolean;
  problem: string | null;
}

export function tryPath<T>(waitMs: number, work: () => T): { result: T | undefined; path: PathReport } {
  try {
    return { result: work(), path: { took: true, problem: null } };
  } catch (error) {
    return { result: undefined, path: { took: false, problem: whyNot(error, waitMs) } };
  }
}

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
  return known === undefined ? messageOf(error) : `${known[1](waitMs)} [${String(code)}]`;
}
