import { MINUTE_MS } from "../rollout/outcomes.ts";
import { minuteOf } from "./exposure-token.ts";
import type { Dated } from "./schema.ts";

/** One answer as it is stored. */
export interface StoredRequest {
  /** Null: of nobody known. */
  unit: string | null;
  success: number;
  latencyMs: number | null;
  costUsd: number | null;
  safe: number | null;
  breach: string | null;
  /** When its outcome was known; ISO 8601, like `servedAt`. */
  at: string;
  servedAt: string;
}

/** One that may be served again, by a rollout that only memory knows. */
interface PastRequest {
  /** Place of its unit among {@link Past.units}. */
  unit: number;
  observation: Omit<Dated, "version">;
  /** When it counts; ISO 8601. */
  countsAt: string;
  countsMs: number;
}

/** What came, in the order it counts. */
export interface Past {
  /** Names that units are divided by. A request of nobody known has one of its own, that no unit can have. */
  units: readonly string[];
  /** From this place on they are never seen again. */
  known: number;
  requests: readonly PastRequest[];
  /** When the first of them was served, and the last; ISO 8601. Null of none. */
  from: string | null;
  to: string | null;
}

/**
 * Stored answers as a rollout may be served them again. With a time to settle an answer counts as a minute that was served settles, by what
 * was known of it by then; what came later counts nothing.
 * @param settleMs 0: as outcomes were known
 */
export function pastOf(rows: readonly StoredRequest[], target: string, { settleMs }: { settleMs: number }): Past {
  const names = [...new Set(rows.flatMap(({ unit }) => (unit === null ? [] : [unit])))];
  const places = new Map(names.map((name, place) => [name, place]));
  const units = [...names];
  const requests = rows.flatMap((row, i): PastRequest[] => {
    const countsMs = settleMs === 0 ? Date.parse(row.at) : (minuteOf(row.servedAt) + 1) * MINUTE_MS + settleMs;
    if (countsMs < Date.parse(row.at)) return [];
    const unit = row.unit === null ? units.push(`\0${i}`) - 1 : (places.get(row.unit) as number);
    const at = settleMs === 0 ? row.at : row.servedAt;
    const observation = { ...dated(row), target, id: String(i), at };
    return [{ unit, observation, countsAt: new Date(countsMs).toISOString(), countsMs }];
  });
  requests.sort((a, b) => a.countsMs - b.countsMs);
  const served = rows.map(({ servedAt }) => servedAt).sort();
  return { units, known: names.length, requests, from: served[0] ?? null, to: served.at(-1) ?? null };
}

function dated({ unit, success, latencyMs, costUsd, safe, breach, servedAt }: StoredRequest) {
  return {
    ...{ servedAt, success: success === 1 },
    ...(unit !== null && { unit }),
    ...(latencyMs !== null && { latencyMs }),
    ...(costUsd !== null && { costUsd }),
    ...(safe !== null && { safe: safe === 1 }),
    ...(breach !== null && { breach }),
  };
}
