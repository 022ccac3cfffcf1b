import { type RatioBatch, ratioFound } from "../stats/sequential/ratio-bounds.ts";
import type { ProcessSettings } from "../stats/sequential/canary-engine.ts";
import type { Row } from "../state/tables.ts";
import { batchesOf, type TallyRow } from "./evidence.ts";
import type { FrozenRatio, RatioResult } from "./schema.ts";

/** The candidate's values of one look, at one probability, in one bin. */
export type RatioRow = Omit<Row<"ratioCounts">, "rollout">;

/** The rows of one metric, one batch for each probability of each look, in the order of the looks. */
export function ratioBatches(tallies: readonly TallyRow[], rows: readonly RatioRow[]): RatioBatch[] {
  const bins = new Map<string, RatioRow[]>();
  for (const row of rows) {
    const key = keyOf(row);
    const its = bins.get(key);
    if (its === undefined) bins.set(key, [row]);
    else its.push(row);
  }
  const keys = [...new Set(tallies.filter(({ arm }) => arm !== "shadow").map(keyOf))];
  return batchesOf(tallies).map((batch, i) => ({ ...batch, bins: bins.get(keys[i] as string) ?? [] }));
}

function keyOf({ look, weight }: { look: number; weight: number }): string {
  return `${look} ${weight}`;
}

/** Of each end of an interval that covers 95 %. */
const HALF = 0.025;

const LEAST_OF_P95 = 20;

/** The ratio for its readers, with what the evidence of the verdict leaves of it. */
export function ratioResult(
  { point, limit, values }: FrozenRatio,
  batches: readonly RatioBatch[],
  { settings, levels }: { settings: { harm: ProcessSettings; safe: ProcessSettings }; levels: { harm: number; safe: number } },
): RatioResult {
  const { of, cut } = point;
  // The p95 of fewer is their largest.
  const isKnown = batches.reduce((n, { candidate }) => n + candidate.n, 0) >= (of === "p95" ? LEAST_OF_P95 : 1);
  const found = ratioFound(batches, { of, limit }, settings, levels);
  const wide = ratioFound(batches, { of, limit }, settings, { harm: HALF, safe: HALF });
  return { of, estimate: isKnown ? found.estimate : null, ci95: wide.bounds, bounds: found.bounds, limit, control: valueOf(point), values, cut };
} // prettier-ignore

/** The control's p95, or the mean of its values as they were cut, in their unit. */
function valueOf({ of, at, mean }: FrozenRatio["point"]): number {
  return of === "p95" ? at : (1 - mean) * at;
}
