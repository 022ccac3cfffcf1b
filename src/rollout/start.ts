import { appendAuditEvent } from "../audit/events.store.ts";
import { AgentopsError } from "../core/errors.ts";
import type { OutcomesConfig } from "../core/outcomes.schema.ts";
import type { RolloutSettings } from "../core/release-config.schema.ts";
import { operatorLocks } from "../state/locks.ts";
import type { Db, Store, Tx } from "../state/store.ts";
import { externalRelease } from "../serving/external.ts";
import { currentStable, insertRelease, insertStable, type ReleaseRow } from "../serving/serving.store.ts";
import { firstCaps } from "./caps.ts";
import { type ControlHistory, controlHistory } from "./control-history.store.ts";
import { NO_EVIDENCE } from "./evidence.ts";
import { pendingState } from "./state.ts";
import { type Cohorts, planOf } from "./plan.ts";
import { rulesAt } from "./outcomes.ts";
import { fittedSteps, type Reach } from "./reach.ts";
import { reachNow } from "./reach.store.ts";
import { insertRollout, openRollout, type Rollout } from "./rollouts.store.ts";
import type { RolloutPlan } from "./schema.ts";
import { type By, transition } from "./transition.ts";

export interface StartRequest extends By {
  /** Of the new rollout; also the salt that units are divided by. */
  id: string;
  environment: string;
  /** The candidate, as it was published. */
  release: Omit<ReleaseRow, "releasedAt">;
  settings: RolloutSettings;
  /** Of the config; frozen with the plan where its steps name them. */
  cohorts?: Cohorts | undefined;
  /** Of the config, of this target: when outcomes are final. */
  outcomes?: OutcomesConfig[string] | undefined;
  /** Who is told when it ends by itself. */
  notify?: RolloutPlan["notify"];
  /** `external/NAME`: what served before anything was released, as somebody says. */
  control?: string | undefined;
  /** Nobody asked for these steps: the first ones may be left out where they could not be left. */
  fit?: boolean | undefined;
  /** Without the day of traffic before everybody gets it. */
  fast?: boolean | undefined;
  /** What it is to show. */
  hypothesis?: string | undefined;
  /** ISO 8601. */
  at: string;
  /** Asks the policy under the same lock; returns the rules that were overridden, throws POLICY_REFUSED. */
  admit: (tx: Tx) => Promise<{ overridden: readonly string[]; rules?: object }>;
}

/**
 * Starts a rollout against what is served now: copies the release into the store, freezes plan and caps, takes the first step (or
 * shadow). Throws NOT_RELEASED without a stable version, USAGE when the candidate is the stable one, CONCURRENT_CHANGE while another is
 * under way.
 */
export function startRollout(store: Store, request: StartRequest): Promise<Rollout> {
  const place = { environment: request.environment, target: request.release.target };
  return store.inTransaction((tx) => startIn(tx, request), operatorLocks(place));
}

/** The same in the caller's transaction. */
export async function startIn(tx: Tx, request: StartRequest): Promise<Rollout> {
  const { id, environment, release, at, actor, reason, admit } = request;
  const { target, version } = release;
  const control = await controlOf(tx, request);
  await refuseSecond(tx, environment, target);
  const admitted = await admit(tx);
  await keepExternal(tx, control, request);
  await insertRelease(tx, { ...release, releasedAt: at });
  const history = await controlHistory(tx, environment, target, control);
  const plan = await planFor(tx, request, { control, history });
  const fresh: Omit<Rollout, "seq"> = {
    id,
    environment,
    target,
    control,
    candidate: version,
    plan,
    state: pendingState(at, plan),
    look: 1,
    evidence: NO_EVIDENCE,
    caps: firstCaps(plan, history),
    createdAt: at,
    endedAt: null,
  };
  const seq = await insertRollout(tx, fresh);
  return transition(tx, { ...fresh, seq }, { type: "start", at }, { actor, reason, ...admitted });
}

/** What a plan is frozen from; the target is enough of the candidate. */
export type Planned = Omit<StartRequest, "id" | "release" | "admit" | keyof By> & { release: { target: string } };

/** What was asked for, with what the store knows of the control and of who comes; it writes nothing. */
export async function planFor(
  db: Db,
  { environment, release, settings, cohorts, outcomes = {}, fit, fast, notify, hypothesis, at }: Planned,
  { control, history }: { control: string; history: ControlHistory },
): Promise<RolloutPlan> {
  const place = { environment, target: release.target };
  const asked = planOf(settings, history.priors, cohorts, { fast });
  const reach = await reachNow(db, place, at);
  return {
    ...(reach === null ? asked : reached(asked, reach, fit)),
    outcomes: await rulesAt(db, place, { control, at, configured: outcomes }),
    ...(hypothesis !== undefined && { hypothesis }),
    ...(notify !== undefined && { notify }),
  };
}

function reached(plan: RolloutPlan, reach: Reach, fit = false): RolloutPlan {
  const steps = fit ? fittedSteps(plan.steps, reach, plan) : plan.steps;
  const leftOut = plan.steps.slice(0, plan.steps.length - steps.length);
  return { ...plan, steps, reach, ...(leftOut.length > 0 && { leftOut }) };
}

async function controlOf(tx: Tx, request: StartRequest): Promise<string> {
  const { environment, release: { target, version }, control } = request; // prettier-ignore
  const stable = await currentStable(tx, environment, target);
  if (control !== undefined) return externalControl(control, stable?.version, request);
  if (stable === undefined) {
    throw new AgentopsError(
      "NOT_RELEASED",
      `nothing is served of ${target} in ${environment}, so there is no control`,
      {
        hint: `the first version goes out whole: agentops promote ${target}@${version} --env ${environment}; or against what is there: --control external/NAME`,
      },
    );
  }
  if (stable.version !== version) return stable.version;
  throw new AgentopsError("USAGE", `${target}@${version} is what ${environment} serves already`, {
    hint: `agentops log ${target} lists the versions`,
  });
}

/** What serves already; of a version that is served, candidates are compared with that. */
function externalControl(control: string, stable: string | undefined, { environment, release }: StartRequest): string {
  if (stable === undefined || stable === control) return control;
  throw new AgentopsError(
    "USAGE",
    `${environment} serves ${release.target}@${stable}, and that is what a candidate is compared with`,
    { hint: "--control external/NAME is for what was there before the first version" },
  );
}

/** What serves already becomes what is stable, so that all that goes back goes back to it; nothing changes where it is so. */
async function keepExternal(tx: Tx, control: string, { environment, release: { target }, at, actor, reason }: StartRequest): Promise<void> {
  if ((await currentStable(tx, environment, target)) !== undefined) return;
  await insertRelease(tx, { ...externalRelease(target, control, { actor, at }), releasedAt: at });
  const event = { at, actor, reason, action: "promote" as const, environment, target, before: null, after: { version: control } };
  const auditEvent = await appendAuditEvent(tx, event);
  await insertStable(tx, { environment, target, version: control, how: "promote", rollout: null, at, actor, reason, auditEvent });
} // prettier-ignore

async function refuseSecond(db: Db, environment: string, target: string): Promise<void> {
  const open = await openRollout(db, environment, target);
  if (open === undefined) return;
  throw new AgentopsError(
    "CONCURRENT_CHANGE",
    `${target} has a rollout in ${environment} already: ${open.control} → ${open.candidate}, ${open.state.phase}`,
    {
      hint: `agentops canary status ${target} --env ${environment}; agentops canary abort ${target} --env ${environment}`,
    },
  );
}
