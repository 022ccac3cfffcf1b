import { absentFiles } from "../../../registry/absent.ts";
import { artifactList } from "../../../registry/versions/list.ts";
import { listText } from "../../../report/registry/text.ts";
import { trafficText } from "../../../report/registry/traffic-text.ts";
import { trafficOf } from "../../../status/traffic.ts";
import type { CommandContext } from "../../context.ts";
import { emitDocument } from "../../document.ts";
import { inTraceStore } from "../../open/traces.ts";

export async function run(context: CommandContext, _: unknown[], options: Record<string, unknown>): Promise<number> {
  const project = await context.project();
  const list = await artifactList(project);
  const { artifacts, notes } = list;
  const absent = await absentFiles(project, () => true);
  if (absent !== null && artifacts.length === 0) throw absent;
  if (absent !== null) context.note(`warning: ${absent.message}: ${absent.hint ?? ""}`);
  if (options["traffic"] === true) {
    const found = await inTraceStore(context, ({ db }) => trafficOf(db, artifacts.map(({ address }) => address), context.clock.now())); // prettier-ignore
    await emitDocument(context, { schema: "agentops.list/1", artifacts, notes, ...found }, (style) => trafficText(found, style)); // prettier-ignore
    return 0;
  }
  await emitDocument(context, { schema: "agentops.list/1", artifacts, notes }, (style) => listText(list, style));
  return 0;
}
