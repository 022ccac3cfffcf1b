import { eValue } from "../stats/sequential/e-value.ts";
import type { Row } from "../state/tables.ts";
import { pairedBounds } from "../stats/sequential/paired-bounds.ts";
import { addPairs, emptyPaired, type PairCounts, pairedHarm, pairedLogE, type PairedProcess, pairedSafe, pairsIn } from "../stats/sequential/paired-process.ts"; // prettier-ignore
import { PAIRED } from "./alarm.ts";
import type { GuardrailResult, RolloutPlan } from "./schema.ts";
import type { JudgedRow } from "./verdict.ts";

/** Pairs of one look. */
export type PairRow = Omit<Row<"pairCounts">, "rollout">;

/** Evidence on success by inputs that both arms answered. */
export interface PairedEvidence {
  harm: PairedProcess;
  safe: PairedProcess;
}

/** Whether copies are compared with what the control did with the same inputs; never of rollouts from before there was such a thing. */
export function isPaired({ alarm }: Pick<RolloutPlan, "alarm">): boolean {
  return (alarm?.pairs ?? 0) > 0;
}

/** The evidence after one more look; absent before the first pair, and of a plan that has none. */
export function withPairs(
  { paired }: { paired?: PairedEvidence },
  rows: readonly PairRow[],
  plan: RolloutPlan,
): { paired?: PairedEvidence } {
  const success = plan.guardrails.find(({ name }) => name === "success");
  const counted = rows.map(countsIn).filter((counts) => pairsIn(counts) > 0);
  if (!isPaired(plan) || success === undefined || (paired === undefined && counted.length === 0)) return {};
  const { mde, prior, tolerance, margin } = success;
  const from = paired ?? {
    harm: emptyPaired(pairedHarm(mde, prior, tolerance)),
    safe: emptyPaired(pairedSafe(margin, prior)),
  };
  return { paired: { harm: counted.reduce(addPairs, from.harm), safe: counted.reduce(addPairs, from.safe) } };
}

function countsIn({ both, onlyControl, onlyCandidate, neither }: PairRow): PairCounts {
  return { both, onlyControl, onlyCandidate, neither };
}

/** Pairs that some looks counted. */
export function pairsOfRows(rows: readonly PairRow[]): number {
  return rows.reduce((sum, row) => sum + pairsIn(countsIn(row)), 0);
}

/** Pairs that the evidence has. */
export function pairsOfEvidence({ paired }: { paired?: PairedEvidence }): number {
  return paired === undefined ? 0 : pairsIn(paired.harm.pairs);
}

/** The row of pairs; harm is the alarm's word. What is shown safe on copies, which run no tool, is no proof for a step (`verdictOn`). */
export function pairedRows({ alpha, safeAlpha, alarm }: RolloutPlan, paired: PairedEvidence | undefined): JudgedRow[] {
  if (paired === undefined || alarm?.pairs === undefined) return [];
  const { harm, safe } = paired;
  const { both, onlyControl, onlyCandidate } = harm.pairs;
  const n = pairsIn(harm.pairs);
  return [
    {
      name: PAIRED,
      control: { n, rate: (both + onlyControl) / n },
      candidate: { n, rate: (both + onlyCandidate) / n },
      ratio: null,
      harmE: eValue(pairedLogE(harm)),
      harmThreshold: 1 / alpha / alarm.pairs,
      safeE: eValue(pairedLogE(safe)),
      safeThreshold: 1 / safeAlpha,
      tolerance: harm.settings.bound,
      margin: safe.settings.bound,
      cap: null,
      verdict: safe.peak >= Math.log(1 / safeAlpha) ? "safe" : "undecided",
      peaks: { harm: harm.peak, safe: safe.peak },
    },
  ];
}

/** Of each end of an interval that covers 95 %. */
const HALF = 0.025;

/** Candidate − control over the pairs, with intervals that hold at every look at once. */
export function pairedDifference(
  { harm, safe }: PairedEvidence,
  rows: readonly PairRow[],
  { harmThreshold, safeThreshold }: Pick<JudgedRow, "harmThreshold" | "safeThreshold">,
): Pick<GuardrailResult, "difference" | "ci95" | "bounds" | "ratio"> {
  const batches = rows.map(countsIn);
  const settings = { harm: harm.settings, safe: safe.settings };
  const between = (levels: { harm: number; safe: number }): [number, number] => {
    const [low, high] = pairedBounds(batches, settings, levels);
    return [0 - high, 0 - low];
  };
  const { onlyControl, onlyCandidate } = harm.pairs;
  return {
    difference: (onlyCandidate - onlyControl) / pairsIn(harm.pairs),
    ci95: between({ harm: HALF, safe: HALF }),
    bounds: between({ harm: 1 / harmThreshold, safe: 1 / (safeThreshold ?? 1) }),
    ratio: null,
  };
}
