import type { Place } from "../core/refs.ts";
import type { BareReader } from "../state/store.ts";
import { isGone, isPresent } from "../kill/arrival.ts";
import { lastChange, readProcesses } from "../kill/processes.store.ts";
import type { Executor } from "../state/raw.ts";
import type { BadThing, ServedTarget, ShownProcess } from "./schema.ts";
import { type Frozen, frozenEverywhere } from "../rollout/freeze.store.ts";
import { tryPath } from "../kill/switchboard.ts";
import {
  type Bad,
  type HourCount,
  readHours,
  readLatestRollouts,
  readLeft,
  readServed,
  readSetbacks,
  readStables,
  readUnsafe,
  type ServedCount,
  type StableNow,
} from "./overview.store.ts";
import { type Newest, newestRollout } from "./under-way.ts";
import { DAY_MS, HOUR_MS, type Wrong, wrongWith } from "./wrong.ts";

export interface OverviewRequest {
  now: Date;
  waitMs: number;
  /** Only this environment. */
  only: string | undefined;
}

export type TargetNow = Omit<ServedTarget, "wrong"> & { wrong: Wrong[] };

export interface Overview {
  /** By environment. */
  serving: Map<string, { targets: TargetNow[]; processes: ShownProcess[]; bad: BadThing[] }>;
  /** By environment. */
  frozen: Map<string, Frozen>;
  /** What could not be read, for people. */
  unread: string[];
}

const MOST_BAD = 5;

/**
 * What each environment serves, how its rollouts stand and what went wrong. Each part is read by itself and never throws: one that cannot
 * be read is missing and named. A store from before there was any of it has nothing to say.
 */
export async function overview(open: BareReader, request: OverviewRequest): Promise<Overview> {
  return arranged(await readParts(open, request), request);
}

interface Parts {
  stables: StableNow[];
  rollouts: Newest[];
  hours: HourCount[];
  served: ServedCount[];
  bad: Bad[];
  processes: (ShownProcess & { environment: string | null })[];
  frozen: (Frozen & { environment: string })[];
  unread: string[];
}

async function readParts(open: BareReader, { now, waitMs }: OverviewRequest): Promise<Parts> {
  const { db } = open;
  const unread: string[] = [];
  const part = async <T>(what: string, read: () => Promise<T[]>): Promise<T[]> => {
    const { result, path } = await tryPath(waitMs, read);
    if (path.problem !== null) {
      unread.push(`${what} cannot be read: ${path.problem}`);
      open.waitAtMost(0);
    }
    return result ?? [];
  };
  const dayAgo = new Date(now.getTime() - DAY_MS).toISOString();
  const stables = await part("what is served", () => readStables(db));
  const rollouts = await part("rollouts", async () =>
    each(await readLatestRollouts(db), (row) => newestRollout(db, row, now)),
  );
  const hours = await part("what was observed", () => readHours(db, dayAgo.slice(0, 13)));
  const places = placesOf([stables, rollouts, hours]);
  const from = Math.floor(Date.parse(dayAgo) / HOUR_MS) * 60;
  const served = await part("who was served", async () =>
    (await each(places, (place) => readServed(db, place, from))).flat(),
  );
  const unsafe = await part("what was unsafe", async () =>
    (await each(places, (place) => readUnsafe(db, place))).flat(),
  );
  const setbacks = await part("the rollouts' history", () => readSetbacks(db, dayAgo));
  const left = await part("what was rolled back", () => readLeft(db, dayAgo));
  const processes = await part("agents' processes", () => processesNow(db, now, dayAgo));
  const frozen = await part("what is frozen", () => frozenEverywhere(db, now.toISOString()));
  return {
    stables,
    rollouts,
    hours,
    served,
    processes,
    frozen,
    bad: [...unsafe, ...setbacks, ...left].filter(({ at }) => at >= dayAgo),
    unread,
  };
}

async function processesNow(db: Executor, now: Date, since: string): Promise<Parts["processes"]> {
  const change = (await lastChange(db)) ?? 0;
  return (await readProcesses(db, since)).map(({ environment, host, pid, startedAt, seenAt, revision, serves }) => {
    const present = isPresent(seenAt, now.getTime());
    const state = isGone({ host, pid }) ? "ended" : !present ? "silent" : revision < change ? "behind" : "current";
    return { environment, host, pid, startedAt, seenAt, state, serves: JSON.parse(serves) as string[] };
  });
}

/** One after the other: they share a connection. */
async function each<T, R>(all: readonly T[], work: (one: T) => Promise<R>): Promise<R[]> {
  const done: R[] = [];
  for (const one of all) done.push(await work(one));
  return done;
}

/** Each environment and target that occurs, once, in order. */
function placesOf(rows: readonly (readonly Place[])[]): Place[] {
  const places = new Map(
    rows.flat().map(({ environment, target }) => [`${environment}\0${target}`, { environment, target }]),
  );
  return [...places.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, place]) => place);
}

function arranged(parts: Parts, { now, only }: OverviewRequest): Overview {
  const places = placesOf([parts.stables, parts.rollouts, parts.hours]);
  const named = parts.processes.flatMap(({ environment }) => (environment === null ? [] : [environment]));
  const environments = [...new Set([...places.map(({ environment }) => environment), ...named])].sort();
  const serving: Overview["serving"] = new Map();
  for (const environment of environments) {
    if (only !== undefined && environment !== only) continue;
    serving.set(environment, {
      targets: places.filter((place) => place.environment === environment).map((place) => targetAt(parts, place, now)),
      processes: processesOf(parts, environment),
      bad: worstOf(parts.bad, environment),
    });
  }
  const frozen = new Map(parts.frozen.map(({ environment, ...one }) => [environment, one]));
  return { serving, frozen, unread: parts.unread };
}

/** One that names no environment serves whatever is the only one. */
function processesOf({ processes }: Parts, environment: string): ShownProcess[] {
  return processes
    .filter((one) => one.environment === null || one.environment === environment)
    .map(({ host, pid, startedAt, seenAt, state, serves }) => ({ host, pid, startedAt, seenAt, state, serves }));
}

function worstOf(bad: readonly Bad[], environment: string): BadThing[] {
  return bad
    .filter((b) => b.environment === environment)
    .sort((a, b) => (a.at > b.at ? -1 : Number(a.at < b.at)))
    .slice(0, MOST_BAD)
    .map(({ at, target, version, what, why }) => ({ at, target, version, what, why }));
}

function targetAt(parts: Parts, place: Place, now: Date): TargetNow {
  const here = (row: Place) => row.environment === place.environment && row.target === place.target;
  const stable = parts.stables.find(here);
  const rollout = parts.rollouts.find(here);
  const counts = { hours: parts.hours.filter(here), served: parts.served.filter(here) };
  const unsafe = parts.bad.filter((bad) => here(bad) && bad.what === "unsafe");
  return {
    target: place.target,
    stable: stable === undefined ? null : { version: stable.version, since: stable.since, actor: stable.actor, authenticated: false, how: stable.how }, // prettier-ignore
    rollout: rollout?.shown ?? null,
    lastHour: countsFrom(counts, now.getTime() - HOUR_MS),
    lastDay: countsFrom(counts, now.getTime() - DAY_MS),
    wrong: wrongWith({ ...place, rollout, stable, unsafe: unsafe.map(({ at }) => at) }, now),
  };
}

function countsFrom(
  { hours, served }: { hours: readonly HourCount[]; served: readonly ServedCount[] },
  fromMs: number,
): ServedTarget["lastHour"] {
  const first = new Date(fromMs).toISOString().slice(0, 13);
  const known = hours.filter(({ hour }) => hour.slice(0, 13) >= first);
  const told = served.filter(({ hour }) => hour >= Math.floor(fromMs / HOUR_MS));
  const versions = [...new Set([...known, ...told].map(({ version }) => version))].map((version) => {
    const of = (one: { version: string }) => one.version === version;
    return { version, ...sumsOf(known.filter(of), told.filter(of)) };
  });
  return { from: `${first}:00:00.000Z`, ...sumsOf(known, told), versions };
}

function sumsOf(known: readonly HourCount[], told: readonly ServedCount[]) {
  const sum = (key: "n" | "succeeded" | "unsafe") => known.reduce((total, hour) => total + hour[key], 0);
  const exposed = told.reduce((total, hour) => total + hour.exposed, 0);
  return { n: sum("n"), succeeded: sum("succeeded"), unsafe: sum("unsafe"), exposed };
}
