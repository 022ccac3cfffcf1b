import type { Repo } from "../git/repo.ts";
import type { Address } from "../resolve.ts";
import { ownAmong } from "./moves.ts";
import { allTags, type VersionTag } from "./versions.ts";

/** Every version of this project's artifacts, or of some, newest first; versions of other projects and what is no version are left out. */
export async function versionsOf(repo: Repo, of?: Address | readonly Address[]): Promise<VersionTag[]> {
  return ownVersions(repo, await allTags(repo, of));
}

/** Those of some tags that are versions of this project. */
export async function ownVersions(repo: Repo, tags: readonly VersionTag[]): Promise<VersionTag[]> {
  const versions = tags.filter(({ stray }) => stray === null);
  return ownAmong(repo, versions);
}
