import { logVersions } from "../../../registry/versions/log.ts";
import { logText } from "../../../report/registry/text.ts";
import type { CommandContext } from "../../context.ts";
import { emitDocument } from "../../document.ts";

export async function run(context: CommandContext, [name]: unknown[]): Promise<number> {
  const versions = await logVersions(await context.project(), name as string);
  await emitDocument(context, { schema: "agentops.log/1", name, versions }, (style) =>
    logText(name as string, versions, style),
  );
  return 0;
}
