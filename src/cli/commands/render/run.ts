import { loadArtifact } from "../../../registry/versions/load.ts";
import { parseVars } from "../../../registry/render/parse-vars.ts";
import { compilePrompt } from "../../../registry/render/render.ts";
import { renderText } from "../../../report/registry/text.ts";
import type { CommandContext } from "../../context.ts";
import { emitDocument } from "../../document.ts";

export async function run(
  context: CommandContext,
  [ref]: unknown[],
  options: Record<string, unknown>,
): Promise<number> {
  const { address, version, prompt } = await loadArtifact(await context.project(), ref as string);
  const messages = compilePrompt(prompt)(parseVars(prompt, (options["var"] as string[] | undefined) ?? []));
  await emitDocument(context, { schema: "agentops.render/1", ref: address, version, messages }, (style) =>
    renderText(messages, style),
  );
  return 0;
}
