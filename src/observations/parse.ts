import { messageOf } from "../core/errors.ts";
import { type DescribedIssue, describeIssues } from "../core/zod-issues.ts";
import { type Observation, observationSchema } from "./schema.ts";

/** Names other tools use. */
const ALIASES = { latency: "latencyMs", cost: "costUsd", user: "unit", timestamp: "at", time: "at", name: "target" };

export type ParsedLine =
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
  const read = observationSchema.safeParse(value);
  if (read.success) return { observation: read.data };
  const issues = describeIssues(observationSchema, read.error.issues, value, ALIASES);
  return { column: columnOf(text, issues[0]), message: issues.map((issue) => issue.message).join("; ") };
}

/** Where the key stands; a missing one is the object's. */
function columnOf(text: string, issue: DescribedIssue | undefined): number {
  const key = issue?.path.at(-1);
  return Math.max(0, text.indexOf(JSON.stringify(key ?? ""))) + 1;
}
