import { AgentopsError } from "../../core/errors.ts";
import type { ModelErrorKind } from "./client.ts";

/** A call that did not give an answer. The message is already redacted and names no secret. */
export class ModelError extends AgentopsError {
  readonly kind: ModelErrorKind;
  /** HTTP status, when there was one. */
  readonly status: number | undefined;
  readonly attempts: number;
  /** USD billed for failed attempts. */
  readonly costUsd: number;

  constructor(
    kind: ModelErrorKind,
    message: string,
    options: {
      status?: number | undefined;
      attempts?: number;
      costUsd?: number;
      hint?: string | undefined;
      cause?: unknown;
    } = {},
  ) {
    super(kind === "missing-recording" ? "RECORDING_MISSING" : "PROVIDER_FAILED", message, {
      hint: options.hint,
      cause: options.cause,
    });
    this.kind = kind;
    this.status = options.status;
    this.attempts = options.attempts ?? 1;
    this.costUsd = options.costUsd ?? 0;
  }
}
