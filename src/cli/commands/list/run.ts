import { artifactList } from "../../../registry/versions/list.ts";
import { listText } from "../../../report/registry/text.ts";
import type { CommandContext } from "../../context.ts";
import { emitDocument } from "../../document.ts";

export async function run(context: CommandContext): Promise<number> {
  const { artifacts, notes } = await artifactList(await context.project());
  await emitDocument(context, { schema: "agentops.list/1", artifacts, notes }, (style) =>
    listText(artifacts, notes, style),
  );
  return 0;
}
