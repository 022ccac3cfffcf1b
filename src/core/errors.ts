/** The one error class of agentops, and the only place where an error code becomes an exit code or an HTTP status. */

const USAGE = { exit: 2, http: 400 } as const;
const MISSING = { exit: 2, http: 404 } as const;
const OUTSIDE = { exit: 4, http: 502 } as const;
const REFUSED = { exit: 5, http: 409 } as const;

const CODES = {
  USAGE,
  CONFIG_NOT_FOUND: MISSING,
  CONFIG_INVALID: USAGE,
  FILE_INVALID: USAGE,
  FILE_NOT_FOUND: MISSING,
  LINT_FAILED: USAGE,
  REF_INVALID: USAGE,
  ARTIFACT_NOT_FOUND: MISSING,
  VERSION_NOT_FOUND: MISSING,
  SUITE_NOT_FOUND: MISSING,
  RUN_NOT_FOUND: MISSING,
  DATASET_INVALID: USAGE,
  NO_CASES: USAGE,
  RENDER_FAILED: USAGE,
  SCORER_INVALID: USAGE,
  MODEL_UNKNOWN: USAGE,
  API_KEY_MISSING: USAGE,
  PACKAGE_MISSING: USAGE,
  PROVIDER_FAILED: OUTSIDE,
  RECORDING_MISSING: OUTSIDE,
  TRIAL_ERRORS: OUTSIDE,
  BUDGET_EXHAUSTED: OUTSIDE,
  GIT_FAILED: OUTSIDE,
  STORE_FAILED: OUTSIDE,
  STORE_NEWER: OUTSIDE,
  VERIFY_FAILED: { exit: 1, http: 422 },
  CONCURRENT_CHANGE: REFUSED,
  INTERRUPTED: { exit: 130, http: 499 },
  TERMINATED: { exit: 143, http: 499 },
  INTERNAL: { exit: 70, http: 500 },
} as const satisfies Record<string, { exit: number; http: number }>;

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
  return error instanceof AgentopsError ? CODES[error.code].exit : CODES.INTERNAL.exit;
}

/** HTTP status for the same error, so that server and CLI cannot disagree. */
export function httpStatusOf(error: unknown): number {
  return error instanceof AgentopsError ? CODES[error.code].http : CODES.INTERNAL.http;
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
