import { historyOf } from "../../../operations/history/history.ts";
import { historyText } from "../../../report/history/text.ts";
import type { CommandContext } from "../../context.ts";
import { emitDocument } from "../../document.ts";
import { inReleaseStore } from "../../open/release-context.ts";

export async function run(context: CommandContext, [name]: unknown[]): Promise<number> {
  const found = await inReleaseStore(context, ({ db }, environment) => historyOf(db, environment, name as string));
  await emitDocument(context, found, (style) => historyText(found, style));
  return 0;
}
