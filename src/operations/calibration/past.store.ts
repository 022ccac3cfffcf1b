import type { Place } from "../../core/refs.ts";
import type { StoredRequest } from "../../observations/past.ts";
import { firstRow, raw, rowsOf } from "../../state/raw.ts";
import type { Db } from "../../state/store.ts";

/** Requests that are read at most, the newest: some megabytes, and a second or two of a slow machine. */
const NEWEST = 50_000;

/** What is stored of a version. */
export interface StoredPast {
  rows: StoredRequest[];
  /** There is more of that time than is read. */
  isCut: boolean;
}

/** What one version answered since a moment, ISO 8601, the newest of it; no copies of inputs. Whether it was asked for by name is not stored. */
export async function storedPast(db: Db, place: Place, version: string, since: string): Promise<StoredPast> {
  const stored = await storedSince(db, place, version, since);
  // No more than there are: a search for others would read the whole table.
  const limit = Math.min(NEWEST, stored);
  if (limit === 0) return { rows: [], isCut: false };
  const newest = `SELECT unit, success, "latencyMs", "costUsd", safe, breach, at, COALESCE("servedAt", at) AS "servedAt"
    FROM observations WHERE environment = $1 AND target = $2 AND version = $3 AND shadow = 0 ORDER BY seq DESC LIMIT $4`;
  const found = await rowsOf(db, raw<StoredRequest>(newest, place.environment, place.target, version, limit));
  const rows = found.filter(({ servedAt }) => servedAt >= since).reverse();
  return { rows, isCut: stored > limit && rows.length === limit };
}

/** By the sums of whole hours, so a little more than there are. */
async function storedSince(db: Db, { environment, target }: Place, version: string, since: string): Promise<number> {
  const sum = `SELECT COALESCE(SUM(n), 0) AS n FROM outcomes
    WHERE environment = $1 AND target = $2 AND version = $3 AND shadow = 0 AND hour >= $4`;
  const hour = `${since.slice(0, 13)}:00:00.000Z`;
  const row = await firstRow(db, raw<{ n: number }>(sum, environment, target, version, hour));
  return row?.n ?? 0;
}

/** Units of rollouts that there were. */
export interface SeenUnits {
  rollouts: number;
  units: number;
  /** Given both versions by one rollout; a weight that grows does that to those that had the control. */
  both: number;
  /** Of those, given the control after the candidate, which no sticky assignment does. */
  back: number;
}

/** What rollouts of a target that were begun since a moment, ISO 8601, gave their units: the newest answers of them. */
export async function unitsSeen(db: Db, { environment, target }: Place, since: string): Promise<SeenUnits> {
  const begun = `SELECT seq, candidate FROM rollouts WHERE environment = $1 AND target = $2 AND "createdAt" >= $3`;
  const rollouts = await rowsOf(db, raw<{ seq: number; candidate: string }>(begun, environment, target, since));
  const seen: SeenUnits = { rollouts: rollouts.length, units: 0, both: 0, back: 0 };
  for (const { seq, candidate } of rollouts) {
    const answers = `SELECT unit, version, COALESCE("servedAt", at) AS "servedAt" FROM observations
      WHERE rollout = $1 AND shadow = 0 AND unit IS NOT NULL ORDER BY seq DESC LIMIT $2`;
    const rows = await rowsOf(db, raw<Answer>(answers, seq, NEWEST));
    for (const { first, last } of spansOf(rows, candidate).values()) {
      seen.units += 1;
      if (first !== null && last !== null) seen.both += 1;
      if (first !== null && last !== null && last > first) seen.back += 1;
    }
  }
  return seen;
}

interface Answer {
  unit: string;
  version: string;
  servedAt: string;
}

/** Of each unit when it first got the candidate, and when it last got the control; null: never. */
function spansOf(rows: readonly Answer[], candidate: string) {
  const spans = new Map<string, { first: string | null; last: string | null }>();
  for (const { unit, version, servedAt } of rows) {
    const span = spans.get(unit) ?? { first: null, last: null };
    spans.set(unit, span);
    if (version !== candidate) span.last = span.last === null || servedAt > span.last ? servedAt : span.last;
    else span.first = span.first === null || servedAt < span.first ? servedAt : span.first;
  }
  return spans;
}
