import { absentFiles } from "../../../registry/absent.ts";
import { artifactList } from "../../../registry/versions/list.ts";
import { listText } from "../../../report/registry/text.ts";
import type { CommandContext } from "../../context.ts";
import { emitDocument } from "../../document.ts";

export async function run(context: CommandContext): Promise<number> {
  const project = await context.project();
  const list = await artifactList(project);
  const { artifacts, notes } = list;
  const absent = await absentFiles(project, () => true);
  if (absent !== null && artifacts.length === 0) throw absent;
  if (absent !== null) context.note(`warning: ${absent.message}: ${absent.hint ?? ""}`);
  await emitDocument(context, { schema: "agentops.list/1", artifacts, notes }, (style) => listText(list, style));
  return 0;
}
