import { revive } from "../../../kill/revive.ts";
import { killText } from "../../../report/kill/text.ts";
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
  const order = await orderOf(context, "revive", words as string[], options, { board, location });
  const done = await revive(board, { ...order, environment });
  await emitDocument(context, done, (style) => killText(done, style, keptFor(context, board)));
  if (board.store.file === null && done.targets.some(({ changed }) => changed))
    context.note("note: a machine where it was killed too holds it until agentops status runs there");
  return done.targets.some((target) => target.heldBy.length > 0) ? 5 : 0;
}
