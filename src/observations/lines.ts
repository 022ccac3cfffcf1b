import type { z } from "zod";
import { readJson } from "../core/json.ts";
import type { Line } from "../core/utf8.ts";
import { type DescribedIssue, describeIssues } from "../core/zod-issues.ts";
import { readObservation } from "./read.ts";
import { type ExposureLine, exposureSchema, type Observation, observationSchema } from "./schema.ts";

/** Names other tools use. */
const ALIASES = { latency: "latencyMs", cost: "costUsd", timestamp: "at", time: "at", name: "target" };

/** What is wrong with a line, and where; `column` is 1-based. */
export interface BadLine {
  column: number;
  message: string;
}

/** One JSON line, or what is wrong with it and where. */
function parseObservation(line: Line): { value: Observation } | BadLine {
  return parseLine(line, observationSchema, readObservation);
}

/** The same of a line that says who was served. */
function parseExposure(line: Line): { value: ExposureLine } | BadLine {
  return parseLine(line, exposureSchema, (value) => exposureSchema.safeParse(value));
}

function parseLine<T>(
  { text, bad }: Line,
  schema: z.ZodType<T>,
  readAs: (value: unknown) => z.ZodSafeParseResult<T>,
): { value: T } | BadLine {
  if (bad !== undefined) return bad;
  const json = readJson(text);
  if ("problem" in json) {
    const { offset, message, syntax } = json.problem;
    return { column: offset + 1, message: syntax ? "not a JSON object" : message };
  }
  const { value } = json;
  const read = readAs(value);
  if (read.success) return { value: read.data };
  const issues = describeIssues(schema, read.error.issues, value, ALIASES);
  return { column: columnOf(text, issues[0]), message: issues.map((issue) => issue.message).join("; ") };
}

/** Where the key stands; a missing one is the object's. */
function columnOf(text: string, issue: DescribedIssue | undefined): number {
  const key = issue?.path.at(-1);
  return Math.max(0, text.indexOf(JSON.stringify(key ?? ""))) + 1;
}

/** What the lines of a source are, and how they are read. */
export interface LineKind<T> {
  rule: "observation" | "exposure";
  parse: (line: Line) => { value: T } | BadLine;
  /** Why it may be read again after an error. */
  once: string;
}

export const OBSERVATIONS: LineKind<Observation> = {
  rule: "observation",
  parse: parseObservation,
  once: "what has an id is recorded once",
};

export const EXPOSURES: LineKind<ExposureLine> = {
  rule: "exposure",
  parse: parseExposure,
  once: "each exposure is counted once",
};
