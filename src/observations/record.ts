import { newId } from "../core/ids.ts";
import type { Sqlite } from "../state/connection.ts";
import { hourly } from "./hourly.ts";
import { type Statements, statementsOf } from "./observations.store.ts";
import { countFor, type RolloutCount } from "./rollout-count.ts";
import type { Dated, Observation } from "./schema.ts";

export interface Recorded {
  /** New ones. */
  recorded: number;
  /** Of which the store had the id already; nothing changed. */
  repeated: number;
  /** New ones of a version that was never released. */
  unknown: number;
}

/**
 * Stores observations and counts them for the rollout of their target that is open: all of them or, where it throws what SQLite throws,
 * none. The order matters, the division into calls does not.
 */
export function recordObservations(
  sqlite: Sqlite,
  environment: string,
  observations: readonly Observation[],
  clockNow: Date,
): Recorded {
  const statements = statementsOf(sqlite);
  const now = clockNow.toISOString();
  return sqlite.transaction(() => recordAll(statements, environment, observations, now)).immediate();
}

function recordAll(
  statements: Statements,
  environment: string,
  observations: readonly Observation[],
  now: string,
): Recorded {
  const done: Recorded = { recorded: 0, repeated: 0, unknown: 0 };
  const hours = hourly(statements, environment);
  const counts = countsByTarget(statements, environment);
  const isReleased = releasedVersions(statements);
  for (const observation of observations) {
    const dated = datedOf(observation, now);
    const count = counts.of(dated.target);
    const rollout = count?.seqFor(dated) ?? null;
    const { changes, lastInsertRowid } = insert(statements, environment, dated, rollout);
    if (changes === 0) {
      done.repeated += 1;
      continue;
    }
    done.recorded += 1;
    if (!isReleased(dated)) done.unknown += 1;
    hours.add(dated);
    if (rollout !== null) count?.count(dated, Number(lastInsertRowid));
  }
  hours.save();
  counts.save();
  return done;
}

function countsByTarget(statements: Statements, environment: string) {
  const counts = new Map<string, RolloutCount | null>();
  return {
    of(target: string): RolloutCount | null {
      const known = counts.get(target);
      if (known !== undefined) return known;
      const rollout = statements.open(environment, target);
      const made = rollout === undefined ? null : countFor(statements, environment, target, rollout);
      counts.set(target, made);
      return made;
    },
    save() {
      for (const count of counts.values()) count?.save();
    },
  };
}

function releasedVersions(statements: Statements) {
  const known = new Map<string, boolean>();
  return ({ target, version }: Dated): boolean => {
    const key = `${target}@${version}`;
    const released = known.get(key) ?? statements.isReleased.get(target, version) !== undefined;
    known.set(key, released);
    return released;
  };
}

function insert(statements: Statements, environment: string, observation: Dated, rollout: number | null) {
  const { target, id, version, unit, success, latencyMs, costUsd, inputTokens, outputTokens } = observation;
  const { safe, breach, shadow, at } = observation;
  return statements.insert.run(
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
  );
}

function datedOf(given: Observation, now: string): Dated {
  // Who names a breach need not also say that it was not safe.
  const observation = given.breach !== undefined && given.safe === undefined ? { ...given, safe: false } : given;
  const { id = newId(), at = now } = observation;
  const said = utc(at);
  // What has not come yet is a clock that is wrong, and would be among the last bad things for ever.
  const time = said > now ? now : said;
  return observation.id === id && observation.at === time ? (observation as Dated) : { ...observation, id, at: time };
}

/** Times are compared as text, so all of them are in UTC with milliseconds. */
function utc(at: string): string {
  return at.length === 24 && at.endsWith("Z") ? at : new Date(at).toISOString();
}
