import { lstat, readdir, readlink } from "node:fs/promises";
import { isAbsolute, join, posix, relative, sep } from "node:path";
import { AgentopsError } from "../core/errors.ts";
import { CONFIG_FILE } from "../core/location.ts";
import type { Project } from "../core/project.ts";
import { type ArtifactFile, artifactFileOf, KINDS } from "./files.ts";
import { blobsAt } from "./git/blobs-at.ts";
import { absentOf, inHeadAlone, notCheckedOut, trackedAt } from "./git/checked-out.ts";
import { findRepo, type Repo } from "./git/repo.ts";

type Around = Pick<Project, "root" | "env" | "signal">;

/** Files of some kind, by the folders they lie in. */
export interface Wanted {
  folders: readonly string[];
  /** Which files of those folders count; the folder of a submodule always does. */
  fits: (path: string) => boolean;
}

/**
 * FILE_NOT_FOUND for what git has in folders of the project and the worktree lacks, because it is not checked out; null without any, or
 * without git.
 */
export async function absentIn(
  project: Around,
  folders: readonly string[],
  fits: Wanted["fits"],
): Promise<AgentopsError | null> {
  const [error = null] = await absentOfEach(project, [{ folders, fits }]);
  return error;
}

/** The same of several kinds of files, asked of git at once. */
export async function absentOfEach(project: Around, each: readonly Wanted[]): Promise<(AgentopsError | null)[]> {
  const all = each.flatMap(({ folders }) => folders);
  const repo = all.length === 0 ? null : await findRepo(project).catch(() => null);
  if (repo === null) return each.map(() => null);
  const absent = await absentOf(repo, await trackedAt(repo, all).catch(() => []));
  return Promise.all(
    each.map(async ({ folders, fits }) => {
      const isIn = (path: string) => folders.some((folder) => path === folder || path.startsWith(`${folder}/`));
      const found = absent.filter(
        ({ path, why }) => isIn(path) && (why === "submodule" ? folders.includes(path) : fits(path)),
      );
      return found.length === 0 ? null : notCheckedOut(repo, found);
    }),
  );
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
  const led = await Promise.all(places.map((place) => linkedFrom(around.root, place)));
  const inside = led.flat().filter((path) => path.split("/").filter((part) => part === "..").length <= depth);
  const behind = await absentIn(around, inside, () => true);
  if (behind !== null)
    return new AgentopsError(behind.code, `${CONFIG_FILE} is a link, and ${behind.message}`, { hint: behind.hint });
  return (await absentIn(around, places, () => true)) ?? notTaken(repo, places);
}

/** The same for a file that a suite names: it may be in a submodule, or behind a link. */
export async function absentFile(project: Around, file: string): Promise<AgentopsError | null> {
  const places = [file, ...(await linkedFrom(project.root, file))];
  return absentIn(project, [...places, ...(await Promise.all(places.map((path) => emptyAbove(project.root, path)))).flat()], (path) => places.includes(path)); // prettier-ignore
}

/** The nearest folder above that is there, where it has nothing in it: as that of a submodule that is not checked out. */
async function emptyAbove(root: string, path: string): Promise<string[]> {
  for (let folder = posix.dirname(path); folder !== "." && !folder.endsWith(".."); folder = posix.dirname(folder)) {
    const names = await readdir(join(root, folder)).catch(() => null);
    if (names !== null) return names.length === 0 ? [folder] : [];
  }
  return [];
}

/** Where a link of the project leads, as git may have it. */
async function linkedFrom(root: string, path: string): Promise<string[]> {
  const to = await readlink(join(root, path)).catch(() => null);
  return to === null || isAbsolute(to) ? [] : [posix.join(posix.dirname(path), to)];
}

/** In HEAD, where the worktree has nothing of it: `git clone --no-checkout`, or a checkout of parts. */
async function notTaken(repo: Repo, places: readonly string[]): Promise<AgentopsError | null> {
  const here = await Promise.all(places.map((place) => lstat(join(repo.cwd, place)).then(() => true, () => false))); // prettier-ignore
  const missing = places.filter((_, i) => here[i] !== true);
  const found = await blobsAt(repo, missing.map((place) => ({ commit: "HEAD", path: posix.join(repo.prefix, place) }))); // prettier-ignore
  const path = missing.find((_, i) => found[i] !== null);
  return path === undefined ? null : inHeadAlone(path);
}

/** The same for artifacts. */
export function absentFiles(project: Around, fits: (file: ArtifactFile) => boolean): Promise<AgentopsError | null> {
  const { folders, fits: isThere } = artifactsThat(fits);
  return absentIn(project, folders, isThere);
}

/** Files of artifacts that fit. */
export function artifactsThat(fits: (file: ArtifactFile) => boolean): Wanted {
  return {
    folders: KINDS,
    fits: (path) => {
      const kind = KINDS.find((one) => path.startsWith(`${one}/`));
      const file = kind === undefined ? null : artifactFileOf(kind, path.slice(kind.length + 1));
      return file !== null && fits(file);
    },
  };
}
