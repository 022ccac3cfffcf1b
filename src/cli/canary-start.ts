import { AgentopsError } from "../core/errors.ts";
import { newId } from "../core/ids.ts";
import { enforcePolicy, openPolicyCase } from "../release/policy/policy.ts";
import { settingsFor } from "../release/rollout/plan.ts";
import { startRollout } from "../release/rollout/start.ts";
import type { ReleaseContext } from "../release/serving/context.ts";
import { storedRef } from "../release/serving/names.ts";
import { prepareRelease } from "../release/serving/release.ts";
import { actorOf } from "./actor.ts";
import { documentOf, emitRollout } from "./rollout-document.ts";
import type { CommandContext } from "./context.ts";
import { withRelease } from "./release-context.ts";
import { rolloutFlags } from "./rollout-flags.ts";

/** Reads the version from git, asks the policy, and starts its rollout against what is served now. */
export async function start(context: CommandContext, ref: unknown, options: Record<string, unknown>): Promise<number> {
  if (typeof ref !== "string") {
    throw new AgentopsError("USAGE", "which version?", { hint: "agentops canary start support-triage@v2" });
  }
  return withRelease(context, (release) => startIn(context, release, ref, options));
}

async function startIn(
  context: CommandContext,
  { project, store, clock }: ReleaseContext,
  ref: string,
  options: Record<string, unknown>,
): Promise<number> {
  const typed = rolloutFlags(options);
  const reason = options["reason"] as string | undefined;
  const override = { wanted: options["override"] === true, reason };
  const { environment, config } = project;
  const { sqlite, file } = store;
  const prepared = await prepareRelease(project, storedRef(sqlite, environment, ref));
  const policy = await openPolicyCase({ project, store }, prepared, environment);
  const at = clock.now().toISOString();
  const rollout = startRollout(sqlite, {
    id: newId(),
    environment,
    release: prepared.row,
    settings: settingsFor(config.rollout, prepared.address, typed),
    at,
    actor: actorOf(context),
    reason: (reason ?? "").trim() || `canary of ${prepared.version}`,
    admit: () => enforcePolicy(sqlite, policy, { now: at, override }),
  });
  await emitRollout(context, documentOf(context, { sqlite, store: file, environment }, rollout));
  return 0;
}
