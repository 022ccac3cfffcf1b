import { findRepo } from "../../../registry/git/repo.ts";
import { chosenFormat, type CommandContext } from "../../context.ts";

export async function run(context: CommandContext, [refs]: unknown[]): Promise<number> {
  const format = chosenFormat(context.flags, ["text", "json", "github", "sarif"]);
  const project = await context.project();
  // Asked here, git answers while the rules are loaded; whoever needs the answer has it, and its failure, from the same question.
  findRepo(project).catch(() => undefined);
  const { lintAndTell } = await import("./lint-and-tell.ts");
  return lintAndTell(context, project, { refs: refs as string[], format });
}
