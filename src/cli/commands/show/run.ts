import { loadArtifact } from "../../../registry/versions/load.ts";
import { showText } from "../../../report/registry/text.ts";
import type { CommandContext } from "../../context.ts";
import { emitDocument } from "../../document.ts";

export async function run(context: CommandContext, [ref]: unknown[]): Promise<number> {
  const artifact = await loadArtifact(await context.project(), ref as string);
  const { address, kind, name, version, commit, digest, model, files, content } = artifact;
  const document = {
    schema: "agentops.artifact/1",
    ref: address,
    kind,
    name,
    version,
    commit,
    digest,
    model: model ?? null,
    files,
    value: content,
  };
  await emitDocument(context, document, (style) => showText(artifact, style));
  return 0;
}
