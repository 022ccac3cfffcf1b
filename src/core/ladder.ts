import type { Config } from "./config.schema.ts";
import { durationMs } from "./duration.ts";
import type { PolicyRules } from "./release-config.schema.ts";

/** A rule that a higher environment has laxer than one below it: what may go to few could go to all. */
export interface Laxer {
  environment: string;
  below: string;
  /** The key under `policy.ENV`. */
  key: string;
  /** What each asks. */
  asks: string;
  belowAsks: string;
}

/** Every rule that grows laxer on the way up; environments stand in their order, the last is the highest. */
export function laxerRules({
  environments = ["production"],
  policy = {},
}: Pick<Config, "environments" | "policy">): Laxer[] {
  return environments.flatMap((environment, i) =>
    environments.slice(0, i).flatMap((below) => laxerThan(environment, policy[environment], below, policy[below])),
  );
}

/** How strict a rule is: more is stricter. What is not set asks for nothing but what is asked by default. */
const STRICTNESS: Record<string, (rules: PolicyRules) => number> = {
  evidence: ({ evidence = true }) => evidenceRank(evidence),
  "evidence.maxAge": ({ evidence }) => -(ageOf(evidence) ?? Infinity),
  signed: ({ signed = false }) => Number(signed),
  approvals: ({ approvals = 0 }) => (typeof approvals === "number" ? approvals : (approvals.count ?? 1)),
  "approvals.signed": ({ approvals = 0 }) => Number(typeof approvals === "object" && approvals.signed === true),
  committed: ({ committed = false }) => Number(committed),
  override: ({ override = true }) => Number(!override),
  rollout: ({ rollout = "optional" }) => Number(rollout === "required"),
  maxWeight: ({ maxWeight = 1 }) => -maxWeight,
  errorBudget: ({ errorBudget }) => errorBudget?.objective ?? 0,
};

function laxerThan(
  environment: string,
  rules: PolicyRules = {},
  below: string,
  lower: PolicyRules | undefined,
): Laxer[] {
  // An environment that the config has no rules for asks for nothing of its own.
  if (lower === undefined) return [];
  return Object.entries(STRICTNESS)
    .filter(([key, strictness]) => !isDefault(key, rules) && strictness(rules) < strictness(lower))
    .map(([key]) => ({ environment, below, key, asks: asked(rules, key), belowAsks: asked(lower, key) }));
}

function evidenceRank(evidence: NonNullable<PolicyRules["evidence"]>): number {
  if (typeof evidence === "boolean") return Number(evidence);
  return evidence === "gate" || (typeof evidence === "object" && evidence.kind === "gate") ? 2 : 1;
}

/** How old evidence may be, ms; undefined for any age. */
function ageOf(evidence: PolicyRules["evidence"]): number | undefined {
  return typeof evidence === "object" && evidence.maxAge !== undefined ? durationMs(evidence.maxAge) : undefined;
}

/** The highest environment asks for a canary unless told otherwise. */
function isDefault(key: string, rules: PolicyRules): boolean {
  return key === "rollout" && rules.rollout === undefined;
}

function asked(rules: PolicyRules, key: string): string {
  const value = (rules as Record<string, unknown>)[key.split(".")[0] ?? ""];
  return value === undefined ? "its default" : JSON.stringify(value);
}
