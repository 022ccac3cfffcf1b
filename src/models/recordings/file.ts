import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { AgentopsError } from "../../core/errors.ts";
import { readJson } from "../../core/json.ts";
import { type Line, linesOf } from "../../core/utf8.ts";
import type { Recording } from "./recording.ts";

/**
 * Reads recordings, one JSON object a line; a missing file has none. A torn last line, as a kill leaves it, is
 * skipped; a broken line before it means a damaged file: FILE_INVALID with its number, and so does a line that says two things.
 */
export async function* readRecordings(file: string): AsyncGenerator<Recording> {
  if ((await stat(file).catch(() => undefined)) === undefined) return;
  let broken: AgentopsError | undefined;
  for await (const lines of linesOf(createReadStream(file)))
    for (const line of lines) {
      if (broken !== undefined) throw broken;
      const recording = recordingIn(file, line);
      if (recording instanceof AgentopsError) broken = recording;
      else yield recording;
    }
}

function recordingIn(file: string, { text, line, bad }: Line): Recording | AgentopsError {
  if (bad !== undefined) {
    const { rule, message, hint } = bad;
    if (rule === "not-utf8") return damaged(`${file}:${line}:${bad.column}`, message);
    // No kill leaves that.
    throw new AgentopsError("FILE_INVALID", `${file}:${line}: ${message}`, { hint });
  }
  const json = readJson(text);
  if ("problem" in json) {
    const { offset, message, hint, syntax } = json.problem;
    const where = `${file}:${line}:${offset + 1}`;
    if (syntax) return damaged(where, "not a recording");
    // Whole, so no kill has torn it.
    throw new AgentopsError("FILE_INVALID", `${where}: ${message}`, { hint });
  }
  const value = json.value as Partial<Recording> | null;
  const whole = typeof value?.key === "string" && typeof value.result === "object";
  return whole ? (value as Recording) : damaged(`${file}:${line}`, "not a recording");
}

function damaged(where: string, what: string): AgentopsError {
  return new AgentopsError("FILE_INVALID", `${where}: ${what}`, {
    hint: "delete the line; the next --record writes it again",
  });
}
