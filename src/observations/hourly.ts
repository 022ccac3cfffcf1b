import type { Value } from "../state/raw.ts";
import type { Dated } from "./schema.ts";

/** What one call adds to the hour of a version: n, succeeded, latencyN, latencyMs, costN, costUsd, safetyN, unsafe. */
type OutcomeSums = [number, number, number, number, number, number, number, number];

/** Sums of what was observed of each version, by the hour; written once a transaction. */
export interface Hourly {
  add(observation: Dated): void;
  /** One row an hour and version, as `addHours` takes them. */
  rows(): Value[][];
}

interface Hour {
  target: string;
  version: string;
  hour: string;
  shadow: number;
  sums: OutcomeSums;
}

/** The hour of a time, as an ISO 8601 time. */
export function hourOf(at: string): string {
  return `${at.slice(0, 13)}:00:00.000Z`;
}

export function hourly(environment: string): Hourly {
  const hours = new Map<string, Hour>();
  const found = ({ target, version, at, shadow = false }: Dated): Hour => {
    const hour = at.slice(0, 13);
    const key = `${target} ${version} ${hour} ${shadow}`;
    const known = hours.get(key);
    if (known !== undefined) return known;
    const made: Hour = { target, version, hour: hourOf(at), shadow: Number(shadow), sums: [0, 0, 0, 0, 0, 0, 0, 0] };
    hours.set(key, made);
    return made;
  };
  return {
    add(observation) {
      const { sums } = found(observation);
      const { success, latencyMs, costUsd, safe } = observation;
      sums[0] += 1;
      sums[1] += Number(success);
      sums[2] += Number(latencyMs !== undefined);
      sums[3] += latencyMs ?? 0;
      sums[4] += Number(costUsd !== undefined);
      sums[5] += costUsd ?? 0;
      sums[6] += Number(safe !== undefined);
      sums[7] += Number(safe === false);
    },
    rows: () =>
      [...hours.values()].map(({ target, version, hour, shadow, sums }) => [
        ...[environment, target, version, hour, shadow],
        ...sums,
      ]),
  };
}
