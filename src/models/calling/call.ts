import type { Clock } from "../../core/clock.ts";
import type { Redact } from "../../core/redact.ts";
import type { Answer, Backend } from "../client/backend.ts";
import type { CallContext, ModelClient, ModelRequest, ModelResult } from "../client/client.ts";
import { withDeadline } from "./deadline.ts";
import { CallFailure } from "../client/failure.ts";
import type { Halt } from "../client/halt.ts";
import type { CallGate } from "./limits.ts";
import { isOutage, ModelError } from "../client/model-error.ts";
import type { Pricer } from "./pricing.ts";
import { withRetries } from "./retries.ts";

export interface CallOptions {
  pin: string;
  kind: string;
  cacheable: boolean;
  remote: boolean;
  clock: Clock;
  random: () => number;
  redact: Redact;
  timeoutMs: number;
  retries: number;
  gate: CallGate;
  price: Pricer;
}

/** A client around a backend: limits, a deadline for each attempt, retries, latency and price. */
export function callClient(backend: Backend, options: CallOptions): ModelClient {
  const { pin, kind, cacheable, remote } = options;
  return {
    pin,
    kind,
    cacheable,
    remote,
    generate: (request, context) => call(backend, options, request, context),
    close: () => backend.close(),
  };
}

interface Timed {
  answer: Answer;
  latencyMs: number;
}

async function call(
  backend: Backend,
  options: CallOptions,
  request: ModelRequest,
  context: CallContext,
): Promise<ModelResult> {
  const failures: CallFailure[] = [];
  const { retries, random } = options;
  const policy = { retries, random, signal: context.signal, onFailure: (f: CallFailure) => failures.push(f) };
  try {
    const { value, attempts } = await withRetries(() => attempt(backend, options, request, context), policy);
    const retryCostUsd = failures.length === 0 ? 0 : await costOf(failures, options);
    return await resultOf(value, attempts, retryCostUsd, options);
  } catch (error) {
    if (!(error instanceof CallFailure)) throw error;
    throw modelError(error, Math.max(1, failures.length), await costOf(failures, options), options);
  }
}

async function attempt(
  backend: Backend,
  { gate, clock, timeoutMs }: CallOptions,
  request: ModelRequest,
  context: CallContext,
): Promise<Timed> {
  const expected = expectedTokens(request);
  await gate.enter(context.signal, expected);
  let used: number | null = null;
  try {
    const start = clock.monotonicMs();
    const run = (halt: Halt) => backend.attempt(request, context, halt);
    const answer = await withDeadline(run, { timeoutMs, signal: context.signal });
    used = totalTokens(answer);
    return { answer, latencyMs: clock.monotonicMs() - start };
  } finally {
    gate.leave(expected, used);
  }
}

/** The answer itself, completed: a copy of its fields for each call costs as much as reading it. */
async function resultOf(
  { answer, latencyMs }: Timed,
  attempts: number,
  retryCostUsd: number,
  options: CallOptions,
): Promise<ModelResult> {
  const price = answer.costUsd === undefined ? options.price(answer.tokens, answer.answeredBy) : answer.costUsd;
  const costUsd = price instanceof Promise ? await price : price;
  return Object.assign(answer, { costUsd, retryCostUsd, latencyMs: answer.latencyMs ?? latencyMs, attempts });
}

async function costOf(failures: readonly CallFailure[], { price }: CallOptions): Promise<number> {
  let total = 0;
  for (const { facts } of failures) {
    if (facts.tokens !== undefined) total += (await price(facts.tokens, facts.answeredBy ?? null)) ?? 0;
  }
  return total;
}

function modelError(failure: CallFailure, attempts: number, costUsd: number, options: CallOptions): ModelError {
  const { pin, redact } = options;
  const tries = attempts > 1 ? ` (${attempts} attempts)` : "";
  const { hint, status } = failure.facts;
  return new ModelError(failure.kind, redact(`${pin}: ${failure.message}${tries}`), {
    status,
    attempts,
    costUsd,
    outage: isOutage(failure.kind, failure.retry !== "no"),
    hint: hint === undefined ? undefined : redact(hint),
  });
}

/** A guess that the answer corrects; only limits on tokens per minute look at it. Four characters a token (OpenAI). */
function expectedTokens({ messages, parameters }: ModelRequest): number {
  let characters = 0;
  for (const message of messages) characters += message.content.length;
  return Math.ceil(characters / 4) + (parameters.maxTokens ?? 0);
}

function totalTokens({ tokens }: Answer): number | null {
  return tokens.input === null || tokens.output === null ? null : tokens.input + tokens.output;
}
