import { AgentopsError, type ErrorCode } from "../../core/errors.ts";
import type { ModelErrorKind } from "./client.ts";

/** What the same call meets again, until somebody changes a key, a pin, a limit of the account, a request or a file. */
const LASTING: Partial<Record<ModelErrorKind, ErrorCode>> = {
  auth: "PROVIDER_REFUSED",
  spend: "PROVIDER_REFUSED",
  "not-found": "PROVIDER_REFUSED",
  certificate: "PROVIDER_REFUSED",
  "bad-request": "PROVIDER_REFUSED",
  "missing-output": "RECORDING_MISSING",
  "missing-recording": "RECORDING_MISSING",
};

/** The code of a failure that no later try mends; undefined where one may help. */
export function lastingCodeOf(kind: ModelErrorKind): ErrorCode | undefined {
  return LASTING[kind];
}

const OUTAGES: readonly ModelErrorKind[] = ["network", "timeout", "rate-limit", "server"];

/**
 * Whether the provider failed, rather than refused a key, the account or the request, or answered badly: what another provider may do better. An
 * answer that broke off was worth another try, one that is no answer was not.
 */
export function isOutage(kind: ModelErrorKind, retried: boolean): boolean {
  return OUTAGES.includes(kind) || (kind === "bad-response" && retried);
}

/** A call that did not give an answer. The message is already redacted and names no secret. */
export class ModelError extends AgentopsError {
  readonly kind: ModelErrorKind;
  /** HTTP status, when there was one. */
  readonly status: number | undefined;
  readonly attempts: number;
  /** USD billed for failed attempts. */
  readonly costUsd: number;
  /** The provider failed, after all retries. */
  readonly outage: boolean;

  constructor(
    kind: ModelErrorKind,
    message: string,
    options: {
      status?: number | undefined;
      attempts?: number;
      costUsd?: number;
      outage?: boolean;
      hint?: string | undefined;
      cause?: unknown;
    } = {},
  ) {
    super(lastingCodeOf(kind) ?? "PROVIDER_FAILED", message, {
      hint: options.hint,
      cause: options.cause,
    });
    this.kind = kind;
    this.status = options.status;
    this.attempts = options.attempts ?? 1;
    this.costUsd = options.costUsd ?? 0;
    this.outage = options.outage ?? false;
  }
}
