import { statSync } from "node:fs";

/** What became of an open store's file, as seen at its path. */
export type Gone = "deleted" | "emptied" | "replaced";

/**
 * SQLite goes on writing to a file that was deleted or moved away, and says nothing: what it writes is lost with the process. The answer is
 * null while the path still leads to the file that is there now.
 */
export function watchFile(file: string): () => Gone | null {
  const opened = lookAt(file);
  return () => {
    const now = lookAt(file);
    if (now === undefined) return "deleted";
    if (now.dev !== opened?.dev || now.ino !== opened.ino) return "replaced";
    return now.size === 0 ? "emptied" : null;
  };
}

function lookAt(file: string) {
  return statSync(file, { throwIfNoEntry: false });
}
