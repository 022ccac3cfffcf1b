import type { Project } from "../../../core/project.ts";
import { SUITE_FILES } from "../../../evals/dataset/suite.ts";
import { lintProject } from "../../../evals/lint/lint.ts";
import { absentOfEach, artifactsThat } from "../../../registry/absent.ts";
import { isAdvice } from "../../../registry/lint/allow.ts";
import { lintGithub, lintSarif, lintText } from "../../../report/lint/formats.ts";
import { createStyle } from "../../../report/style.ts";
import type { CommandContext } from "../../context.ts";
import { storedVerdicts } from "../../open/stored-verdicts.ts";
import { version } from "../../version.ts";

export async function lintAndTell(
  context: CommandContext,
  project: Project,
  { refs, format }: { refs: string[]; format: "text" | "json" | "github" | "sarif" },
): Promise<number> {
  // Git looks while the files are checked; where they cannot be, that is what is told.
  const absent = absentOfEach(project, [artifactsThat(() => true), SUITE_FILES]);
  absent.catch(() => undefined);
  const stored = storedVerdicts(context, project);
  const lint = await lintProject(project, refs, { verdicts: stored.of }).finally(() => stored.close());
  for (const missing of await absent)
    if (missing !== null) context.note(`warning: ${missing.message}, so it was not looked at: ${missing.hint ?? ""}`);
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
