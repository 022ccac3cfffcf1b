import { basename } from "node:path";
import type { Project } from "../core/project.ts";
import { ARTIFACT_GLOBS } from "./files.ts";
import { type Renames, renamesSince } from "./git/renames.ts";
import type { Repo } from "./git/repo.ts";
import { type CommitSource, commitSource } from "./source.ts";

/** The project at a commit. */
export interface ProjectAt {
  source: CommitSource;
  /** Where its folder was then: `""` at the top, else `services/bot/`. */
  prefix: string;
}

/** The project's files at a commit; where its folder was another one then, as git recognises renames, those that were in it. */
export async function projectAt(project: Pick<Project, "configFile">, repo: Repo, commit: string): Promise<ProjectAt> {
  const source = commitSource(repo, commit);
  if ((await source.entries()).size > 0) return { source, prefix: repo.prefix };
  const renames = await renamesSince(repo, commit, [basename(project.configFile), ...ARTIFACT_GLOBS]);
  const prefix = folderIn(renames, repo.prefix);
  return prefix === null ? { source, prefix: repo.prefix } : { source: commitSource(repo, commit, prefix), prefix };
}

/** The folder most of what is in this one came from, under the names it has there. */
function folderIn({ from }: Renames, prefix: string): string | null {
  const votes = new Map<string, number>();
  for (const [now, then] of from) {
    const own = now.startsWith(prefix) ? now.slice(prefix.length) : null;
    if (own === null || !`/${then}`.endsWith(`/${own}`)) continue;
    const folder = then.slice(0, then.length - own.length);
    votes.set(folder, (votes.get(folder) ?? 0) + 1);
  }
  return [...votes].sort(([, a], [, b]) => b - a)[0]?.[0] ?? null;
}
