import type { Problem } from "../../core/problems.ts";
import type { Project } from "../../core/project.ts";

/** Errors that are advice on how agents are built and kept: whoever knows better says so in the config. */
const ADVISED_ERRORS = ["too-many-tools", "handoff-cycle", "missing-owner"] as const;

/** Advice, which a project may say does not hold for it. */
export const ALLOWABLE: readonly string[] = [
  ...ADVISED_ERRORS,
  "handoff-without-depth",
  "leaked-context",
  "unbounded-arguments",
  "missing-contract",
  "missing-compensation",
  "missing-guards",
  "missing-limits",
  "missing-token-cap",
  "missing-runbook",
  "missing-suite",
  "no-passing-suite",
  "router-with-tools",
  "not-enforced",
  "deprecated-model",
  "ignored-key",
  "unused-variable",
  "user-in-system",
  "literal-syntax",
  "unknown-tool",
  "unknown-guard",
  "number-spelling",
  "few-clusters",
];

/** What a project may say does not hold for it, by its name. */
export function isAdvice({ severity, rule }: Problem): boolean {
  const mayBe = severity === "warning" || (ADVISED_ERRORS as readonly string[]).includes(rule);
  return mayBe && ALLOWABLE.includes(rule);
}

/** Whether a finding is shown: advice that `lint: { allow: […] }` names is not. */
export function notAllowed({ config }: Project): (problem: Problem) => boolean {
  const allow = config.lint?.allow ?? [];
  return (problem) => !(allow.includes(problem.rule) && isAdvice(problem));
}
