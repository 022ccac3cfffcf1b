import { resolve } from "node:path";
import type { Channel } from "../core/channels.schema.ts";
import { newId } from "../core/ids.ts";
import type { RolloutSettings } from "../core/release-config.schema.ts";
import { enforcePolicy, openPolicyCase } from "../policy/policy.ts";
import { settingsFor } from "../rollout/plan.ts";
import type { Rollout } from "../rollout/rollouts.store.ts";
import type { RolloutPlan } from "../rollout/schema.ts";
import { startRollout } from "../rollout/start.ts";
import type { ReleaseContext } from "./context.ts";
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
): Promise<Rollout> {
  const { environment, actor, reason, override, settings, hypothesis } = order;
  const prepared = await prepareRelease(project, await storedRef(store.db, environment, order.ref));
  const policy = await openPolicyCase({ project, store, runs }, prepared, environment);
  const at = clock.now().toISOString();
  return startRollout(store, {
    id: newId(),
    environment,
    release: prepared.row,
    settings: settingsFor(project.config.rollout, prepared.address, settings),
    ...notifyOf(project),
    hypothesis,
    at,
    actor,
    reason: (reason ?? "").trim() || `canary of ${prepared.version}`,
    admit: (tx) => enforcePolicy(tx, policy, { now: at, override: { wanted: override, reason } }),
  });
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
