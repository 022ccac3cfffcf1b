import { lintProject } from "../../../evals/lint/lint.ts";
import { lintGithub, lintSarif, lintText } from "../../../report/lint/formats.ts";
import { createStyle } from "../../../report/style.ts";
import { chosenFormat, type CommandContext } from "../../context.ts";
import { version } from "../../version.ts";

export async function run(context: CommandContext, [refs]: unknown[]): Promise<number> {
  const format = chosenFormat(context.flags, ["text", "json", "github", "sarif"]);
  const lint = await lintProject(await context.project(), refs as string[]);
  const documents = {
    text: () => lintText(lint, createStyle(context.color("stdout") && context.flags.output === undefined)),
    json: () => JSON.stringify(lint, null, 2),
    github: () => lintGithub(lint),
    sarif: () => lintSarif(lint, version()),
  };
  await context.emit(documents[format]());
  return lint.errors > 0 ? 2 : 0;
}
