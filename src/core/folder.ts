import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";

/** The project's folder for what agentops keeps. */
const OWN = ".agentops";
/** All of it stays out of git, but this and who may sign. */
const IGNORE = "*\n!.gitignore\n!allowed_signers\n";

/** Folder by folder: node's own recursive mkdir never returns under /proc, and someone on call must get an answer. */
export function makeFolder(path: string): void {
  if (existsSync(path)) return;
  makeFolder(dirname(path));
  try {
    mkdirSync(path);
  } catch (error) {
    // Another process may have been faster.
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}

/**
 * Keeps the `.agentops/` that a path is in out of git by a `.gitignore` of its own; true when it was written now. One that is there stays as it
 * is, and where it cannot be written nobody is kept from anything: a kill comes this way.
 */
export function ignoreItself(path: string): boolean {
  const own = ownFolder(path);
  const file = own === undefined ? undefined : join(own, ".gitignore");
  if (own === undefined || file === undefined || existsSync(file) || !existsSync(own)) return false;
  try {
    writeFileSync(file, IGNORE, { flag: "wx" });
    return true;
  } catch (error) {
    // On a full disk there may be the name without the text, which would ignore nothing.
    if ((error as NodeJS.ErrnoException).code === "ENOSPC") rmSync(file, { force: true });
    return false;
  }
}

function ownFolder(path: string): string | undefined {
  if (basename(path) === OWN) return path;
  return dirname(path) === path ? undefined : ownFolder(dirname(path));
}
