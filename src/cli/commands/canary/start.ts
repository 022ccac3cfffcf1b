import { AgentopsError } from "../../../core/errors.ts";
import { startCanary } from "../../../operations/start-canary.ts";
import { actorOf } from "../../actor.ts";
import { documentOf, emitRollout } from "./document.ts";
import type { CommandContext } from "../../context.ts";
import { withRelease } from "../../open/release-context.ts";
import { nextLines } from "../../../report/rollout/operated.ts";
import { rolloutFlags } from "./flags.ts";

/** Reads the version from git, asks the policy, and starts its rollout against what is served now. */
export async function start(context: CommandContext, ref: unknown, options: Record<string, unknown>): Promise<number> {
  if (typeof ref !== "string") {
    throw new AgentopsError("USAGE", "which version?", { hint: "agentops canary start support-triage@v2" });
  }
  const settings = rolloutFlags(options);
  return withRelease(context, async (release) => {
    const { environment } = release.project;
    const rollout = await startCanary(release, {
      ref,
      environment,
      actor: await actorOf(context),
      reason: options["reason"] as string | undefined,
      override: options["override"] === true,
      settings,
    });
    await emitRollout(context, await documentOf(context, release, rollout), nextLines);
    return 0;
  });
}
