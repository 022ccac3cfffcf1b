import { type VersionEntry, versionLog } from "../../../registry/versions/log.ts";
import { logText } from "../../../report/registry/text.ts";
import type { CommandContext } from "../../context.ts";
import { emitDocument } from "../../document.ts";
import { withFacts } from "../../open/version-facts.ts";

export async function run(context: CommandContext, [name]: unknown[]): Promise<number> {
  const project = await context.project();
  const { versions: published, branch, notes } = await versionLog(project, name as string);
  const versions = await withFacts(context, project, targetOf(published), published);
  await emitDocument(context, { schema: "agentops.log/1", name, branch, versions, notes }, (style) =>
    logText(name as string, { versions, branch, notes }, style),
  );
  return 0;
}

/** The artifact a name meant, by the tag of its versions. */
function targetOf([newest]: readonly VersionEntry[]): string {
  return newest === undefined ? "" : newest.tag.slice(0, newest.tag.lastIndexOf("/"));
}
