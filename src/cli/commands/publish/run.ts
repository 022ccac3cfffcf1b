import { publish } from "../../../registry/publish/publish.ts";
import { publishText } from "../../../report/registry/text.ts";
import { statedActor } from "../../actor.ts";
import type { CommandContext } from "../../context.ts";
import { emitDocument } from "../../document.ts";

export async function run(
  context: CommandContext,
  [names]: unknown[],
  options: Record<string, unknown>,
): Promise<number> {
  const result = await publish(await context.project(), {
    names: names as string[],
    message: options["message"] as string | undefined,
    actor: statedActor(context)?.name,
    sign: options["sign"] === true,
    push: options["push"] !== false,
  });
  await emitDocument(context, result, (style) => publishText(result, style));
  // Asked to stop when nothing was left to do: the document says that it was done.
  context.signal.throwIfAborted();
  return 0;
}
