import type { ModelErrorKind, TokenUsage } from "./client.ts";

/**
 * Whether trying again makes sense: `no`; `backoff` = after a jittered pause; `connect` = a few quick tries, because
 * nothing was sent; a number = after that many milliseconds, as the provider asked.
 */
export type RetryAdvice = "no" | "backoff" | "connect" | number;

export interface FailureFacts {
  status?: number | undefined;
  hint?: string | undefined;
  retry?: RetryAdvice;
  /** Billed tokens of the failed attempt, where the provider reported them. */
  tokens?: TokenUsage | undefined;
  answeredBy?: string | null | undefined;
}

/** One attempt that gave no answer; the caller decides about a retry and turns the last one into a ModelError. */
export class CallFailure extends Error {
  readonly kind: ModelErrorKind;
  readonly facts: FailureFacts;

  constructor(kind: ModelErrorKind, message: string, facts: FailureFacts = {}) {
    super(message);
    this.kind = kind;
    this.facts = facts;
  }

  get retry(): RetryAdvice {
    return this.facts.retry ?? "no";
  }
}

/** Text from outside, short enough for one line of a terminal. */
export function excerpt(text: string, length = 160): string {
  const flat = text.replace(/\s+/g, " ").trim();
  return flat.length > length ? `${flat.slice(0, length)}…` : flat;
}
