import type { Value } from "../state/raw.ts";
import type { Row } from "../state/tables.ts";
import { type Field, FIELDS, NOTHING_TRACED, type Outcome } from "./merge.ts";
import { type Dated, NO_VERSION } from "./schema.ts";

/** An outcome that is stored as an observation. */
export interface Stored {
  seq: number;
  /** The number of the rollout that it was counted for. */
  rollout: number | null;
  outcome: Outcome;
}

type Times = Partial<Record<Field | "servedAt", string | null>>;

/** One line's as `insertObservations` takes it: all of it was known at once. */
export function rowOf(environment: string, dated: Dated, rollout: number | null): Value[] {
  return [...valuesOf(environment, dated, rollout), servedColumn(dated), null];
}

/** Of several lines, as `replaceObservations` takes it. */
export function mergedRow(environment: string, dated: Dated, { seq, rollout, outcome }: Stored): Value[] {
  return [seq, ...valuesOf(environment, dated, rollout), servedColumn(dated), timesText(outcome, dated.at)];
}

function valuesOf(environment: string, observation: Dated, rollout: number | null): Value[] {
  const { target, id, version, unit, success, latencyMs, costUsd, inputTokens, outputTokens } = observation;
  const { safe, breach, shadow, at } = observation;
  return [
    environment,
    target,
    id,
    version,
    unit ?? null,
    Number(success),
    latencyMs ?? null,
    costUsd ?? null,
    inputTokens ?? null,
    outputTokens ?? null,
    safe === undefined ? null : Number(safe),
    breach ?? null,
    Number(shadow ?? false),
    at,
    rollout,
  ];
}

/** Null says: at `at`, and nobody said another time. */
function servedColumn({ servedAt, at, isServedSaid = false }: Dated): string | null {
  return servedAt === at && !isServedSaid ? null : servedAt;
}

/** Times that are not `at`; null for when it was served says that nobody said that. */
function timesText(outcome: Outcome, at: string): string | null {
  const times: Times = {};
  for (const field of STORED) if (outcome.fields[field] !== undefined && outcome.knownAt[field] !== at) times[field] = outcome.knownAt[field] ?? at; // prettier-ignore
  const { servedAt, servedKnownAt } = outcome;
  if (servedKnownAt === null ? servedAt !== at : servedKnownAt !== at) times.servedAt = servedKnownAt;
  return Object.keys(times).length === 0 ? null : JSON.stringify(times);
}

/** By whom it was assigned, at which weight or by name, mattered when it was counted. */
const PASSING = ["rollout", "weight", "exposure", "forced"] as const;
/** What an observation keeps. */
const STORED = FIELDS.filter((field): field is Exclude<Field, (typeof PASSING)[number]> => !isPassing(field));
const TRUTHS: ReadonlySet<Field> = new Set(["success", "safe"]);

function isPassing(field: Field): field is (typeof PASSING)[number] {
  return (PASSING as readonly Field[]).includes(field);
}

export function storedFrom(row: Omit<Row<"observations">, "environment">): Stored {
  const { seq, rollout, at, shadow } = row;
  const times = (row.knownAt === null ? {} : JSON.parse(row.knownAt)) as Times;
  const outcome: Outcome = {
    ...{ fields: {}, knownAt: {}, shadow: shadow === 1, servedAt: row.servedAt ?? at },
    servedKnownAt: row.servedAt === null ? null : times.servedAt === undefined ? at : times.servedAt,
    ...{ details: null, traced: NOTHING_TRACED },
  };
  for (const field of STORED) {
    const value = row[field];
    if (value === null || value === NO_VERSION) continue;
    outcome.fields[field] = TRUTHS.has(field) ? value === 1 : value;
    outcome.knownAt[field] = times[field] ?? at;
  }
  return { seq, rollout, outcome };
}

/** What an observation keeps of an outcome. */
export function asStored(outcome: Outcome): Outcome {
  return { ...outcome, fields: lasting(outcome.fields), knownAt: lasting(outcome.knownAt) };
}

function lasting<T>(of: Partial<Record<Field, T>>): Partial<Record<Field, T>> {
  return Object.fromEntries(STORED.flatMap((field) => (of[field] === undefined ? [] : [[field, of[field]]])));
}

/** As `saveOpen` takes it. */
export function openRow(environment: string, target: string, id: string, outcome: Outcome): Value[] {
  const { fields, knownAt, servedAt, servedKnownAt, shadow } = outcome;
  const values = { ...inOrder(fields), servedAt, ...(shadow && { shadow }) };
  return [environment, target, id, JSON.stringify(values), JSON.stringify({ ...inOrder(knownAt), servedAt: servedKnownAt })]; // prettier-ignore
}

function inOrder<T>(of: Partial<Record<Field, T>>): Partial<Record<Field, T>> {
  return Object.fromEntries(FIELDS.flatMap((field) => (of[field] === undefined ? [] : [[field, of[field]]])));
}

export function openFrom({ fields, knownAt }: { fields: string; knownAt: string }): Outcome {
  const { servedAt, shadow = false, ...values } = JSON.parse(fields) as Outcome["fields"] & Pick<Outcome, "servedAt"> & { shadow?: boolean }; // prettier-ignore
  const { servedAt: servedKnownAt, ...times } = JSON.parse(knownAt) as Outcome["knownAt"] & { servedAt: string | null };
  return {
    fields: values,
    knownAt: times,
    servedAt,
    servedKnownAt,
    shadow,
    ...{ details: null, traced: NOTHING_TRACED },
  };
}
