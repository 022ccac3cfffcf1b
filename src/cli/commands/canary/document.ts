import { heldBy } from "../../../kill/held.ts";
import type { Turn } from "../../../rollout/turn.ts";
import { rolloutView } from "../../../rollout/view.ts";
import { rolloutDocument } from "../../../report/rollout/document.ts";
import type { Rollout } from "../../../rollout/rollouts.store.ts";
import type { RolloutDocument } from "../../../rollout/schema.ts";
import { rolloutText } from "../../../report/rollout/text.ts";
import type { CommandContext } from "../../context.ts";
import { emitDocument } from "../../document.ts";
import type { OperatedStore } from "../../open/operated-store.ts";

/** 0: moved, held as planned or promoted; 1: rolled back or aborted; 3: inconclusive or invalid; 5: killed or frozen, so nothing moves on. */
export function exitOf({ rollout: { state }, held, frozen }: Pick<Turn, "rollout" | "held" | "frozen">): number {
  const { phase } = state;
  if (phase === "rolled-back" || phase === "aborted") return 1;
  if (phase === "inconclusive" || phase === "invalid") return 3;
  return (held !== null || frozen !== null) && phase !== "promoted" ? 5 : 0;
}

/** As it stands, judged on all that is stored; nothing is written. */
export async function documentOf(
  { clock }: CommandContext,
  { store }: Pick<OperatedStore, "store">,
  rollout: Rollout,
): Promise<RolloutDocument> {
  const at = clock.now().toISOString();
  const held = await heldBy(store.db, store.address.markers, rollout);
  return rolloutDocument(await rolloutView(store.db, rollout, { at, held }));
}

/** `after` is what a reader of text is told below it. */
export function emitRollout(
  context: CommandContext,
  document: RolloutDocument,
  after: (document: RolloutDocument, width: number) => readonly string[] = () => [],
): Promise<void> {
  return emitDocument(context, document, (style) => {
    const width = widthOf(context);
    const text = rolloutText(document, style, context.clock.now().toISOString(), width);
    return [text, ...after(document, width)].join("\n");
  });
}

/** Of the terminal; a file and a pipe get what fits most. */
export function widthOf({ shell }: CommandContext): number {
  return Math.max(40, shell.stdout.columns ?? 80);
}
