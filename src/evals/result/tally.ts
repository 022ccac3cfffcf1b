import { addToCluster, type ClusterTally } from "../../stats/samples/cluster-tally.ts";
import type { RunMetrics } from "./schema.ts";
import type { ScoreRecord, ScorerInfo } from "../run/run-spec.ts";
import type { TalliedTrial } from "../run/tallied.store.ts";
import { metricsOf } from "./tally-metrics.ts";
import { addTo, type CaseSums, emptyTally, isCostKnown, type TallyState } from "./tally-state.ts";

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
  judgeErrors: number;
  lastingErrors: Record<string, number>;
  answeredBy: string[];
  warnings: string[];
  reported: { tokens: number; firstToken: number };
  metrics: RunMetrics;
  /** By scorer, its passes over cases: what a judge's rate is corrected from. */
  passes: ClusterTally[];
}

/** One pass over a run's trials, in order of case: sums and latencies are kept, never the trials. */
export function tally(trials: Iterable<TalliedTrial>, scorers: readonly ScorerInfo[]): Tally {
  const t = emptyTally(scorers);
  const scoresOf = remembered();
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
    addTrial(t, current, trial, scoresOf);
  }
  if (current !== undefined) closeCase(t, current);
  return finish(t);
}

type ScoresOf = (text: string) => readonly ScoreRecord[];

/** Many trials are scored alike: the last few thousand texts are remembered. */
function remembered(): ScoresOf {
  const known = new Map<string, readonly ScoreRecord[]>();
  return (text) => {
    let scores = known.get(text);
    if (scores !== undefined) return scores;
    if (known.size === 5000) known.clear();
    known.set(text, (scores = JSON.parse(text) as ScoreRecord[]));
    return scores;
  };
}

function addTrial(t: TallyState, current: CaseSums, trial: TalliedTrial, scoresOf: ScoresOf): void {
  t.cost.retries += trial.retryCostUsd;
  for (const warning of trial.warnings === null ? [] : (JSON.parse(trial.warnings) as string[]))
    t.warnings.add(warning);
  if (trial.passed !== true) current.failed = true;
  if (trial.error !== null) {
    const { kind, message, lasting } = trial.error;
    t.errors += 1;
    t.errorsByKind[kind] = (t.errorsByKind[kind] ?? 0) + 1;
    if (lasting !== undefined) t.lastingErrors[lasting] = (t.lastingErrors[lasting] ?? 0) + 1;
    t.firstError ??= { case: trial.caseId, kind, message };
    if (kind === "judge") addJudgeCost(t, trial.judgeCostUsd);
    return;
  }
  t.scored += 1;
  t.fromCache += Number(trial.fromCache);
  t.succeeded += Number(trial.passed);
  t.scoreTotal += trial.score ?? 0;
  current.n += 1;
  current.successes += Number(trial.passed);
  if (trial.answeredBy !== null) t.answeredBy.add(trial.answeredBy);
  addScores(t, current, scoresOf(trial.scores ?? "[]"));
  addMeasures(t, current, trial);
}

function addScores(t: TallyState, current: CaseSums, scores: readonly ScoreRecord[]): void {
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

function addMeasures(t: TallyState, current: CaseSums, trial: TalliedTrial): void {
  if (trial.latencyMs !== null) t.latencies.push(trial.latencyMs);
  if (trial.ttftMs !== null) t.firstTokens.push(trial.ttftMs);
  if (trial.latencySimulated) t.simulated = true;
  if (trial.costUsd === null)
    t.cost[trial.inputTokens === null || trial.outputTokens === null ? "noUsage" : "noPrice"] += 1;
  else {
    t.cost.known += 1;
    t.cost.total += trial.costUsd;
    current.cost += trial.costUsd + trial.retryCostUsd;
  }
  addJudgeCost(t, trial.judgeCostUsd);
  if (trial.inputTokens !== null && trial.outputTokens !== null) t.tokens.reported += 1;
  addTo(t.tokens.input, trial.inputTokens);
  addTo(t.tokens.output, trial.outputTokens);
  addTo(t.tokens.cached, trial.cachedTokens);
  addTo(t.tokens.reasoning, trial.reasoningTokens);
}

function addJudgeCost(t: TallyState, costUsd: number | null): void {
  t.cost.judges = t.cost.judges === null || costUsd === null ? null : t.cost.judges + costUsd;
}

function closeCase(t: TallyState, c: CaseSums): void {
  if (c.failed) {
    t.casesFailing += 1;
    if (t.failing.length < FAILING_SHOWN) t.failing.push(c.id);
  }
  if (c.n === 0) return;
  addToCluster(t.success, c.cluster, c.n, c.successes);
  addToCluster(t.safety, c.cluster, c.n, c.safe);
  for (const [i, mine] of t.byScorer.entries()) addToCluster(mine.clusters, c.cluster, c.n, c.passes[i] ?? 0);
  if (isCostKnown(t)) addToCluster(t.cost.tasks, c.cluster, 1, c.cost / c.n);
  const key = `${c.n}:${c.successes}`;
  const outcome = t.caseOutcomes.get(key) ?? { n: c.n, c: c.successes, cases: 0 };
  t.caseOutcomes.set(key, { ...outcome, cases: outcome.cases + 1 });
}

function finish(t: TallyState): Tally {
  const { scored, errors, succeeded, casesFailing, failing, fromCache, firstError, errorsByKind, lastingErrors } = t;
  return {
    scored,
    errors,
    succeeded,
    casesFailing,
    failing,
    fromCache,
    firstError,
    errorsByKind,
    judgeErrors: errorsByKind["judge"] ?? 0,
    lastingErrors,
    answeredBy: [...t.answeredBy].sort(),
    warnings: [...t.warnings].sort(),
    reported: { tokens: t.tokens.reported, firstToken: t.firstTokens.length },
    metrics: metricsOf(t),
    passes: t.byScorer.map((s) => s.clusters),
  };
}
