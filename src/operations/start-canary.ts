import { resolve } from "node:path";
import type { Channel } from "../core/channels.schema.ts";
import { newId } from "../core/ids.ts";
import { reasonIn } from "../core/reason.ts";
import type { RolloutSettings } from "../core/release-config.schema.ts";
import { enforcePolicy, openPolicyCase, type PolicyCase } from "../policy/policy.ts";
import { outcomesFor } from "../rollout/outcomes.ts";
import { settingsFor, STEPS } from "../rollout/plan.ts";
import type { Rollout } from "../rollout/rollouts.store.ts";
import type { RolloutPlan } from "../rollout/schema.ts";
import { startIn, type StartRequest } from "../rollout/start.ts";
import { operatorLocks } from "../state/locks.ts";
import { doneOrTried } from "./dry-run.ts";
import type { ReleaseContext } from "./context.ts";
import { againHint, hasMoved, servedAt, somebodyWasFirst } from "./first.store.ts";
import { storedRef } from "./names.ts";
import { prepareRelease } from "../serving/release.ts";

export interface CanaryOrder {
  /** `NAME@v7`, or NAME for the latest published version. */
  ref: string;
  environment: string;
  actor: string;
  /** As typed. */
  reason: string | undefined;
  override: boolean;
  /** Somebody knows that nothing was observed of the target for a day. */
  unobserved?: boolean;
  /** Somebody chose that 100 % need not wait for a day of traffic. */
  fast?: boolean;
  /** Only say what would be done, or who would refuse. */
  dryRun?: boolean;
  /** `external/NAME`: what it is compared with where nothing was released yet. */
  control?: string | undefined;
  /** What wins over the config's `rollout:`, key by key. */
  settings: RolloutSettings;
  /** What it is to show; kept with the rollout. */
  hypothesis?: string | undefined;
}

/**
 * Starts a staged rollout of a published version against what is served now, when the policy admits it; release, first step and
 * audit event are one transaction. Throws REF_INVALID, VERSION_NOT_FOUND, POLICY_REFUSED, NOT_RELEASED without anything served,
 * USAGE for what is served already, CONCURRENT_CHANGE while another rollout is under way.
 */
export async function startCanary(
  { project, store, runs, clock }: ReleaseContext,
  order: CanaryOrder,
): Promise<Rollout & { digest: string }> {
  const { environment, actor, reason, override, settings, unobserved = false, fast, hypothesis, control } = order;
  const prepared = await prepareRelease(project, await storedRef(store.db, environment, order.ref), "canary start");
  const place = { environment, target: prepared.address };
  const seen = await servedAt(store.db, place);
  const asked = settingsFor(project.config.rollout, prepared.address, settings);
  const policy = await openPolicyCase({ project, store, runs }, prepared, {
    environment,
    act: "start",
    actor,
    askedSteps: asked.steps ?? [],
  });
  const at = clock.now().toISOString();
  const request: StartRequest = {
    id: newId(),
    environment,
    release: prepared.row,
    settings: within(policy.rules, asked),
    fit: asked.steps === undefined,
    cohorts: project.config.cohorts,
    outcomes: outcomesFor(project.config.outcomes, prepared.address),
    ...notifyOf(project),
    fast,
    hypothesis,
    control,
    at,
    actor,
    reason: reasonIn(reason) ?? `canary of ${prepared.version}`,
    async admit(tx) {
      const now = await servedAt(tx, place);
      if (hasMoved(seen, now))
        throw await somebodyWasFirst(tx, place, now, { at, hint: againHint(prepared.address, environment) });
      return enforcePolicy(tx, policy, { now: at, override: { wanted: override, reason }, unobserved });
    },
  };
  const started = await doneOrTried(store, (tx) => startIn(tx, request), { ...operatorLocks(place), dryRun: order.dryRun }); // prettier-ignore
  return { ...started, digest: prepared.digest };
}

/** Nobody asked for steps: those that the environment allows. */
export function within(
  { maxWeight }: Pick<PolicyCase["rules"], "maxWeight">,
  settings: RolloutSettings,
): RolloutSettings {
  if (settings.steps !== undefined) return settings;
  const allowed = STEPS.filter((weight) => weight <= maxWeight || weight === 1);
  return { ...settings, steps: allowed.length > 1 ? allowed : [maxWeight, 1] };
}

/** Frozen with the plan: whoever takes the turn that ends it has neither the config nor git. */
function notifyOf({ root, config }: ReleaseContext["project"]): Pick<RolloutPlan, "notify"> {
  const { rolloutEnds, channels = {} } = config;
  const names = [...new Set(rolloutEnds?.notify ?? [])];
  if (names.length === 0) return {};
  return { notify: names.map((name) => ({ name, ...placed(channels[name] as Channel, root) })) };
}

/** A program of the project is found wherever the sender stands. */
function placed(channel: Channel, root: string): Channel {
  if (channel.kind !== "command") return channel;
  const [program = "", ...args] = channel.command;
  return { ...channel, command: [/[/\\]/.test(program) ? resolve(root, program) : program, ...args] };
}
