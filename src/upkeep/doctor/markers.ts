import { accessSync, constants, existsSync, statSync } from "node:fs";
import { dirname } from "node:path";
import type { Facts } from "./found.ts";

/** Whether a kill could set a marker: in the folder, or by making it where it is not there yet. */
export function findMarkers(folder: string | null): Facts["markers"] {
  if (folder === null) return { folder, there: false, problem: null };
  try {
    const there = statSync(folder, { throwIfNoEntry: false });
    if (there?.isDirectory() === false) return { folder, there: true, problem: "ENOTDIR" };
    accessSync(there === undefined ? nearest(folder) : folder, constants.W_OK | constants.X_OK);
    return { folder, there: there !== undefined, problem: null };
  } catch (error) {
    return { folder, there: false, problem: (error as NodeJS.ErrnoException).code ?? "unknown" };
  }
}

/** The folder in which the first missing one would be made. */
function nearest(path: string): string {
  const parent = dirname(path);
  return existsSync(parent) || parent === path ? parent : nearest(parent);
}
