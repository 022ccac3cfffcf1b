import { AgentopsError, type ErrorCode } from "./errors.ts";

/** One finding about a file a user wrote: lint results and file errors share this shape. */
export interface Problem {
  severity: "error" | "warning";
  /** Stable slug, used as SARIF rule id: `unknown-key`, `floating-model`, … */
  rule: string;
  /** Path relative to the project root, with forward slashes. */
  file: string;
  /** 1-based. */
  line: number;
  /** 1-based. */
  column: number;
  message: string;
  hint?: string;
}

/** `file:line:column` as editors and terminals link it. */
export function positionOf(problem: Pick<Problem, "file" | "line" | "column">): string {
  return `${problem.file}:${problem.line}:${problem.column}`;
}

/**
 * Throws when a problem is an error. One problem becomes the message; more are listed in `details.problems`.
 * Warnings alone do not throw.
 */
export function throwOnErrors(problems: readonly Problem[], code: ErrorCode = "FILE_INVALID"): void {
  const errors = problems.filter((p) => p.severity === "error");
  const first = errors[0];
  if (first === undefined) return;
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : "";
  throw new AgentopsError(code, `${positionOf(first)}: ${first.message}${more}`, {
    hint: first.hint,
    details: { problems: errors },
  });
}
