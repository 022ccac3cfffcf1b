import { AgentopsError } from "../core/errors.ts";
import { enforcePolicy, openPolicyCase } from "../release/policy/policy.ts";
import { settingsFor } from "../release/rollout/plan.ts";
import { startRollout } from "../release/rollout/start.ts";
import { prepareRelease } from "../release/serving/release.ts";
import { openStore, storeFile } from "../state/store.ts";
import { actorOf } from "./actor.ts";
import { documentOf, emitRollout } from "./canary.ts";
import type { CommandContext } from "./context.ts";
import { rolloutFlags } from "./rollout-flags.ts";

/** Reads the version from git, asks the policy, and starts its rollout against what is served now. */
export async function start(context: CommandContext, ref: unknown, options: Record<string, unknown>): Promise<number> {
  if (typeof ref !== "string") {
    throw new AgentopsError("USAGE", "which version?", { hint: "agentops canary start support-triage@v2" });
  }
  const typed = rolloutFlags(options);
  const reason = options["reason"] as string | undefined;
  const override = { wanted: options["override"] === true, reason };
  const project = await context.project();
  const { environment, config } = project;
  const store = openStore(storeFile(project.root, context.shell.env), { durability: "full" });
  try {
    const prepared = await prepareRelease(project, ref);
    const policy = await openPolicyCase({ project, store }, prepared, environment);
    const at = context.clock.now().toISOString();
    const rollout = startRollout(store.sqlite, {
      environment,
      release: prepared.row,
      settings: settingsFor(config.rollout, prepared.address, typed),
      at,
      actor: actorOf(context),
      reason: (reason ?? "").trim() || `canary of ${prepared.version}`,
      admit: () => enforcePolicy(store.sqlite, policy, { now: at, override }),
    });
    await emitRollout(context, documentOf(context, { sqlite: store.sqlite, store: store.file, environment }, rollout));
    return 0;
  } finally {
    await store.close();
  }
}
