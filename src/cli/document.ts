import { createStyle, type Style } from "../report/style.ts";
import { chosenFormat, type CommandContext } from "./context.ts";

/** Emits a result as text, or as JSON under --json. */
export async function emitDocument(
  context: CommandContext,
  json: unknown,
  text: (style: Style) => string,
): Promise<void> {
  const format = chosenFormat(context.flags, ["text", "json"]);
  await context.emit(format === "json" ? JSON.stringify(json, null, 2) : text(createStyle(context.color("stdout"))));
}
