/** The one error class of agentops, and the only place where an error code becomes an exit code. */

/** 4 only where trying again may help; what stays so until somebody changes something is 2. */
const CODES = {
  USAGE: 2,
  CONFIG_NOT_FOUND: 2,
  CONFIG_INVALID: 2,
  FILE_INVALID: 2,
  FILE_NOT_FOUND: 2,
  LINT_FAILED: 2,
  CHECKOUT_INVALID: 2,
  REF_INVALID: 2,
  ARTIFACT_NOT_FOUND: 2,
  VERSION_NOT_FOUND: 2,
  SUITE_NOT_FOUND: 2,
  RUN_NOT_FOUND: 2,
  ROLLOUT_NOT_FOUND: 2,
  TRACE_NOT_FOUND: 2,
  NOT_RELEASED: 2,
  DATASET_INVALID: 2,
  NO_CASES: 2,
  RENDER_FAILED: 2,
  SCORER_INVALID: 2,
  MODEL_UNKNOWN: 2,
  API_KEY_MISSING: 2,
  PACKAGE_MISSING: 2,
  PROVIDER_FAILED: 4,
  PROVIDER_REFUSED: 2,
  RECORDING_MISSING: 2,
  TRIAL_ERRORS: 4,
  GIT_FAILED: 4,
  GIT_REFUSED: 2,
  STORE_FAILED: 4,
  STORE_REFUSED: 2,
  STORE_NEWER: 2,
  STORE_OLD: 2,
  STORE_MOVED: 2,
  CONCURRENT_CHANGE: 5,
  AGENT_KILLED: 5,
  POLICY_REFUSED: 5,
  INTERRUPTED: 130,
  TERMINATED: 143,
  HUNG_UP: 129,
  OUTPUT_FAILED: 4,
  INTERNAL: 70,
} as const satisfies Record<string, number>;

export type ErrorCode = keyof typeof CODES;

export interface AgentopsErrorOptions {
  /** The way out, as a command or an instruction. */
  hint?: string | undefined;
  /** Machine-readable context for `--json`; never a secret. */
  details?: Record<string, unknown> | undefined;
  cause?: unknown;
}

/** A failure we expect and can explain. Anything else that is thrown is a bug of ours (exit 70). */
export class AgentopsError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly details: Record<string, unknown> | undefined;

  constructor(code: ErrorCode, message: string, options: AgentopsErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "AgentopsError";
    this.code = code;
    this.hint = options.hint;
    this.details = options.details;
  }
}

/** Exit code for a process that ends with this error (DESIGN.md, "Exit codes"). */
export function exitCodeOf(error: unknown): number {
  return error instanceof AgentopsError ? CODES[error.code] : CODES.INTERNAL;
}

/** Somebody asked the process to stop: what was done is kept. */
export function isStop(error: unknown): error is AgentopsError {
  return error instanceof AgentopsError && ["INTERRUPTED", "TERMINATED", "HUNG_UP"].includes(error.code);
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
