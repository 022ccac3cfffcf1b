import type { Found } from "../../../planning/found.ts";
import type { Known } from "../../../planning/known.ts";
import type { CommandContext } from "../../context.ts";
import { emitDocument } from "../../document.ts";
import { intervalReport } from "./ci.ts";
import { planRequest, requireAction } from "./flags.ts";
import { withRuns } from "../../open/runs.ts";

type Options = Record<string, unknown>;

export async function run(context: CommandContext, [typed]: unknown[], options: Options): Promise<number> {
  const { statsDocument } = await import("../../../report/stats/document.ts");
  const report = statsDocument(await reportOf(context, requireAction(typed as string, options), options));
  const { statsText } = await import("../../../report/stats/text.ts");
  const width = context.flags.output === undefined ? (context.shell.stdout.columns ?? 80) : 80;
  await emitDocument(context, report, (style) => statsText(report, style, width));
  return 0;
}

async function reportOf(
  context: CommandContext,
  action: ReturnType<typeof requireAction>,
  options: Options,
): Promise<Found> {
  if (action === "ci") return intervalReport(context, options);
  if (action === "plan") return rolloutPlan(context, options);
  const request = planRequest(options);
  const known = await knownFrom(context, options);
  switch (action) {
    case "sample-size":
      return (await import("../../../planning/sample-size.ts")).sampleSize(request, known);
    case "power":
      return (await import("../../../planning/power.ts")).power(request, known);
    case "mde":
      return (await import("../../../planning/mde.ts")).mde(request, known);
  }
}

async function rolloutPlan(context: CommandContext, options: Options): Promise<Found> {
  const { rolloutRequest } = await import("./plan.ts");
  const request = rolloutRequest(options);
  const { planRollout } = await import("../../../planning/rollout.ts");
  return planRollout(request, await knownFrom(context, options));
}

async function knownFrom(context: CommandContext, options: Options): Promise<Known | null> {
  const names = (options["from"] as string[] | undefined) ?? [];
  const paired = options["paired"] === true;
  if (names.length === 0 && !paired) return null;
  const evidence = await import("../../../planning/known.ts");
  if (names.length === 0) return evidence.withoutRuns();
  return withRuns(context, (store) => (paired ? evidence.pairedEvidence : evidence.baselineEvidence)(store, names));
}
