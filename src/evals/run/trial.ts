import type { Clock } from "../../core/clock.ts";
import { AgentopsError, exitCodeOf, messageOf } from "../../core/errors.ts";
import type { Redact } from "../../core/redact.ts";
import type { CallContext, ModelClient, ModelRequest, ModelResult } from "../../models/client/client.ts";
import { lastingCodeOf, ModelError } from "../../models/client/model-error.ts";
import type { ScoreRecord } from "./run-spec.ts";
import type { Trial, TrialError } from "./trials.store.ts";
import { JudgeError } from "../../scorers/judge/ask.ts";
import type { EvalCase, Scorer, ScorerInput } from "../../scorers/scorer.ts";

/** What a trial needs; built once a run. */
export interface TrialContext {
  runId: string;
  client: ModelClient;
  scorers: readonly Scorer[];
  clock: Clock;
  redact: Redact;
  /** The request a case makes; empty messages when recorded outputs are scored. */
  request(vars: Record<string, unknown>): ModelRequest;
  /** Key of the whole request and trial, or null where an equal request need not give an equal answer. */
  requestKey(request: ModelRequest, trial: number): string | null;
  /** An answer the store already has. */
  stored(requestKey: string): Trial | undefined;
}

/**
 * Answers and scores one case once. A failure of the provider, the agent or a scorer becomes an error row: it is
 * neither a pass nor a fail. Throws only when the run was aborted, or on a bug.
 */
export async function runTrial(
  context: TrialContext,
  seq: number,
  evalCase: EvalCase,
  trial: number,
  signal: AbortSignal,
): Promise<Trial> {
  const row = emptyRow(context, seq, trial);
  try {
    const request = context.request(evalCase.vars);
    const key = context.requestKey(request, trial);
    const stored = key === null ? undefined : context.stored(key);
    const call = { caseId: evalCase.id, trial, signal };
    const result = stored === undefined ? await context.client.generate(request, call) : resultOf(stored);
    fillAnswer(row, result, context.redact);
    row.requestKey = result.replayed === true ? null : key;
    row.fromCache = stored !== undefined || result.replayed === true;
    await score(context, row, evalCase, result, call);
  } catch (error) {
    if (signal.aborted || (error instanceof ModelError && error.kind === "aborted")) throw error;
    fillError(row, error, context.redact);
  }
  return row;
}

/** Fills in what the scorers say of it; a scorer's failure is the row's error. */
async function score(
  { scorers, redact }: TrialContext,
  row: Trial,
  evalCase: EvalCase,
  result: ModelResult,
  call: CallContext,
): Promise<void> {
  const input: ScorerInput = {
    case: evalCase,
    trial: call.trial,
    output: result.output,
    toolCalls: result.toolCalls,
    finishReason: result.finishReason,
    latencyMs: result.latencyMs,
    costUsd: result.costUsd,
    record: result.record ?? null,
    signal: call.signal,
  };
  const scores: ScoreRecord[] = [];
  for (const scorer of scorers) {
    try {
      const made = scorer.score(input);
      const { score, pass, reason, costUsd = 0 } = made instanceof Promise ? await made : made;
      scores.push({ score, pass, reason: redact(reason) });
      row.judgeCostUsd = sumOf(row.judgeCostUsd, costUsd);
    } catch (error) {
      if (call.signal.aborted) throw error;
      // The answer is kept beside the error: it was paid for, and it explains what the scorer could not measure.
      row.error = { ...scorerError(scorer, error), message: redact(`scorer ${scorer.name}: ${messageOf(error)}`) };
      row.judgeCostUsd = sumOf(row.judgeCostUsd, spentOn(error));
      return;
    }
  }
  row.passed = scorers.every((s, i) => !s.required || scores[i]?.pass === true);
  row.score = meanScore(scorers, scores);
  row.scores = JSON.stringify(scores);
}

/** Null where one of them is unknown. */
function sumOf(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : a + b;
}

/** Scorers call no other model than a judge. What a formula cannot measure it never will; a program may. */
function scorerError({ type }: Scorer, error: unknown): Omit<TrialError, "message"> {
  if (error instanceof ModelError)
    return { kind: "judge", ...lastingIn(error.cause instanceof ModelError ? error.cause : error) };
  const isProgram = type === "exec" || type === "javascript";
  return { kind: "scorer", ...(!isProgram && { lasting: "SCORER_INVALID" }) };
}

function lastingIn({ kind }: ModelError): Pick<TrialError, "lasting"> {
  const code = lastingCodeOf(kind);
  return code === undefined ? {} : { lasting: code };
}

/** A judge that gave no verdict was paid all the same; null when its price is unknown. */
function spentOn(error: unknown): number | null {
  if (error instanceof JudgeError) return error.spentUsd;
  return error instanceof ModelError ? error.costUsd : 0;
}

/** The weighted mean of a trial's scores, in [0, 1]; with all weights 0 the plain mean. */
function meanScore(scorers: readonly Scorer[], scores: readonly ScoreRecord[]): number {
  const weights = scorers.map((s) => s.weight);
  const total = weights.reduce((sum, w) => sum + w, 0);
  if (total === 0) return scores.reduce((sum, s) => sum + s.score, 0) / Math.max(1, scores.length);
  return scores.reduce((sum, s, i) => sum + s.score * (weights[i] ?? 0), 0) / total;
}

function emptyRow({ runId, clock }: TrialContext, caseSeq: number, trial: number): Trial {
  return {
    runId, caseSeq, trial, error: null, passed: null, score: null, output: null, toolCalls: null, finishReason: null,
    inputTokens: null, outputTokens: null, cachedTokens: null, cacheWriteTokens: null, reasoningTokens: null,
    costUsd: null, retryCostUsd: 0, judgeCostUsd: 0, latencyMs: null, latencySimulated: false, ttftMs: null, answeredBy: null,
    attempts: 0, fromCache: false, scores: null, warnings: null, requestKey: null,
    at: clock.now().toISOString(),
  }; // prettier-ignore
}

function fillAnswer(row: Trial, result: ModelResult, redact: Redact): void {
  const { tokens, toolCalls, warnings } = result;
  row.output = redact(JSON.stringify(result.output ?? null));
  row.toolCalls = toolCalls.length === 0 ? null : redact(JSON.stringify(toolCalls));
  row.finishReason = result.finishReason;
  row.inputTokens = tokens.input;
  row.outputTokens = tokens.output;
  row.cachedTokens = tokens.cached;
  row.cacheWriteTokens = tokens.cacheWrite;
  row.reasoningTokens = tokens.reasoning;
  row.costUsd = result.costUsd;
  row.retryCostUsd = result.retryCostUsd;
  row.latencyMs = result.latencyMs;
  row.latencySimulated = result.latencySimulated === true;
  row.ttftMs = result.ttftMs;
  row.answeredBy = result.answeredBy;
  row.attempts = result.attempts;
  row.warnings = warnings.length === 0 ? null : redact(JSON.stringify(warnings));
}

/** A stored answer as if it had just been given: its cost and latency are what they were. */
function resultOf(row: Trial): ModelResult {
  return {
    output: JSON.parse(row.output ?? "null") as unknown,
    toolCalls: JSON.parse(row.toolCalls ?? "[]") as ModelResult["toolCalls"],
    finishReason: row.finishReason as ModelResult["finishReason"],
    tokens: {
      input: row.inputTokens,
      output: row.outputTokens,
      cached: row.cachedTokens,
      cacheWrite: row.cacheWriteTokens,
      reasoning: row.reasoningTokens,
    },
    costUsd: row.costUsd,
    retryCostUsd: row.retryCostUsd,
    latencyMs: row.latencyMs,
    latencySimulated: row.latencySimulated,
    ttftMs: row.ttftMs,
    answeredBy: row.answeredBy,
    warnings: JSON.parse(row.warnings ?? "[]") as string[],
    attempts: row.attempts,
  };
}

function fillError(row: Trial, error: unknown, redact: Redact): void {
  if (!(error instanceof AgentopsError)) throw error;
  const model = error instanceof ModelError ? error : undefined;
  const hint = error.hint === undefined ? "" : ` (${error.hint})`;
  const refused = exitCodeOf(error) === 2 ? { lasting: error.code } : {};
  const lasting = model === undefined ? refused : lastingIn(model);
  row.error = {
    kind: model?.kind ?? "request",
    message: redact(`${error.message}${hint}`),
    ...lasting,
    ...(model?.outage && { outage: true }),
  };
  row.attempts = model?.attempts ?? 0;
  row.retryCostUsd = model?.costUsd ?? 0;
}
