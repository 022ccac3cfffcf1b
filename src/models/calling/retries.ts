import { setTimeout as sleep } from "node:timers/promises";
import { CallFailure } from "../client/failure.ts";

export interface RetryPolicy {
  /** Attempts after the first. */
  retries: number;
  random: () => number;
  signal: AbortSignal;
  /** Told about each failed attempt, for its cost. */
  onFailure: (failure: CallFailure, attempt: number) => void;
}

const BASE_MS = 500;
const CAP_MS = 30_000;
/** A provider that asks for more than this is down for our purposes; waiting would only look like a hang. */
const LONGEST_WAIT_MS = 120_000;
/** Nothing was sent, so a try costs nothing; but a dead port must fail for good within about 3 s. */
const CONNECT_RETRIES = 3;
const CONNECT_BASE_MS = 150;

/**
 * Runs an attempt until it answers or further tries make no sense. The last CallFailure is thrown as it is.
 * Ours rather than a library's policy: one loop, no abort controller of its own per call, and the pause can depend on
 * what the provider said.
 */
export async function withRetries<T>(
  attempt: () => Promise<T>,
  policy: RetryPolicy,
): Promise<{ value: T; attempts: number }> {
  for (let attempts = 1; ; attempts++) {
    try {
      return { value: await attempt(), attempts };
    } catch (error) {
      if (!(error instanceof CallFailure)) throw error;
      policy.onFailure(error, attempts);
      const waitMs = pauseBefore(error, attempts, policy);
      if (waitMs === undefined) throw error;
      await pause(waitMs, policy.signal);
    }
  }
}

/** Milliseconds to wait before the next attempt; undefined = give up. */
export function pauseBefore(failure: CallFailure, attempts: number, policy: RetryPolicy): number | undefined {
  const advice = failure.retry;
  if (advice === "no" || attempts > policy.retries) return undefined;
  if (advice === "connect") {
    return attempts > CONNECT_RETRIES ? undefined : policy.random() * CONNECT_BASE_MS * 2 ** attempts;
  }
  if (advice === "backoff") return policy.random() * Math.min(CAP_MS, BASE_MS * 2 ** attempts);
  if (advice > LONGEST_WAIT_MS) throw tooLong(failure, advice);
  return advice;
}

function tooLong(failure: CallFailure, waitMs: number): CallFailure {
  const message = `${failure.message} (asks to wait ${Math.round(waitMs / 1000)} s, more than the ${LONGEST_WAIT_MS / 1000} s we wait)`;
  return new CallFailure(failure.kind, message, { ...failure.facts, retry: "no" });
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal });
  } catch {
    throw new CallFailure("aborted", "stopped while waiting to try again");
  }
}
