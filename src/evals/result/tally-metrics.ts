import { passAt, passPower } from "../../stats/samples/pass-power.ts";
import { clusterTally, intervalOf, meanIntervalOf, totalOf } from "../../stats/samples/cluster-tally.ts";
import type { RunMetrics } from "./schema.ts";
import type { ScorerInfo } from "../run/run-spec.ts";
import { isCostKnown, type Sum, type TallyState } from "./tally-state.ts";
import { quantile, quantileInterval } from "../../stats/samples/quantile.ts";

/** The metrics of everything that was added to a tally. */
export function metricsOf(t: TallyState): RunMetrics {
  const { scored, succeeded } = t;
  return {
    successRate: scored === 0 ? null : { estimate: succeeded / scored, ci95: intervalOf(t.success) },
    meanScore: scored === 0 ? null : t.scoreTotal / scored,
    safety: safetyOf(t),
    passHatK: overTrials([...t.caseOutcomes.values()], passPower),
    passAtK: overTrials([...t.caseOutcomes.values()], passAt),
    latencyMs: latencyMetric(t.latencies, t.simulated),
    ttftMs: firstTokenMetric(t.firstTokens),
    costUsd: costOf(t),
    ...partOfCost(t),
    judgeCostUsd: t.cost.judges,
    tokens: {
      input: shown(t.tokens.input),
      output: shown(t.tokens.output),
      cached: shown(t.tokens.cached),
      reasoning: shown(t.tokens.reasoning),
    },
    scorers: Object.fromEntries(t.scorers.map((s, i) => [s.name, scorerMetric(t, s, i)])),
  };
}

function shown(s: Sum): number | null {
  return s.seen ? s.total : null;
}

function safetyOf(t: TallyState): RunMetrics["safety"] {
  if (t.scored === 0 || !t.scorers.some((s) => s.category === "safety")) return null;
  return { estimate: totalOf(t.safety) / t.scored, ci95: intervalOf(t.safety) };
}

function scorerMetric(
  t: TallyState,
  { type, category, required }: ScorerInfo,
  index: number,
): RunMetrics["scorers"][string] {
  const mine = t.byScorer[index] ?? { scoreTotal: 0, passes: 0, clusters: clusterTally() };
  const n = t.scored;
  return {
    mean: n === 0 ? null : mine.scoreTotal / n,
    passRate: n === 0 ? null : mine.passes / n,
    passRateCi95: n === 0 ? null : intervalOf(mine.clusters),
    type,
    category,
    required,
  };
}

function costOf(t: TallyState): RunMetrics["costUsd"] {
  if (!isCostKnown(t) || t.scored === 0) return null;
  const total = t.cost.total + t.cost.retries;
  return {
    total,
    perTask: total / t.scored,
    perTaskCi95: meanIntervalOf(t.cost.tasks),
    perSuccess: t.succeeded === 0 ? null : total / t.succeeded,
    retries: t.cost.retries,
  };
}

/** Nothing where all is known, and where nothing is since no price is. */
function partOfCost({ cost }: TallyState): Pick<RunMetrics, "costPart"> {
  const { known, noUsage, noPrice, total, retries } = cost;
  if (noUsage + noPrice === 0 || known + noUsage === 0) return {};
  return { costPart: { knownUsd: total + retries, known, noUsage, noPrice } };
}

/** pass^k or pass@k for every k that all cases have trials for: the mean over cases. */
function overTrials(
  outcomes: readonly { n: number; c: number; cases: number }[],
  chance: (successes: number, trials: number, k: number) => number,
): Record<string, number> {
  const most = outcomes.length === 0 ? 0 : Math.min(...outcomes.map((o) => o.n));
  const cases = outcomes.reduce((total, o) => total + o.cases, 0);
  const of = (k: number) => outcomes.reduce((total, o) => total + o.cases * chance(o.c, o.n, k), 0) / cases;
  return Object.fromEntries(Array.from({ length: Math.min(most, 16) }, (_, i) => [String(i + 1), of(i + 1)]));
}

/** Latency quantiles with the distribution-free interval of p95; null without a latency. */
function latencyMetric(values: readonly number[], simulated: boolean): RunMetrics["latencyMs"] {
  if (values.length === 0) return null;
  const sorted = Float64Array.from(values).sort();
  return {
    p50: quantile(sorted, 0.5),
    p95: quantile(sorted, 0.95),
    p99: quantile(sorted, 0.99),
    p95Ci95: quantileInterval(sorted, 0.95),
    recorded: sorted.length,
    simulated,
  };
}

/** Quantiles of the time to the first token; null when nothing was streamed. */
function firstTokenMetric(values: readonly number[]): RunMetrics["ttftMs"] {
  if (values.length === 0) return null;
  const sorted = Float64Array.from(values).sort();
  return { p50: quantile(sorted, 0.5), p95: quantile(sorted, 0.95) };
}
