import { accessSync, constants } from "node:fs";
import { resolve } from "node:path";
import type { GitResult } from "./git.ts";
import type { Repo } from "./repo.ts";

/** A refusal, with whether one of these hooks is there at all (`core.hooksPath` counts): git does not say whose words are a hook's. */
export async function withHooks(repo: Repo, result: GitResult, hooks: readonly string[]): Promise<GitResult> {
  const paths = await repo.undo(["rev-parse", ...hooks.flatMap((hook) => ["--git-path", `hooks/${hook}`])]);
  if (paths.exitCode !== 0) return result;
  const files = paths.stdout.split("\n").filter((path) => path !== "");
  return files.some((file) => mayRun(resolve(repo.cwd, file))) ? result : { ...result, hookless: true };
}

/** git passes over a hook that may not be run. */
function mayRun(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
