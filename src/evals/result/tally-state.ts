import { clusterTally } from "../../stats/samples/cluster-tally.ts";
import type { ScorerInfo } from "../run/run-spec.ts";

/** Sums of the case being read. */
export interface CaseSums {
  seq: number;
  id: string;
  cluster: string | null;
  n: number;
  /** Some trial failed or ended in an error. */
  failed: boolean;
  successes: number;
  safe: number;
  passes: number[];
  cost: number;
}

export function emptyTally(scorers: readonly ScorerInfo[]) {
  return {
    scorers,
    scored: 0,
    errors: 0,
    succeeded: 0,
    casesFailing: 0,
    failing: [] as string[],
    fromCache: 0,
    firstError: null as { case: string; kind: string; message: string } | null,
    errorsByKind: {} as Record<string, number>,
    lastingErrors: {} as Record<string, number>,
    answeredBy: new Set<string>(),
    warnings: new Set<string>(),
    scoreTotal: 0,
    success: clusterTally(),
    safety: clusterTally(),
    byScorer: scorers.map(() => ({ scoreTotal: 0, passes: 0, clusters: clusterTally() })),
    caseOutcomes: new Map<string, { n: number; c: number; cases: number }>(),
    latencies: [] as number[],
    firstTokens: [] as number[],
    simulated: false,
    cost: { known: 0, noUsage: 0, noPrice: 0, total: 0, retries: 0, judges: 0 as number | null, tasks: clusterTally() },
    tokens: { input: sum(), output: sum(), cached: sum(), reasoning: sum(), reported: 0 },
  };
}
export type TallyState = ReturnType<typeof emptyTally>;

/** Of every trial so far: with one that is open, what they cost together is open. */
export function isCostKnown({ cost }: TallyState): boolean {
  return cost.noUsage + cost.noPrice === 0;
}

/** A sum that knows whether anything was added: no report of tokens is not 0 tokens. */
export interface Sum {
  total: number;
  seen: boolean;
}
function sum(): Sum {
  return { total: 0, seen: false };
}
export function addTo(s: Sum, value: number | null): void {
  if (value === null) return;
  s.total += value;
  s.seen = true;
}
