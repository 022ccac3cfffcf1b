import { historyOf } from "../../../operations/history/history.ts";
import { inStore } from "../../../kill/switchboard.ts";
import { historyText } from "../../../report/history/text.ts";
import type { CommandContext } from "../../context.ts";
import { emitDocument } from "../../document.ts";
import { releaseBoard } from "../../open/release-context.ts";

export async function run(context: CommandContext, [name]: unknown[]): Promise<number> {
  const { board, environment } = await releaseBoard(context);
  const found = inStore(board, (sqlite) => historyOf(sqlite, environment, name as string));
  await emitDocument(context, found, (style) => historyText(found, style));
  return 0;
}
