import { batchInto } from "../state/batch.ts";
import { rawWith, rowsOf } from "../state/raw.ts";
import type { Tx } from "../state/store.ts";
import type { Row } from "../state/tables.ts";

/** One arm's outcome of an exposure; `unit` is a place in [0, 2^52). */
export type Half = Omit<Row<"pairs">, "rollout">;

export const insertHalves = batchInto("pairs", {
  columns: ["rollout", "unit", "exposure", "arm", "success"],
  key: ["rollout", "unit", "exposure", "arm"],
  onConflict: "keep",
});

const SUMS = ["both", "onlyControl", "onlyCandidate", "neither"] as const;

export const addPairCounts = batchInto("pairCounts", {
  columns: ["rollout", "look", ...SUMS],
  key: ["rollout", "look"],
  onConflict: "add",
  sums: SUMS,
});

/** Units that are asked for at once: few texts, which an engine knows again. */
const ASKED = 128;
const BY_UNITS = `SELECT unit, exposure, arm, success FROM pairs WHERE rollout = $1 AND unit IN (${Array.from({ length: ASKED }, (_, i) => `$${i + 2}`).join(", ")})`;

/** All halves of some units. @param units without repeats */
export async function halvesOf(tx: Tx, rollout: number, units: readonly number[]): Promise<Half[]> {
  const found: Half[] = [];
  for (let from = 0; from < units.length; from += ASKED) {
    const some = units.slice(from, from + ASKED);
    const padded = Array.from({ length: ASKED }, (_, i) => some[Math.min(i, some.length - 1)] as number);
    found.push(...(await rowsOf(tx, rawWith<Half>(BY_UNITS, [rollout, ...padded]))));
  }
  return found;
}
