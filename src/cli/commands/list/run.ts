import { listArtifacts } from "../../../registry/versions/list.ts";
import { listText } from "../../../report/registry/text.ts";
import type { CommandContext } from "../../context.ts";
import { emitDocument } from "../../document.ts";

export async function run(context: CommandContext): Promise<number> {
  const artifacts = await listArtifacts(await context.project());
  await emitDocument(context, { schema: "agentops.list/1", artifacts }, (style) => listText(artifacts, style));
  return 0;
}
