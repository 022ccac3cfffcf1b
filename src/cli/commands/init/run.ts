import { resolve } from "node:path";
import { initProject } from "../../../core/init.ts";
import { findRepo } from "../../../registry/git/repo.ts";
import type { CommandContext } from "../../context.ts";
import { emitDocument } from "../../document.ts";
import { PACKAGE_ROOT } from "../../version.ts";

export async function run(context: CommandContext, [dir]: unknown[]): Promise<number> {
  const result = await initProject(resolve(context.cwd, (dir as string | undefined) ?? "."), PACKAGE_ROOT);
  const inGit = await isInGit(context, result.dir);
  const enter = dir === undefined ? "" : `cd ${JSON.stringify(dir)} && `;
  await emitDocument(context, result, (style) =>
    [
      ...result.created.map((f) => `${style.good("created")} ${f}`),
      ...result.kept.map((f) => `${style.dim("kept")}    ${f}`),
      "",
      // A policy takes the suites and cases that are committed, so the first release needs this before its eval.
      `next: ${enter}${inGit ? "" : "git init && "}git add . && git commit -m "agentops"`,
      "      agentops lint && agentops eval",
    ].join("\n"),
  );
  return 0;
}

/** A repository that git does not read is one as well. */
async function isInGit({ shell, signal }: CommandContext, root: string): Promise<boolean> {
  return findRepo({ root, env: shell.env, signal }).then(
    (repo) => repo !== null,
    () => true,
  );
}
