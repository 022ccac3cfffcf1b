import { promote } from "../../../operations/promote.ts";
import { releaseText } from "../../../report/release/text.ts";
import { reasonText } from "../../../report/rollout/reasons.ts";
import { actorOf } from "../../actor.ts";
import type { CommandContext } from "../../context.ts";
import { emitDocument } from "../../document.ts";
import { withRelease } from "../../open/release-context.ts";

export async function run(
  context: CommandContext,
  [ref]: unknown[],
  options: Record<string, unknown>,
): Promise<number> {
  const done = await withRelease(context, async (release) =>
    promote(
      { ...release, say: reasonText },
      {
        ref: ref as string,
        environment: release.project.environment,
        actor: await actorOf(context),
        reason: options["reason"] as string | undefined,
        override: options["override"] === true,
        dryRun: options["dryRun"] === true,
      },
    ),
  );
  await emitDocument(context, done, (style) => releaseText(done, style));
  return 0;
}
