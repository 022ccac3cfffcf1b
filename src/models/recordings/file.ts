import { open } from "node:fs/promises";
import { AgentopsError } from "../../core/errors.ts";
import type { Recording } from "./recording.ts";

/**
 * Reads recordings, one JSON object a line; a missing file has none. A torn last line, as a kill leaves it, is
 * skipped; a broken line before it means a damaged file: FILE_INVALID with its number.
 */
export async function* readRecordings(file: string): AsyncGenerator<Recording> {
  let broken: number | undefined;
  let number = 0;
  for await (const line of linesOf(file)) {
    number++;
    if (line.trim() === "") continue;
    if (broken !== undefined) throw damaged(file, broken);
    const recording = parsed(line);
    if (recording === undefined) broken = number;
    else yield recording;
  }
}

async function* linesOf(file: string): AsyncGenerator<string> {
  const handle = await open(file).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  });
  if (handle === undefined) return;
  try {
    yield* handle.readLines({ encoding: "utf8" });
  } finally {
    await handle.close();
  }
}

function parsed(line: string): Recording | undefined {
  try {
    const value = JSON.parse(line) as Partial<Recording> | null;
    return typeof value?.key === "string" && typeof value.result === "object" ? (value as Recording) : undefined;
  } catch {
    return undefined;
  }
}

function damaged(file: string, line: number): AgentopsError {
  return new AgentopsError("FILE_INVALID", `${file}:${line}: not a recording`, {
    hint: "delete the line; the next --record writes it again",
  });
}
