import { isSame } from "../../../kill/latch.ts";
import { type Marker, readMarkers } from "../../../kill/markers.ts";
import { revive } from "../../../kill/revive.ts";
import { killText } from "../../../report/kill/text.ts";
import { actorOf } from "../../actor.ts";
import type { CommandContext } from "../../context.ts";
import { emitDocument } from "../../document.ts";
import { orderOf } from "../kill/order.ts";
import { findSwitchboard, keptFor } from "../../open/switchboard.ts";

export async function run(
  context: CommandContext,
  [words]: unknown[],
  options: Record<string, unknown>,
): Promise<number> {
  const { board, environment, location } = await findSwitchboard(context);
  const order = await orderOf("revive", words as string[], options, { board, location });
  const marked = markedHere(board.store.markers);
  const done = await revive(board, { ...order, environment, actor: await actorOf(context) });
  await emitDocument(context, done, (style) => killText(done, style, keptFor(context, board)));
  // What was killed here was most likely killed nowhere else.
  const fromElsewhere = ({ target, changed }: { target: string; changed: boolean }) =>
    changed && !marked.some((marker) => isSame(marker, { environment, target }));
  if (board.store.file === null && done.targets.some(fromElsewhere))
    context.note("note: it was killed on another machine, which holds it until agentops status runs there");
  return done.targets.some((target) => target.heldBy.length > 0) ? 5 : 0;
}

/** None where they cannot be read. */
function markedHere(folder: string | null): Marker[] {
  try {
    return readMarkers(folder);
  } catch {
    return [];
  }
}
