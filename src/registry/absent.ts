import { relative, sep } from "node:path";
import type { AgentopsError } from "../core/errors.ts";
import { CONFIG_FILE } from "../core/location.ts";
import type { Project } from "../core/project.ts";
import { type ArtifactFile, artifactFileOf, KINDS } from "./files.ts";
import { absentOf, notCheckedOut, trackedAt } from "./git/checked-out.ts";
import { findRepo } from "./git/repo.ts";

type Around = Pick<Project, "root" | "env" | "signal">;

/**
 * FILE_NOT_FOUND for what git has in folders of the project and the worktree lacks, because it is not checked out; null without any, or
 * without git. `fits` says which files count; the folder of a submodule always does.
 */
export async function absentIn(
  project: Around,
  folders: readonly string[],
  fits: (path: string) => boolean,
): Promise<AgentopsError | null> {
  const repo = await findRepo(project).catch(() => null);
  if (repo === null) return null;
  const absent = await absentOf(repo, await trackedAt(repo, folders).catch(() => []));
  const found = absent.filter(({ path, why }) => (why === "submodule" ? folders.includes(path) : fits(path)));
  return found.length === 0 ? null : notCheckedOut(repo, found);
}

/**
 * The same for the project's config, in a folder or one above it, before there is a project: where it is not checked out, the config of a folder
 * further up, if any, is another project's.
 * @param found the folder of that one; only what lies below counts
 */
export async function absentConfig(around: Around, found: string | null): Promise<AgentopsError | null> {
  const repo = await findRepo(around).catch(() => null);
  if (repo === null) return null;
  const depth = repo.prefix.split("/").length - 1;
  const above = found === null ? depth + 1 : relative(found, around.root).split(sep).length;
  const places = Array.from({ length: Math.min(above, depth + 1) }, (_, up) => `${"../".repeat(up)}${CONFIG_FILE}`);
  return absentIn(around, places, () => true);
}

/** The same for artifacts. */
export async function absentFiles(
  project: Around,
  fits: (file: ArtifactFile) => boolean,
): Promise<AgentopsError | null> {
  return absentIn(project, KINDS, (path) => {
    const kind = KINDS.find((one) => path.startsWith(`${one}/`));
    const file = kind === undefined ? null : artifactFileOf(kind, path.slice(kind.length + 1));
    return file !== null && fits(file);
  });
}
