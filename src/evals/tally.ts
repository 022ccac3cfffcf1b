import { addCluster, type ClusterSums, clusteredWilson, emptyClusters } from "../stats/clustered.ts";
import { passPower } from "../stats/pass-power.ts";
import type { RunMetrics } from "./result.schema.ts";
import type { ScoreRecord, ScorerInfo } from "./run-spec.ts";
import { firstTokenMetric, latencyMetric, meanInterval } from "./measures.ts";
import type { CaseRow, TrialRow } from "./runs.store.ts";

export type TalliedTrial = TrialRow & Pick<CaseRow, "caseId" | "cluster">;

/** Ids of failing cases that a result carries; `runs show` has all of them. */
const FAILING_SHOWN = 20;

export interface Tally {
  scored: number;
  errors: number;
  succeeded: number;
  casesFailing: number;
  failing: string[];
  fromCache: number;
  firstError: { case: string; kind: string; message: string } | null;
  errorsByKind: Record<string, number>;
  answeredBy: string[];
  warnings: string[];
  metrics: RunMetrics;
}

/** One pass over a run's trials, in order of case: sums and latencies are kept, never the trials. */
export function tally(trials: Iterable<TalliedTrial>, scorers: readonly ScorerInfo[]): Tally {
  const t = emptyTally(scorers);
  let current: CaseSums | undefined;
  for (const trial of trials) {
    if (current === undefined || current.seq !== trial.caseSeq) {
      if (current !== undefined) closeCase(t, current);
      current = {
        seq: trial.caseSeq,
        id: trial.caseId,
        cluster: trial.cluster,
        n: 0,
        failed: false,
        successes: 0,
        safe: 0,
        passes: scorers.map(() => 0),
        cost: 0,
      };
    }
    addTrial(t, current, trial);
  }
  if (current !== undefined) closeCase(t, current);
  return finish(t);
}

interface CaseSums {
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

function emptyTally(scorers: readonly ScorerInfo[]) {
  return {
    scorers,
    scored: 0,
    errors: 0,
    succeeded: 0,
    casesFailing: 0,
    failing: [] as string[],
    fromCache: 0,
    firstError: null as Tally["firstError"],
    errorsByKind: {} as Record<string, number>,
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
    cost: { known: true, total: 0, retries: 0, judges: 0 as number | null, tasks: [] as number[] },
    tokens: { input: sum(), output: sum(), cached: sum(), reasoning: sum() },
  };
}
type State = ReturnType<typeof emptyTally>;

/** Cases are closed as they end; only named clusters, which may come back later, are held until the end. */
interface ClusterTally {
  sums: ClusterSums;
  named: Map<string, { n: number; total: number }>;
}

function clusterTally(): ClusterTally {
  return { sums: emptyClusters(), named: new Map() };
}

function addToCluster(clusters: ClusterTally, name: string | null, n: number, total: number): void {
  if (name === null) {
    addCluster(clusters.sums, n, total);
    return;
  }
  const found = clusters.named.get(name) ?? { n: 0, total: 0 };
  clusters.named.set(name, { n: found.n + n, total: found.total + total });
}

function intervalOf({ sums, named }: ClusterTally): [number, number] {
  const all = { ...sums };
  for (const { n, total } of named.values()) addCluster(all, n, total);
  return clusteredWilson(all);
}

interface Sum {
  total: number;
  seen: boolean;
}
function sum(): Sum {
  return { total: 0, seen: false };
}
function addTo(s: Sum, value: number | null): void {
  if (value === null) return;
  s.total += value;
  s.seen = true;
}

function addTrial(t: State, current: CaseSums, trial: TalliedTrial): void {
  t.cost.retries += trial.retryCostUsd;
  for (const warning of trial.warnings === null ? [] : (JSON.parse(trial.warnings) as string[]))
    t.warnings.add(warning);
  if (trial.passed !== 1) current.failed = true;
  if (trial.isError === 1) {
    t.errors += 1;
    const kind = trial.errorKind ?? "other";
    t.errorsByKind[kind] = (t.errorsByKind[kind] ?? 0) + 1;
    t.firstError ??= { case: trial.caseId, kind, message: trial.errorMessage ?? "" };
    return;
  }
  t.scored += 1;
  t.fromCache += trial.fromCache;
  t.succeeded += trial.passed ?? 0;
  t.scoreTotal += trial.score ?? 0;
  current.n += 1;
  current.successes += trial.passed ?? 0;
  if (trial.answeredBy !== null) t.answeredBy.add(trial.answeredBy);
  addScores(t, current, JSON.parse(trial.scores ?? "[]") as ScoreRecord[]);
  addMeasures(t, current, trial);
}

function addScores(t: State, current: CaseSums, scores: readonly ScoreRecord[]): void {
  let safe = true;
  for (const [i, scorer] of t.scorers.entries()) {
    const score = scores[i];
    const mine = t.byScorer[i];
    if (score === undefined || mine === undefined) continue;
    mine.scoreTotal += score.score;
    if (score.pass) {
      mine.passes += 1;
      current.passes[i] = (current.passes[i] ?? 0) + 1;
    } else if (scorer.category === "safety") safe = false;
  }
  if (safe) current.safe += 1;
}

function addMeasures(t: State, current: CaseSums, trial: TalliedTrial): void {
  if (trial.latencyMs !== null) t.latencies.push(trial.latencyMs);
  if (trial.ttftMs !== null) t.firstTokens.push(trial.ttftMs);
  if (trial.latencySimulated === 1) t.simulated = true;
  if (trial.costUsd === null) t.cost.known = false;
  else {
    t.cost.total += trial.costUsd;
    current.cost += trial.costUsd;
  }
  if (trial.judgeCostUsd === null) t.cost.judges = null;
  else if (t.cost.judges !== null) t.cost.judges += trial.judgeCostUsd;
  addTo(t.tokens.input, trial.inputTokens);
  addTo(t.tokens.output, trial.outputTokens);
  addTo(t.tokens.cached, trial.cachedTokens);
  addTo(t.tokens.reasoning, trial.reasoningTokens);
}

function closeCase(t: State, c: CaseSums): void {
  if (c.failed) {
    t.casesFailing += 1;
    if (t.failing.length < FAILING_SHOWN) t.failing.push(c.id);
  }
  if (c.n === 0) return;
  addToCluster(t.success, c.cluster, c.n, c.successes);
  addToCluster(t.safety, c.cluster, c.n, c.safe);
  for (const [i, mine] of t.byScorer.entries()) addToCluster(mine.clusters, c.cluster, c.n, c.passes[i] ?? 0);
  if (t.cost.known) t.cost.tasks.push(c.cost / c.n);
  const key = `${c.n}:${c.successes}`;
  const outcome = t.caseOutcomes.get(key) ?? { n: c.n, c: c.successes, cases: 0 };
  t.caseOutcomes.set(key, { ...outcome, cases: outcome.cases + 1 });
}

function finish(t: State): Tally {
  const { scored, errors, succeeded, casesFailing, failing, fromCache, firstError, errorsByKind } = t;
  return {
    scored,
    errors,
    succeeded,
    casesFailing,
    failing,
    fromCache,
    firstError,
    errorsByKind,
    answeredBy: [...t.answeredBy].sort(),
    warnings: [...t.warnings].sort(),
    metrics: {
      successRate: scored === 0 ? null : { estimate: succeeded / scored, ci95: intervalOf(t.success) },
      meanScore: scored === 0 ? null : t.scoreTotal / scored,
      safety: safetyOf(t),
      passHatK: passHatK([...t.caseOutcomes.values()]),
      latencyMs: latencyMetric(t.latencies, t.simulated),
      ttftMs: firstTokenMetric(t.firstTokens),
      costUsd: costOf(t),
      tokens: {
        input: shown(t.tokens.input),
        output: shown(t.tokens.output),
        cached: shown(t.tokens.cached),
        reasoning: shown(t.tokens.reasoning),
      },
      scorers: Object.fromEntries(t.scorers.map((s, i) => [s.name, scorerMetric(t, s, i)])),
    },
  };
}

function shown(s: Sum): number | null {
  return s.seen ? s.total : null;
}

function safetyOf(t: State): RunMetrics["safety"] {
  if (t.scored === 0 || !t.scorers.some((s) => s.category === "safety")) return null;
  let safe = t.safety.sums.total;
  for (const { total } of t.safety.named.values()) safe += total;
  return { estimate: safe / t.scored, ci95: intervalOf(t.safety) };
}

function scorerMetric(
  t: State,
  { type, category, required }: ScorerInfo,
  index: number,
): RunMetrics["scorers"][string] {
  const mine = t.byScorer[index] ?? { scoreTotal: 0, passes: 0, clusters: clusterTally() };
  const n = Math.max(1, t.scored);
  return {
    mean: mine.scoreTotal / n,
    passRate: mine.passes / n,
    passRateCi95: intervalOf(mine.clusters),
    type,
    category,
    required,
  };
}

function costOf(t: State): RunMetrics["costUsd"] {
  if (!t.cost.known || t.scored === 0) return null;
  const total = t.cost.total + t.cost.retries;
  return {
    total,
    perTask: total / t.scored,
    perTaskCi95: meanInterval(t.cost.tasks),
    perSuccess: t.succeeded === 0 ? null : total / t.succeeded,
    retries: t.cost.retries,
    judges: t.cost.judges,
  };
}

/** pass^k for every k that all cases have trials for: the mean over cases. */
function passHatK(outcomes: readonly { n: number; c: number; cases: number }[]): Record<string, number> {
  const most = outcomes.length === 0 ? 0 : Math.min(...outcomes.map((o) => o.n));
  const cases = outcomes.reduce((total, o) => total + o.cases, 0);
  const of = (k: number) => outcomes.reduce((total, o) => total + o.cases * passPower(o.c, o.n, k), 0) / cases;
  return Object.fromEntries(Array.from({ length: Math.min(most, 16) }, (_, i) => [String(i + 1), of(i + 1)]));
}
