import { AgentopsError } from "../../../core/errors.ts";
import { reasonIn } from "../../../core/reason.ts";
import { startCanary } from "../../../operations/start-canary.ts";
import type { ReleaseDocument } from "../../../operations/release.schema.ts";
import { releaseText } from "../../../report/release/text.ts";
import { breachesOf, ignoredTexts } from "../../../report/rollout/guards.ts";
import { reasonText } from "../../../report/rollout/reasons.ts";
import { forecastTexts } from "../../../report/rollout/forecast.ts";
import { reachTexts } from "../../../report/rollout/reach.ts";
import { settlingTexts } from "../../../report/rollout/settling.ts";
import { isExternal } from "../../../core/external.ts";
import { floorOf } from "../../../rollout/floors.ts";
import { floorReasons } from "../../../rollout/reasons.ts";
import type { Rollout } from "../../../rollout/rollouts.store.ts";
import { actorOf } from "../../actor.ts";
import { emitDocument } from "../../document.ts";
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
  const hypothesis = hypothesisIn(options["hypothesis"]);
  return withRelease(context, async (release) => {
    const { environment } = release.project;
    const actor = await actorOf(context);
    const reason = options["reason"] as string | undefined;
    const rollout = await startCanary(release, {
      ref,
      environment,
      actor,
      reason,
      override: options["override"] === true,
      unobserved: options["unobserved"] === true,
      fast: options["fast"] === true,
      dryRun: options["dryRun"] === true,
      settings,
      hypothesis,
      control: controlIn(options["control"]),
    });
    if (options["dryRun"] === true) {
      const document = triedDocument(rollout, { actor, reason });
      await emitDocument(context, document, (style) => releaseText(document, style));
      return 0;
    }
    await emitRollout(context, await documentOf(context, release, rollout), nextLines);
    return 0;
  });
}

/** What would be started; nothing was. */
function triedDocument(
  rollout: Rollout & { digest: string },
  { actor, reason }: { actor: string; reason: string | undefined },
): ReleaseDocument {
  const { target, environment, candidate, control, createdAt, digest, plan } = rollout;
  return {
    schema: "agentops.release/1",
    action: "canary.start",
    target,
    env: environment,
    version: candidate,
    digest,
    from: control,
    at: createdAt,
    actor,
    authenticated: false,
    reason: reasonIn(reason) ?? `canary of ${candidate}`,
    overridden: [],
    changed: true,
    dryRun: true,
    ...(plan.cohorts !== undefined && { cohorts: plan.cohorts.map(({ name }) => name) }),
    floor: floorOf(plan.guardrails, undefined),
    breaches: breachesOf(plan),
    notes: [
      ...reachTexts(plan),
      ...forecastTexts(plan, target),
      ...ignoredTexts(plan).map((text) => `ignored: ${text}`),
      ...settlingTexts(plan, control),
      ...floorReasons(rollout).map(reasonText),
    ],
    rollout: null,
  };
}

/** A version is what it is compared with anyway. */
function controlIn(typed: unknown): string | undefined {
  if (typed === undefined || (typeof typed === "string" && isExternal(typed))) return typed;
  throw new AgentopsError(
    "USAGE",
    `--control takes external/NAME, not "${typeof typed === "string" ? typed : "nothing"}"`,
    {
      hint: "a candidate is compared with what the environment serves; --control external/rules names what is no version of it",
    },
  );
}

/** A sentence or two: it is shown wherever the rollout is. */
const LONGEST = 1000;

function hypothesisIn(typed: unknown): string | undefined {
  if (typeof typed !== "string") return undefined;
  const text = reasonIn(typed);
  if (text !== undefined && text.length <= LONGEST) return text;
  const why =
    text === undefined
      ? "--hypothesis needs a text"
      : `--hypothesis takes at most ${LONGEST} characters, not ${text.length}`;
  throw new AgentopsError("USAGE", why, { hint: '--hypothesis "names the queue more often at the same cost"' });
}
