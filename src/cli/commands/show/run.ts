import { noVersions } from "../../../registry/git/repo.ts";
import { loadArtifact } from "../../../registry/versions/load.ts";
import { showText } from "../../../report/registry/text.ts";
import type { CommandContext } from "../../context.ts";
import type { VersionFacts } from "../../../status/version-facts.ts";
import { emitDocument } from "../../document.ts";
import { withFacts } from "../../open/version-facts.ts";

export async function run(context: CommandContext, [ref]: unknown[]): Promise<number> {
  const project = await context.project();
  const artifact = await loadArtifact(project, ref as string);
  const { address, kind, name, version, commit, digest, model, files, content } = artifact;
  const [known] = await withFacts(context, project, address, [{ version, digest }]);
  const { evidence, served, otherRelease } = known as VersionFacts;
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
    evidence,
    served,
    otherRelease,
    value: content,
  };
  const without = await noVersions(project);
  await emitDocument(context, document, (style) =>
    showText(artifact, { evidence, served, otherRelease }, without, style),
  );
  return 0;
}
