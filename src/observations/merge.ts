import { type Detail, DETAILS, type FieldValue, isWorseDetail } from "./details.ts";
import { type Dated, type DatedLine, NO_VERSION, type Observation } from "./schema.ts";

/** What is counted of an outcome, beside when it was served and that it is of a copy. */
export const FIELDS = [
  "version", "unit", "success", "latencyMs", "costUsd", "inputTokens", "outputTokens", "safe", "breach", "rollout", "weight", "exposure", "forced",
] as const satisfies readonly (keyof Observation)[]; // prettier-ignore

export type Field = (typeof FIELDS)[number];

/** Some of the fields of an outcome, and when each was known. */
export interface Said<F extends string> {
  fields: Partial<Record<F, FieldValue>>;
  knownAt: Partial<Record<F, string>>;
}

/** One outcome, as far as its lines have said; times are ISO 8601 in UTC. */
export interface Outcome extends Said<Field> {
  servedAt: string;
  /** When it was known when it was served; null where nobody said it: then it is the first time that a line has. */
  servedKnownAt: string | null;
  /** A copy stays one, whatever other lines leave out. */
  shadow: boolean;
  /** Null of most outcomes, which say nothing more. */
  details: Said<Detail> | null;
  /** What only its trace has said: anybody else's word wins over that, whenever it was known. */
  traced: Traced;
}

type Any = Field | Detail | "servedAt";
type Traced = ReadonlySet<Any>;

/** Of outcomes without a trace, which are most: one object. */
export const NOTHING_TRACED: Traced = new Set();

export function outcomeOf(line: DatedLine): Outcome {
  const { at, servedAt, isServedSaid, shadow = false, details } = line;
  const outcome: Outcome = {
    ...{ fields: {}, knownAt: {}, servedAt, servedKnownAt: isServedSaid ? at : null, shadow },
    ...{ details: null, traced: NOTHING_TRACED },
  };
  for (const field of FIELDS) {
    const value = line[field];
    if (value === undefined || value === null || value === NO_VERSION) continue;
    outcome.fields[field] = value;
    outcome.knownAt[field] = at;
  }
  if (details !== undefined) outcome.details = { fields: details, knownAt: allAt(details, at) };
  if (line.source === "trace") outcome.traced = allTraced(outcome);
  return outcome;
}

function allAt<F extends string>(fields: Partial<Record<F, FieldValue>>, at: string): Partial<Record<F, string>> {
  return Object.fromEntries(Object.keys(fields).map((field) => [field, at])) as Partial<Record<F, string>>;
}

/** Where all that an outcome says is of its trace. */
export function allTraced({ fields, details }: Pick<Outcome, "fields" | "details">): Traced {
  return new Set([...Object.keys(fields), ...Object.keys(details?.fields ?? {}), "servedAt"] as Any[]);
}

/** An outcome with what one more of its lines says. A line without a time that says what is known already is a repeat, whenever it comes. */
export function merged(outcome: Outcome, line: DatedLine): Outcome {
  return mergedWith(outcome, outcomeOf(line), line.isUndated);
}

/**
 * Two parts of one outcome: for each field somebody's own word before that of a trace, then what was known later, of two that were known at
 * once the worse. The order of parts does not matter, nor do repeats.
 */
export function mergedWith(outcome: Outcome, its: Outcome, isUndated = false): Outcome {
  const traced = new Set(outcome.traced);
  const rule = { isUndated, mine: outcome.traced, its: its.traced, traced };
  const next: Outcome = { ...outcome, ...mergedFields(FIELDS, outcome, its, { ...rule, isWorse }), traced };
  if (its.details !== null)
    next.details = mergedFields(DETAILS, outcome.details ?? NONE, its.details, { ...rule, isWorse: isWorseDetail });
  next.shadow ||= its.shadow;
  const isRepeat = isUndated && outcome.servedKnownAt !== null && its.servedAt === outcome.servedAt;
  if (isRepeat && its.traced.has("servedAt") === outcome.traced.has("servedAt")) return next;
  const served = servedOf(outcome, its);
  if (served === its) move(rule, "servedAt");
  return { ...next, servedAt: served.servedAt, servedKnownAt: served.servedKnownAt };
}

const NONE: Said<Detail> = { fields: {}, knownAt: {} };

interface Rule<F extends string> {
  isUndated: boolean;
  mine: Traced;
  its: Traced;
  /** Of both; changed as fields are taken. */
  traced: Set<Any>;
  isWorse: (field: F, value: FieldValue, than: FieldValue) => boolean;
}

function mergedFields<F extends Field | Detail>(fields: readonly F[], mine: Said<F>, its: Said<F>, rule: Rule<F>) {
  const next: Said<F> = { fields: { ...mine.fields }, knownAt: { ...mine.knownAt } };
  for (const field of fields) {
    const [value, at] = [its.fields[field], its.knownAt[field]];
    if (value === undefined || at === undefined) continue;
    const [before, beforeAt] = [mine.fields[field], mine.knownAt[field]];
    if (before !== undefined && beforeAt !== undefined && !wins(field, [value, at], [before, beforeAt], rule)) continue;
    next.fields[field] = value;
    next.knownAt[field] = at;
    move(rule, field);
  }
  return next;
}

function move({ its, traced }: Pick<Rule<never>, "its" | "traced">, field: Any): void {
  if (its.has(field)) traced.add(field);
  else traced.delete(field);
}

type Known = readonly [value: FieldValue, at: string];

function wins<F extends Field | Detail>(field: F, [value, at]: Known, [before, beforeAt]: Known, rule: Rule<F>) {
  if (rule.its.has(field) !== rule.mine.has(field)) return rule.mine.has(field);
  if (rule.isUndated && before === value) return false;
  return at === beforeAt ? rule.isWorse(field, value, before) : at > beforeAt;
}

/** A failure, a breach, more time, money or tokens; of texts, for want of a worse one, the greater. */
function isWorse(field: Field, value: FieldValue, than: FieldValue): boolean {
  return field === "success" || field === "safe" ? value < than : value > than;
}

function servedOf(a: Outcome, b: Outcome): Outcome {
  if (a.traced.has("servedAt") !== b.traced.has("servedAt")) return a.traced.has("servedAt") ? b : a;
  const said = [a, b].filter(({ servedKnownAt }) => servedKnownAt !== null);
  const [first = a, second] = said.length === 0 ? [a, b] : said;
  return second !== undefined && isBefore(first, second) ? second : first;
}

/** Whether the second is what counts: of two that were said what was known later, else the earlier. */
function isBefore(first: Outcome, second: Outcome): boolean {
  const [a, b] = [first.servedKnownAt, second.servedKnownAt];
  if (a === null || b === null) return second.servedAt < first.servedAt;
  return a === b ? second.servedAt > first.servedAt : b > a;
}

/** As it is counted; null while nobody knows whether it was a success. */
export function datedFrom({ target, id }: Pick<Dated, "target" | "id">, outcome: Outcome): Dated | null {
  const { fields, knownAt, servedAt, servedKnownAt, shadow, details } = outcome;
  if (fields.success === undefined || knownAt.success === undefined) return null;
  return {
    ...{ version: NO_VERSION, ...fields },
    ...(shadow && { shadow }),
    ...(details !== null && { details: details.fields }),
    ...{ target, id, at: knownAt.success, servedAt, isServedSaid: servedKnownAt !== null },
  } as Dated;
}
