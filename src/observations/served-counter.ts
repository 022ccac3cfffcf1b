import type { Value } from "../state/raw.ts";
import { arrive, GONE, OPEN, type Request } from "./arrival.ts";
import type { OpenRollout, UnitRow } from "./observations.store.ts";

/** A unit as it is known within one transaction. */
export interface KnownUnit {
  row: UnitRow | undefined;
  changed: boolean;
}

/**
 * Counts units as arrivals when they are served, whether an outcome comes or not; in memory, until one transaction is through.
 *
 * A unit that is drawn anew before its outcome was known is superseded at its old weight, in both arms: a candidate that comes again at a
 * higher weight is the candidate's for sure and counts no more, or late outcomes of the control alone would be left out.
 */
export interface ServedCounter {
  /** A unit was served at a weight in that minute. */
  serve(known: KnownUnit, served: Pick<Request, "weight" | "candidate">, minute: number): void;
  /** An outcome is known, which proves that its unit was served; its row as `arrive` gives it. */
  know(known: KnownUnit, request: Request, minute: number): UnitRow | null;
  /** As `addArrivals` and `addServedMinutes` take them. */
  rows(): { arrivals: Value[][]; minutes: Value[][] };
}

export function servedCounter({ seq, look }: Pick<OpenRollout, "seq" | "look">): ServedCounter {
  const arrivals = sums();
  const minutes = sums();

  const supersede = (row: UnitRow) => {
    arrivals.add(row.weight, armOf(row), 0, 1);
    // It is served anew in another minute, or waits for nothing.
    if (row.minute !== null) minutes.add(row.minute, armOf(row), -1, 0);
  };
  const serve: ServedCounter["serve"] = (known, { weight, candidate }, minute) => {
    const { row } = known;
    if (weight <= 0 || (row !== undefined && weight <= row.seenAt)) return;
    const isOpen = row?.look === OPEN;
    if (row?.candidate === 1 && !isOpen) return;
    if (isOpen) supersede(row);
    if (row?.candidate === 1) {
      const gone = { ...row, look: GONE, seenAt: weight, weight: 1, exposed: 0, minute: null };
      [known.row, known.changed] = [gone, true];
      return;
    }
    // Nobody is divided at 1, so nobody is missed.
    const drawn = weight < 1 ? arrive(row, { weight, candidate, look: OPEN, outcomes: {} }) : null;
    if (drawn === null) return;
    [known.row, known.changed] = [{ ...drawn, exposed: 1, minute }, true];
    arrivals.add(drawn.weight, armOf(drawn), 1, 0);
    minutes.add(minute, armOf(drawn), 1, 0);
  };
  return {
    serve,
    know(known, request, minute) {
      serve(known, request, minute);
      const row = arrive(known.row, request);
      const isFirst = row !== null && row.n === 0 && request.outcomes.success !== undefined;
      if (isFirst && row.minute !== null) minutes.add(row.minute, armOf(row), 0, 1);
      return row;
    },
    rows: () => ({
      arrivals: arrivals
        .rows()
        .map(([weight, arm, exposed, superseded]) => [seq, look, weight, arm, exposed, superseded]),
      minutes: minutes.rows().map(([minute, arm, exposed, known]) => [seq, minute, arm, exposed, known]),
    }),
  };
}

function armOf({ candidate }: UnitRow): "control" | "candidate" {
  return candidate === 1 ? "candidate" : "control";
}

/** Two sums by a number and an arm. */
function sums() {
  const found = { control: new Map<number, [number, number]>(), candidate: new Map<number, [number, number]>() };
  return {
    add(key: number, arm: keyof typeof found, first: number, second: number) {
      const its = found[arm].get(key) ?? [0, 0];
      found[arm].set(key, [its[0] + first, its[1] + second]);
    },
    rows: () =>
      (["control", "candidate"] as const).flatMap((arm) =>
        [...found[arm]].map(([key, [first, second]]) => [key, arm, first, second] as const),
      ),
  };
}
