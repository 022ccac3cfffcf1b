import type { AgentopsError } from "../core/errors.ts";
import type { Project } from "../core/project.ts";
import { type ArtifactFile, artifactFileOf, KINDS } from "./files.ts";
import { absentOf, notCheckedOut, trackedAt } from "./git/checked-out.ts";
import { findRepo } from "./git/repo.ts";

/** FILE_NOT_FOUND for artifacts that git has and the worktree lacks, because they are not checked out; null without any, or without git. */
export async function absentFiles(
  project: Pick<Project, "root" | "env" | "signal">,
  fits: (file: ArtifactFile) => boolean,
): Promise<AgentopsError | null> {
  const repo = await findRepo(project).catch(() => null);
  if (repo === null) return null;
  const absent = await absentOf(repo, await trackedAt(repo, KINDS).catch(() => []));
  const found = absent.filter(({ path, why }) => {
    const kind = KINDS.find((one) => path === one || path.startsWith(`${one}/`));
    if (kind === undefined) return false;
    if (why === "submodule") return path === kind;
    const file = artifactFileOf(kind, path.slice(kind.length + 1));
    return file !== null && fits(file);
  });
  return found.length === 0 ? null : notCheckedOut(repo, found);
}
