import { AgentopsError } from "../../../core/errors.ts";
import { promote } from "../../../operations/promote.ts";
import { rollback } from "../../../operations/rollback.ts";
import { NeverStable } from "../../../operations/way-back.ts";
import { releaseText } from "../../../report/release/text.ts";
import { reasonText } from "../../../report/rollout/reasons.ts";
import type { Store } from "../../../state/store.ts";
import { actorOf } from "../../actor.ts";
import type { CommandContext } from "../../context.ts";
import { emitDocument } from "../../document.ts";
import { inReleaseStore, withRelease } from "../../open/release-context.ts";

export async function run(
  context: CommandContext,
  [name]: unknown[],
  options: Record<string, unknown>,
): Promise<number> {
  refuseVersion(name as string);
  const { clock } = context;
  const actor = await actorOf(context);
  const reason = options["reason"] as string | undefined;
  const dryRun = options["dryRun"] === true;
  const back = (store: Store, environment: string | null) =>
    rollback(
      { store, clock },
      {
        name: name as string,
        environment,
        to: options["to"] as string | undefined,
        from: options["from"] as string | undefined,
        actor,
        reason,
        dryRun,
      },
    );
  const done = await inReleaseStore(context, back).catch((error: unknown) => {
    if (!(error instanceof NeverStable)) throw error;
    context.note(`note: ${error.message}`);
    const { environment, target } = error.place;
    const order = { ref: `${target}@${error.version}`, environment, actor, reason };
    return withRelease(context, (release) =>
      promote({ ...release, say: reasonText }, { ...order, dryRun, override: options["override"] === true }),
    );
  });
  await emitDocument(context, done, (style) => releaseText(done, style));
  return 0;
}

/** Whether it is the one to leave or the one to go back to, nobody should guess. */
function refuseVersion(name: string): void {
  const at = name.indexOf("@");
  if (at < 0) return;
  const [bare, version] = [name.slice(0, at), name.slice(at + 1)];
  throw new AgentopsError("USAGE", `rollback takes a name, and "${name}" names a version`, {
    hint: `agentops rollback ${bare} --to ${version}   or   --from ${version}`,
  });
}
