import { createStyle, type Style } from "../report/style.ts";
import { chosenFormat, type CommandContext } from "./context.ts";

/** Emits a result as text, or as JSON under --json; a file gets no colour. */
export async function emitDocument(
  context: CommandContext,
  json: unknown,
  text: (style: Style) => string,
): Promise<void> {
  const format = chosenFormat(context.flags, ["text", "json"]);
  const colour = context.color("stdout") && context.flags.output === undefined;
  await context.emit(format === "json" ? JSON.stringify(json, null, 2) : text(createStyle(colour)));
}
