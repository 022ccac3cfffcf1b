import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import type { Problem } from "../../core/problems.ts";
import type { Project } from "../../core/project.ts";
import { CONFLICT, isConflictMarker } from "../../core/stand-ins.ts";
import { linesOf } from "../../core/utf8.ts";
import { secretProblems } from "../../registry/lint/secrets.ts";
import type { DataFile } from "../dataset/records.ts";

/** So many findings of one file say what has to be done. */
const SHOWN = 20;
const TABLE = /\.[ct]sv$/i;

/**
 * secret, merge-conflict and what else makes a data file none. What its records are is found out when they are run; a key in one of them is in git by then. It is read
 * in pieces: memory does not grow with the file.
 */
export async function lintData(project: Project, { file, path }: DataFile): Promise<Problem[]> {
  if ((await stat(path).catch(() => undefined))?.isFile() !== true) return [];
  const found: Problem[] = [];
  for await (const lines of linesOf(createReadStream(path, { highWaterMark: 256 * 1024 }))) {
    for (const { bad, text, line } of lines) {
      if (bad !== undefined) found.push({ severity: "error", file, ...bad });
      // A cell of a table may have such a line.
      else if (isConflictMarker(text) && !TABLE.test(path))
        found.push({ severity: "error", file, line, column: 1, ...CONFLICT });
    }
    found.push(...inLines(project, file, lines));
    if (found.length >= SHOWN) break;
  }
  return found.slice(0, SHOWN);
}

/** Together, since a key may reach over many lines. */
function inLines(project: Project, file: string, lines: readonly { text: string; line: number }[]): Problem[] {
  const text = lines.map((each) => each.text).join("\n");
  return secretProblems(project, text, file).map((problem) => ({
    ...problem,
    line: lines[problem.line - 1]?.line ?? problem.line,
  }));
}
