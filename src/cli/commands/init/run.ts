import { resolve } from "node:path";
import { initProject } from "../../../core/init.ts";
import type { CommandContext } from "../../context.ts";
import { emitDocument } from "../../document.ts";
import { PACKAGE_ROOT } from "../../version.ts";

export async function run(context: CommandContext, [dir]: unknown[]): Promise<number> {
  const result = await initProject(resolve(context.cwd, (dir as string | undefined) ?? "."), PACKAGE_ROOT);
  await emitDocument(context, result, (style) =>
    [
      ...result.created.map((f) => `${style.good("created")} ${f}`),
      ...result.kept.map((f) => `${style.dim("kept")}    ${f}`),
      "",
      "next: agentops lint && agentops eval",
    ].join("\n"),
  );
  return 0;
}
