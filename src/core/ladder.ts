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

/** What no one number says. */
const LAXER: Record<string, (rules: PolicyRules, lower: PolicyRules) => boolean> = {
  "approvals.by": (rules, lower) => groupsOf(lower).some((group) => !groupsOf(rules).includes(group)),
  // Failures leave a shorter window sooner. Where there is no budget at all the rule above says so.
  "errorBudget.window": ({ errorBudget: budget }, { errorBudget: lower }) =>
    budget !== undefined && lower !== undefined && (durationMs(budget.window) ?? 0) < (durationMs(lower.window) ?? 0),
};

/** Each kind of change with each group that has to agree to it. */
function groupsOf({ approvals }: PolicyRules): string[] {
  const by = typeof approvals === "object" ? (approvals.by ?? {}) : {};
  return Object.entries(by).flatMap(([kind, groups = []]) => groups.map((group) => `${kind} ${group}`));
}

function laxerThan(
  environment: string,
  rules: PolicyRules = {},
  below: string,
  lower: PolicyRules | undefined,
): Laxer[] {
  // An environment that the config has no rules for asks for nothing of its own.
  if (lower === undefined) return [];
  const less = Object.keys(STRICTNESS).filter((key) => isLess(key, rules, lower));
  const apart = Object.keys(LAXER).filter((key) => LAXER[key]?.(rules, lower) === true);
  return [...less, ...apart].map((key) => ({
    environment,
    below,
    key,
    asks: asked(rules, key),
    belowAsks: asked(lower, key),
  }));
}

function isLess(key: string, rules: PolicyRules, lower: PolicyRules): boolean {
  const strictness = STRICTNESS[key];
  return strictness !== undefined && !isDefault(key, rules) && strictness(rules) < strictness(lower);
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
