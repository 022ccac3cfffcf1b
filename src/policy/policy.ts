import { AgentopsError } from "../core/errors.ts";
import type { Mailmap } from "../core/mailmap.ts";
import { reasonIn } from "../core/reason.ts";
import type { Project } from "../core/project.ts";
import type { StepConfig } from "../core/steps.ts";
import type { RunStore } from "../state/runs.ts";
import type { Db, Store } from "../state/store.ts";
import { readKills } from "../kill/kills.store.ts";
import { holding, type Kill } from "../kill/latch.ts";
import { readMarkers } from "../kill/markers.ts";
import { mailmapOf } from "../registry/people.ts";
import { storeCodeOf, whyNot } from "../state/why-not.ts";
import type { PreparedRelease } from "../serving/release.ts";
import { frozenNow } from "../rollout/freeze.store.ts";
import { currentStable, findRelease } from "../serving/serving.store.ts";
import { type GatheredEvidence, gatherEvidence } from "./evidence/evidence.ts";
import { type ApprovalCase, approvalFacts, openApprovalCase } from "./approval-case.ts";
import { type AppliedRules, rulesCase, type RulesCase } from "./applied.ts";
import { ABSOLUTE, judgePolicy, type PolicyFacts } from "./judge.ts";
import { type Refusal, type RuleName, waysOf } from "./refusal.ts";
import { stableOutcomes } from "./outcomes.store.ts";
import { type Rules, rulesOf } from "./rules.ts";
import { stagingFacts } from "./staging.store.ts";
import type { StagingFacts } from "./staging.ts";

/** A release that asks for admission, with what had to be read before the store's write lock was taken. */
export interface PolicyCase {
  prepared: PreparedRelease;
  environment: string;
  rules: Rules;
  gathered: GatheredEvidence;
  act: StagingFacts["act"];
  approvals: ApprovalCase;
  /** Who asks, and what git says of people. */
  actor: string;
  mailmap: Mailmap;
  /** The largest share before all of them that a canary is asked to take; null where none was asked for. */
  askedSteps: readonly StepConfig[];
  rulesCase: RulesCase;
  /** The folder of the markers of kills. */
  markers: string | null;
}

/** How somebody wants to go on although rules are broken. */
export interface Override {
  wanted: boolean;
  /** As typed; an override needs one. */
  reason: string | undefined;
}

/**
 * Reads evidence and signature, which takes git and time: do this before the transaction that {@link enforcePolicy} runs in.
 * Throws CONFIG_INVALID.
 */
export async function openPolicyCase(
  { project, store, runs }: { project: Project; store: Store; runs: RunStore },
  prepared: PreparedRelease,
  {
    environment,
    act,
    actor,
    askedSteps = [],
  }: Pick<PolicyCase, "environment" | "act" | "actor"> & { askedSteps?: readonly StepConfig[] },
): Promise<PolicyCase> {
  const rules = rulesOf(project, environment);
  const gathered =
    rules.evidence !== null
      ? await gatherEvidence({ project, runs, db: store.db }, prepared)
      : { evidence: [], ignored: [] };
  const mailmap = await mailmapOf(project);
  const place = { environment, rules: rules.approvals, mailmap };
  const approvals = await openApprovalCase({ project, db: store.db }, prepared, place);
  return {
    ...{
      prepared,
      environment,
      act,
      actor,
      askedSteps,
      mailmap,
      rules,
      gathered,
      approvals,
      markers: store.address.markers,
    },
    rulesCase: await rulesCase(project, environment),
  };
}

/** For the audit event: which rules were skipped, and which ones decided. */
export interface Admitted {
  overridden: RuleName[];
  rules: AppliedRules;
}

/** Every rule that does not hold now; none when the version may be released. */
async function checkPolicy(
  db: Db,
  policyCase: PolicyCase,
  now: string,
  said: StagingFacts["said"],
): Promise<Refusal[]> {
  return judgePolicy(await factsOf(db, policyCase, now, said), policyCase.rules);
}

/**
 * What `canary start` and `promote` ask within their own IMMEDIATE transaction: kills, approvals and budgets are read under the same
 * lock that the release is written with. Throws
 * POLICY_REFUSED with every broken rule and its way out, USAGE for an override without a reason.
 */
export async function enforcePolicy(
  db: Db,
  policyCase: PolicyCase,
  { now, override, unobserved = false }: { now: string; override: Override; unobserved?: boolean },
): Promise<Admitted> {
  const reason = reasonIn(override.reason);
  if (override.wanted && reason === undefined) {
    throw new AgentopsError("USAGE", "--override needs --reason TEXT: it is recorded", {
      hint: '--override --reason "the fix for incident 12"',
    });
  }
  const said = { reason: reason !== undefined, unobserved };
  const refusals = await checkPolicy(db, policyCase, now, said);
  const rules = policyCase.rulesCase.applied;
  if (refusals.length === 0) return { overridden: [], rules };
  const skippable = refusals.every(({ rule }) => !ABSOLUTE.includes(rule));
  if (override.wanted && policyCase.rules.override && skippable)
    return { overridden: refusals.map(({ rule }) => rule), rules };
  throw refused(policyCase, refusals, override.wanted);
}

async function factsOf(db: Db, policyCase: PolicyCase, now: string, said: StagingFacts["said"]): Promise<PolicyFacts> {
  const { prepared, environment, act, rules, gathered, approvals, rulesCase, markers } = policyCase;
  const { actor, mailmap, askedSteps } = policyCase;
  const { address: target, version, digest } = prepared;
  const windowMs = rules.errorBudget?.windowMs ?? 0;
  const since = new Date(Date.parse(now) - windowMs).toISOString();
  const stable = await currentStable(db, environment, target);
  const served = stable === undefined ? undefined : await findRelease(db, target, stable.version);
  const kills = [...(await readKills(db)), ...markersIn(markers)];
  return {
    ...gathered,
    version: prepared,
    environment,
    now,
    rules: rulesCase,
    served: served === undefined ? null : { version: served.version, digest: served.digest },
    releasedDigest: (await findRelease(db, target, version))?.digest ?? null,
    approvals: await approvalFacts(db, prepared, environment, approvals),
    outcomes: await stableOutcomes(db, { environment, target, since }),
    frozen: await frozenNow(db, environment, now),
    staging: await stagingFacts(
      db,
      { environment, target },
      { content: { version, digest }, act, said, askedSteps, rules, now, actor, mailmap, kills },
    ),
    kills: holding(kills, environment, [target]),
  };
}

/** Where nobody can tell what is killed, nothing new is released. */
function markersIn(markers: string | null): Kill[] {
  try {
    return readMarkers(markers);
  } catch (error) {
    throw new AgentopsError(storeCodeOf(error), `cannot read the kills beside the store: ${whyNot(error)}`, {
      hint: `agentops status; the markers are in ${markers ?? ""}`,
      cause: error,
    });
  }
}

function refused({ prepared, environment, rules }: PolicyCase, refusals: Refusal[], wanted: boolean): AgentopsError {
  const ref = `${prepared.address}@${prepared.version}`;
  const reasons = refusals.map(({ rule, message }) => `\n  ${rule}: ${message}`);
  const ways = [...waysOf(refusals), ...overrideWay(refusals, rules, wanted)];
  return new AgentopsError("POLICY_REFUSED", `${ref} may not be released in ${environment}${reasons.join("")}`, {
    hint: ways.join("\n      "),
    details: { ref, environment, refusals: refusals.map(({ rule, message, hint }) => ({ rule, message, hint })) },
  });
}

function overrideWay(refusals: readonly Refusal[], { override }: Rules, wanted: boolean): string[] {
  const absolute = refusals.filter(({ rule }) => ABSOLUTE.includes(rule)).map(({ rule }) => rule);
  if (absolute.length > 0) return wanted ? [`--override does not skip ${absolute.join(", ")}`] : [];
  if (!override) return wanted ? ["--override is forbidden by the policy of this environment"] : [];
  return ["or --override --reason TEXT, which is recorded"];
}
