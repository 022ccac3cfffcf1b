import { revive } from "../../../kill/revive.ts";
import { killText } from "../../../report/kill/text.ts";
import type { CommandContext } from "../../context.ts";
import { emitDocument } from "../../document.ts";
import { orderOf } from "../kill/order.ts";
import { findSwitchboard, keptFor } from "../../open/switchboard.ts";

export async function run(
  context: CommandContext,
  names: unknown[],
  options: Record<string, unknown>,
): Promise<number> {
  const order = orderOf(context, "revive", names as (string | undefined)[], options);
  const { board, environment } = await findSwitchboard(context);
  const done = await revive(board, { ...order, environment });
  await emitDocument(context, done, (style) => killText(done, style, keptFor(context, board)));
  return done.targets.some((target) => target.heldBy.length > 0) ? 5 : 0;
}
