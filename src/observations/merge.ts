import type { Dated, DatedLine, Observation } from "./schema.ts";

/** What a line may say of its outcome, beside when it was served and that it is of a copy. */
export const FIELDS = [
  "version", "unit", "success", "latencyMs", "costUsd", "inputTokens", "outputTokens", "safe", "breach", "rollout", "weight", "exposure", "forced",
] as const satisfies readonly (keyof Observation)[]; // prettier-ignore

export type Field = (typeof FIELDS)[number];
type FieldValue = string | number | boolean;

/** One outcome, as far as its lines have said; times are ISO 8601 in UTC. */
export interface Outcome {
  fields: Partial<Record<Field, FieldValue>>;
  /** When each of the fields was known. */
  knownAt: Partial<Record<Field, string>>;
  servedAt: string;
  /** When it was known when it was served; null where nobody said it: then it is the first time that a line has. */
  servedKnownAt: string | null;
  /** A copy stays one, whatever other lines leave out. */
  shadow: boolean;
}

export function outcomeOf(line: DatedLine): Outcome {
  const { at, servedAt, isServedSaid, shadow = false } = line;
  const outcome: Outcome = { fields: {}, knownAt: {}, servedAt, servedKnownAt: isServedSaid ? at : null, shadow };
  for (const field of FIELDS) {
    const value = line[field];
    if (value === undefined || value === null) continue;
    outcome.fields[field] = value;
    outcome.knownAt[field] = at;
  }
  return outcome;
}

/**
 * An outcome with what one more of its lines says: for each field what was known later, of two that were known at once the worse. The order
 * of lines does not matter, nor do repeats. A line without a time that says what is known already is a repeat, whenever it comes.
 */
export function merged(outcome: Outcome, line: DatedLine): Outcome {
  const its = outcomeOf(line);
  const next: Outcome = { ...outcome, fields: { ...outcome.fields }, knownAt: { ...outcome.knownAt } };
  for (const field of FIELDS) {
    const value = its.fields[field];
    if (value === undefined) continue;
    const [before, at] = [outcome.fields[field], outcome.knownAt[field]];
    if (line.isUndated && before === value) continue;
    if (before !== undefined && at !== undefined && !wins(field, [value, line.at], [before, at])) continue;
    next.fields[field] = value;
    next.knownAt[field] = line.at;
  }
  next.shadow ||= its.shadow;
  const isRepeat = line.isUndated && outcome.servedKnownAt !== null && its.servedAt === outcome.servedAt;
  return isRepeat ? next : { ...next, ...servedOf(outcome, its) };
}

type Known = readonly [value: FieldValue, at: string];

function wins(field: Field, [value, at]: Known, [before, beforeAt]: Known): boolean {
  return at === beforeAt ? isWorse(field, value, before) : at > beforeAt;
}

/** A failure, a breach, more time, money or tokens; of texts, for want of a worse one, the greater. */
function isWorse(field: Field, value: FieldValue, than: FieldValue): boolean {
  return field === "success" || field === "safe" ? value < than : value > than;
}

function servedOf(a: Outcome, b: Outcome): Pick<Outcome, "servedAt" | "servedKnownAt"> {
  const said = [a, b].filter(({ servedKnownAt }) => servedKnownAt !== null);
  const [first = a, second] = said.length === 0 ? [a, b] : said;
  const { servedAt, servedKnownAt } = second !== undefined && isBefore(first, second) ? second : first;
  return { servedAt, servedKnownAt };
}

/** Whether the second is what counts: of two that were said what was known later, else the earlier. */
function isBefore(first: Outcome, second: Outcome): boolean {
  const [a, b] = [first.servedKnownAt, second.servedKnownAt];
  if (a === null || b === null) return second.servedAt < first.servedAt;
  return a === b ? second.servedAt > first.servedAt : b > a;
}

/** Whether two say the same of what happened, whenever each of it was known. */
export function saysTheSame(a: Outcome, b: Outcome): boolean {
  if (a.servedAt !== b.servedAt || a.shadow !== b.shadow) return false;
  return FIELDS.every((field) => a.fields[field] === b.fields[field]);
}

/** Whether it is known when each of it was known as before, too. */
export function isSame(a: Outcome, b: Outcome): boolean {
  if (!saysTheSame(a, b) || a.servedKnownAt !== b.servedKnownAt) return false;
  return FIELDS.every((field) => a.knownAt[field] === b.knownAt[field]);
}

/** As it is counted; null while nobody knows whether it was a success. */
export function datedFrom({ target, id }: Pick<Dated, "target" | "id">, outcome: Outcome): Dated | null {
  const { fields, knownAt, servedAt, servedKnownAt, shadow } = outcome;
  if (fields.success === undefined || knownAt.success === undefined) return null;
  return {
    ...fields,
    ...(shadow && { shadow }),
    ...{ target, id, at: knownAt.success, servedAt, isServedSaid: servedKnownAt !== null },
  } as Dated;
}
