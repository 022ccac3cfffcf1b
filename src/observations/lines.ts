import { messageOf } from "../core/errors.ts";
import { type DescribedIssue, describeIssues } from "../core/zod-issues.ts";
import { readObservation } from "./read.ts";
import { type Observation, observationSchema } from "./schema.ts";

/** A line that says something; numbers are 1-based. */
export interface Line {
  text: string;
  line: number;
}

/** The lines of a text that comes in pieces, some at once; blank ones and a byte order mark are left out. */
export async function* linesOf(pieces: AsyncIterable<string>): AsyncGenerator<Line[]> {
  let rest = "";
  let line = 0;
  const numbered = (texts: string[]): Line[] =>
    texts.flatMap((raw) => {
      line += 1;
      const text = line === 1 && raw.startsWith("\uFEFF") ? raw.slice(1) : raw;
      return text.trim() === "" ? [] : [{ text: text.endsWith("\r") ? text.slice(0, -1) : text, line }];
    });
  for await (const piece of pieces) {
    const texts = piece.split("\n");
    texts[0] = rest + (texts[0] ?? "");
    rest = texts.pop() ?? "";
    yield numbered(texts);
  }
  yield numbered([rest]);
}

/** Names other tools use. */
const ALIASES = { latency: "latencyMs", cost: "costUsd", user: "unit", timestamp: "at", time: "at", name: "target" };

type ParsedLine =
  | { observation: Observation }
  /** `column` is 1-based. */
  | { column: number; message: string };

/** One JSON line, or what is wrong with it and where. */
export function parseObservation(text: string): ParsedLine {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const position = /at position (\d+)/.exec(messageOf(error))?.[1];
    // Not what it says instead: that may be a key, and an error goes to logs.
    return { column: Number(position ?? 0) + 1, message: "not a JSON object" };
  }
  const read = readObservation(value);
  if (read.success) return { observation: read.data };
  const issues = describeIssues(observationSchema, read.error.issues, value, ALIASES);
  return { column: columnOf(text, issues[0]), message: issues.map((issue) => issue.message).join("; ") };
}

/** Where the key stands; a missing one is the object's. */
function columnOf(text: string, issue: DescribedIssue | undefined): number {
  const key = issue?.path.at(-1);
  return Math.max(0, text.indexOf(JSON.stringify(key ?? ""))) + 1;
}
