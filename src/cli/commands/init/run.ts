import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { initProject } from "../../../core/init.ts";
import { committerOf, type Git, openGit } from "../../../registry/git/git.ts";
import { findRepo } from "../../../registry/git/repo.ts";
import type { CommandContext } from "../../context.ts";
import { emitDocument } from "../../document.ts";
import { programFor } from "./program-name.ts";
import { PACKAGE_ROOT } from "../../version.ts";

export async function run(context: CommandContext, [dir]: unknown[]): Promise<number> {
  const result = await initProject(resolve(context.cwd, (dir as string | undefined) ?? "."), PACKAGE_ROOT);
  const repository = await needRepository(context, result.dir);
  const enter =
    dir === undefined || resolve(context.cwd, dir as string) === resolve(context.cwd)
      ? ""
      : `cd ${JSON.stringify(dir)} && `;
  const first = await before(context, result.dir, repository);
  const name = programFor(result.dir, context.shell.env["PATH"]);
  await emitDocument(context, { ...result, repository }, (style) =>
    [
      ...result.created.map((f) => `${style.good("created")} ${f}`),
      ...result.kept.map((f) => `${style.dim("kept")}    ${f}`),
      ...(repository === "made" ? [`${style.good("created")} .git`] : []),
      "",
      // A policy takes the suites and cases that are committed, so the first release needs this before its eval.
      `next: ${enter}${first}git add . && git commit -m "agentops"`,
      `      ${name} lint && ${name} eval`,
    ].join("\n"),
  );
  return 0;
}

type Repository = "there" | "made" | "missing";

/** Versions live in git: a folder outside of any repository becomes one. Missing where there is no git, or it refuses. */
async function needRepository(context: CommandContext, root: string): Promise<Repository> {
  if (await isInGit(context, root)) return "there";
  const { exitCode } = await openGit(root, context.shell.env, context.signal)(["init", "--quiet"]);
  return exitCode === 0 ? "made" : "missing";
}

/** What the commit needs first, so that the line works as it is typed. */
async function before({ shell }: CommandContext, root: string, repository: Repository): Promise<string> {
  const git = openGit(root, shell.env);
  const packages = (await addsPackages(git, root)) ? "printf '\\nnode_modules/\\n' >> .gitignore && " : "";
  if (repository === "missing") return `git init && ${packages}`;
  const known = await committerOf(git, 1000);
  const person = known === null ? 'git config user.name "YOUR NAME" && git config user.email YOU@EXAMPLE.COM && ' : "";
  return `${person}${packages}`;
}

/** Whether `git add .` would take what npm installed here: some thousand files. */
async function addsPackages(git: Git, root: string): Promise<boolean> {
  if (!existsSync(join(root, "node_modules"))) return false;
  return (await git(["check-ignore", "--quiet", "node_modules/"])).exitCode !== 0;
}

/** A repository that git does not read is one as well. */
async function isInGit({ shell, signal }: CommandContext, root: string): Promise<boolean> {
  return findRepo({ root, env: shell.env, signal }).then(
    (repo) => repo !== null,
    () => true,
  );
}
