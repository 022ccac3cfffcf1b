import { dirname, extname } from "node:path";
import { AgentopsError } from "../../core/errors.ts";
import type { Problem } from "../../core/problems.ts";
import { type Project, readText } from "../../core/project.ts";
import { type LostSpelling, lostSpellings } from "../../core/spelling.ts";
import { plural } from "../../core/words.ts";
import { type DataFile, readRecords, toldBlank } from "../dataset/records.ts";
import type { Suite } from "../dataset/schema.ts";
import { dataFile } from "../dataset/suite.ts";

const SHOWN = 3;

interface SuiteData {
  spec: Suite;
  /** Absolute, and as messages name it. */
  path: string;
  file: string;
  text: string;
}

/** What a suite's cases hold that their writer may not have meant: rows without a value, numbers that are kept as text. */
export async function lintWritten(project: Project, suite: SuiteData): Promise<Problem[]> {
  const { spec, path, file, text } = suite;
  const inline = lostSpellings(text).filter((lost) => isWritten(spec, lost));
  const named = [spec.dataset, spec.outputs].flatMap((data) =>
    data === undefined ? [] : [dataFile(project, dirname(path), typeof data === "string" ? data : data.file)],
  );
  const found = await Promise.all(
    named.map((data, i) => (i === 0 && spec.dataset !== undefined ? lintDataset(data) : lintTable(data))),
  );
  return [...spellingProblem(file, inline), ...found.flat()];
}

/** In a case, or in what `equals` compares with; for `numeric` 3.10 is as much as 3.1, but 010 is eight to some and ten to others. */
function isWritten({ scorers }: Suite, { path: [top, index, key], id }: LostSpelling): boolean {
  if (top !== "scorers" || key !== "value") return top === "cases";
  const type = scorers[Number(index)]?.type.replace(/^not-/, "");
  return type === "equals" || (type === "numeric" && id);
}

async function lintDataset(data: DataFile): Promise<Problem[]> {
  if (!/^[.]ya?ml$/.test(extname(data.path).toLowerCase())) return lintTable(data);
  const text = await readText(data.path).catch(skipUnreadable);
  return text === undefined ? [] : spellingProblem(data.file, lostSpellings(text));
}

/** A file that is not there was told already, and what is broken is told by who reads it for its cases. */
function skipUnreadable(error: unknown): undefined {
  if (!(error instanceof AgentopsError)) throw error;
}

async function lintTable(data: DataFile): Promise<Problem[]> {
  if (!/^[.][ct]sv$/.test(extname(data.path).toLowerCase())) return [];
  const lines: number[] = [];
  try {
    const rows = readRecords({ ...data, blank: (line) => lines.push(line) });
    while ((await rows.next()).done !== true);
  } catch (error) {
    skipUnreadable(error);
  }
  const message = toldBlank(lines);
  if (message === undefined) return [];
  return [{ severity: "warning", rule: "blank-rows", file: data.file, line: lines[0] ?? 1, column: 1, message }];
}

/** One warning a file: a sheet of prices has as many as it has rows. */
function spellingProblem(file: string, lost: readonly LostSpelling[]): Problem[] {
  const [first] = lost;
  if (first === undefined) return [];
  const each = [...new Set(lost.map(({ written, read }) => `${written} (as a number ${read})`))];
  const shown = each.slice(0, SHOWN);
  const more = each.length > SHOWN ? ", …" : "";
  return [
    {
      severity: "warning",
      rule: "number-spelling",
      file,
      line: first.line,
      column: first.column,
      message: `${plural(lost.length, "number")} would lose the spelling and ${lost.length === 1 ? "is" : "are"} kept as text: ${shown.join(", ")}${more}`,
      hint: "quote what is a text, and write what is a number as it is printed",
    },
  ];
}
