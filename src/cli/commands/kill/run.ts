import { existsSync } from "node:fs";
import { kill } from "../../../kill/kill.ts";
import { killText } from "../../../report/kill/text.ts";
import type { CommandContext } from "../../context.ts";
import { emitDocument } from "../../document.ts";
import { orderOf } from "./order.ts";
import { findSwitchboard, keptFor, shownStore } from "../../open/switchboard.ts";

export async function run(
  context: CommandContext,
  [words]: unknown[],
  options: Record<string, unknown>,
): Promise<number> {
  const { board, environment, location } = await findSwitchboard(context, (what) => {
    context.note(`warning: ${what}; where that is another one, name it: AGENTOPS_STORE`);
  });
  const order = await orderOf(context, "kill", words as string[], options, { board, location });
  const named = (context.shell.env["AGENTOPS_STORE"] ?? "") !== "";
  if (named && board.store.file !== null && !existsSync(board.store.file))
    context.note(`note: there was no store ${shownStore(context, board.store.shown)}; it is made now`);
  const done = await kill(board, { ...order, environment });
  await emitDocument(context, done, (style) => killText(done, style, keptFor(context, board)));
  return 0;
}
