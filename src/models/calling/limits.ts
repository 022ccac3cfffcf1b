import type { Clock } from "../../core/clock.ts";
import { type Bucket, createBucket } from "./bucket.ts";
import { CallFailure } from "../client/failure.ts";
import { onAbort } from "../client/on-abort.ts";

export interface Limits {
  /** Calls under way at once. */
  concurrency: number;
  requestsPerMinute?: number | undefined;
  tokensPerMinute?: number | undefined;
}

/** Lets calls of one provider through, first come first served. */
export interface CallGate {
  /** Resolves when a call may start; rejects with `aborted` when the signal aborts before. */
  enter(signal: AbortSignal, expectedTokens: number): Promise<void>;
  /** Ends a call; `usedTokens` corrects what was expected of it. */
  leave(expectedTokens: number, usedTokens: number | null): void;
  setConcurrency(concurrency: number): void;
}

interface Waiting {
  tokens: number;
  start: () => void;
}

interface State {
  concurrency: number;
  running: number;
  timer: NodeJS.Timeout | undefined;
  waiting: Waiting[];
  requests: Bucket;
  tokens: Bucket;
}

const ENTERED = Promise.resolve();

export function createGate(limits: Limits, clock: Clock): CallGate {
  const state: State = {
    concurrency: limits.concurrency,
    running: 0,
    timer: undefined,
    waiting: [],
    requests: createBucket(limits.requestsPerMinute, clock),
    tokens: createBucket(limits.tokensPerMinute, clock),
  };
  return {
    enter: (signal, expected) => {
      if (state.waiting.length > 0 || !mayStart(state, expected)) return queue(state, signal, expected);
      begin(state, expected);
      return ENTERED;
    },
    leave: (expected, used) => {
      state.running--;
      if (used !== null) state.tokens.take(used - expected);
      drain(state);
    },
    setConcurrency: (concurrency) => {
      state.concurrency = concurrency;
      drain(state);
    },
  };
}

/** Whether a call may start now; when only time is missing, a timer looks again. */
function mayStart(state: State, expected: number): boolean {
  if (state.running >= state.concurrency) return false;
  const waitMs = Math.max(state.requests.waitMs(1), state.tokens.waitMs(expected));
  if (waitMs === 0) return true;
  state.timer ??= setTimeout(() => {
    state.timer = undefined;
    drain(state);
  }, waitMs);
  return false;
}

function begin(state: State, expected: number): void {
  state.running++;
  state.requests.take(1);
  state.tokens.take(expected);
}

function drain(state: State): void {
  for (let next = state.waiting[0]; next !== undefined && mayStart(state, next.tokens); next = state.waiting[0]) {
    state.waiting.shift();
    begin(state, next.tokens);
    next.start();
  }
}

function queue(state: State, signal: AbortSignal, tokens: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const entry: Waiting = {
      tokens,
      start: () => {
        unwatch();
        resolve();
      },
    };
    const unwatch = onAbort(signal, () => {
      unwatch();
      state.waiting = state.waiting.filter((w) => w !== entry);
      reject(new CallFailure("aborted", "stopped before it began"));
      drain(state);
    });
    state.waiting.push(entry);
  });
}
