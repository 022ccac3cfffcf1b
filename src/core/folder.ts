import { existsSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";

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
