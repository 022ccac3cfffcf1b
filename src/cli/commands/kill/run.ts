import { kill } from "../../../kill/kill.ts";
import { killText } from "../../../report/kill/text.ts";
import type { CommandContext } from "../../context.ts";
import { emitDocument } from "../../document.ts";
import { orderOf } from "./order.ts";
import { findSwitchboard, keptFor } from "../../open/switchboard.ts";

export async function run(
  context: CommandContext,
  names: unknown[],
  options: Record<string, unknown>,
): Promise<number> {
  const order = orderOf(context, "kill", names as (string | undefined)[], options);
  const { board, environment } = await findSwitchboard(context, (what) => {
    context.note(`warning: ${what}; where that is another one, name it: AGENTOPS_STORE`);
  });
  const done = await kill(board, { ...order, environment });
  await emitDocument(context, done, (style) => killText(done, style, keptFor(context, board)));
  return 0;
}
