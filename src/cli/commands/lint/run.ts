import { absentFiles } from "../../../registry/absent.ts";
import { absentSuites } from "../../../evals/dataset/suite.ts";
import { isAdvice } from "../../../registry/lint/allow.ts";
import { lintProject } from "../../../evals/lint/lint.ts";
import { lintGithub, lintSarif, lintText } from "../../../report/lint/formats.ts";
import { createStyle } from "../../../report/style.ts";
import { chosenFormat, type CommandContext } from "../../context.ts";
import { storedVerdicts } from "../../open/stored-verdicts.ts";
import { version } from "../../version.ts";

export async function run(context: CommandContext, [refs]: unknown[]): Promise<number> {
  const format = chosenFormat(context.flags, ["text", "json", "github", "sarif"]);
  const project = await context.project();
  const stored = storedVerdicts(context, project);
  const lint = await lintProject(project, refs as string[], { verdicts: stored.of }).finally(() => stored.close());
  for (const absent of [await absentFiles(project, () => true), await absentSuites(project)])
    if (absent !== null) context.note(`warning: ${absent.message}, so it was not looked at: ${absent.hint ?? ""}`);
  const documents = {
    text: () => lintText(lint, createStyle(context.color("stdout") && context.flags.output === undefined)),
    json: () => JSON.stringify(lint, null, 2),
    github: () => lintGithub(lint),
    sarif: () => lintSarif(lint, version()),
  };
  await context.emit(documents[format]());
  // One name: nobody should silence all at once.
  const advice = lint.problems.find(isAdvice);
  if (format === "text" && advice !== undefined)
    context.note(`note: advice that does not hold here is silenced by its name: lint: { allow: [${advice.rule}] } in the config`); // prettier-ignore
  return lint.errors > 0 ? 2 : 0;
}
