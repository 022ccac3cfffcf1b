import { delayBucket } from "../rollout/delays.ts";
import type { Value } from "../state/raw.ts";
import type { Tx } from "../state/store.ts";
import { minuteOf } from "./exposure-token.ts";
import { addDelays, addHours, addMinutes, dropEmpty } from "./rollups.store.ts";
import type { Dated } from "./schema.ts";

/** n, succeeded, latencyN, latencyMs, costN, costUsd, safetyN, unsafe. */
type OutcomeSums = [number, number, number, number, number, number, number, number];

/** Sums of what was observed of each version, by the minute and the hour it was served, and how late it was known; written once a transaction. */
export interface Rollups {
  add(observation: Dated): void;
  /** Takes back what was added of one that is another by now. */
  subtract(observation: Dated): void;
  save(tx: Tx): Promise<void>;
}

interface Cell {
  target: string;
  version: string;
  shadow: number;
  servedAt: string;
  sums: OutcomeSums;
}

interface Delay {
  key: readonly Value[];
  n: number;
}

/** The hour of a time, as an ISO 8601 time. */
export function hourOf(at: string): string {
  return `${at.slice(0, 13)}:00:00.000Z`;
}

export function rollups(environment: string): Rollups {
  const minutes = new Map<string, Cell>();
  const delays = new Map<string, Delay>();
  const change = (observation: Dated, by: 1 | -1) => {
    addTo(cellOf(minutes, observation).sums, observation, by);
    const { target, version, success, servedAt, at, isServedSaid = false, shadow = false } = observation;
    if (shadow || (servedAt === at && !isServedSaid)) return;
    const key = [
      environment,
      target,
      version,
      servedAt.slice(0, 10),
      Number(success),
      delayBucket(Date.parse(at) - Date.parse(servedAt)),
    ];
    const delay = delays.get(key.join(" ")) ?? { key, n: 0 };
    delay.n += by;
    delays.set(key.join(" "), delay);
  };
  return {
    add(observation) {
      change(observation, 1);
    },
    subtract(observation) {
      change(observation, -1);
    },
    async save(tx) {
      const cells = [...minutes.values()].filter(({ sums }) => sums.some((sum) => sum !== 0));
      const byMinute = cells.map(({ target, version, shadow, servedAt, sums }) => [
        ...[environment, target, minuteOf(servedAt), version, shadow, 0],
        ...sums,
      ]);
      const byHour = hoursOf(cells).map(({ target, version, shadow, servedAt, sums }) => [
        ...[environment, target, version, hourOf(servedAt), shadow],
        ...sums,
      ]);
      const late = [...delays.values()].filter(({ n }) => n !== 0).map(({ key, n }) => [...key, n]);
      await addMinutes(tx, byMinute);
      await addHours(tx, byHour);
      await addDelays(tx, late);
      await dropEmpty(tx, { byMinute, byHour, late });
    },
  };
}

function cellOf(cells: Map<string, Cell>, { target, version, servedAt, shadow = false }: Dated): Cell {
  const key = `${target} ${version} ${servedAt.slice(0, 16)} ${shadow}`;
  const known = cells.get(key);
  if (known !== undefined) return known;
  const made: Cell = { target, version, shadow: Number(shadow), servedAt, sums: [0, 0, 0, 0, 0, 0, 0, 0] };
  cells.set(key, made);
  return made;
}

function addTo(sums: OutcomeSums, { success, latencyMs, costUsd, safe }: Dated, by: 1 | -1): void {
  sums[0] += by;
  sums[1] += by * Number(success);
  sums[2] += by * Number(latencyMs !== undefined);
  sums[3] += by * (latencyMs ?? 0);
  sums[4] += by * Number(costUsd !== undefined);
  sums[5] += by * (costUsd ?? 0);
  sums[6] += by * Number(safe !== undefined);
  sums[7] += by * Number(safe === false);
}

function hoursOf(minutes: readonly Cell[]): Cell[] {
  const hours = new Map<string, Cell>();
  for (const { sums, ...its } of minutes) {
    const key = `${its.target} ${its.version} ${its.servedAt.slice(0, 13)} ${its.shadow}`;
    const hour = hours.get(key);
    if (hour === undefined) hours.set(key, { ...its, sums: [...sums] });
    else for (const [i, sum] of sums.entries()) hour.sums[i] = (hour.sums[i] ?? 0) + sum;
  }
  return [...hours.values()];
}
