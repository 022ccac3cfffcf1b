import type { Repo } from "../git/repo.ts";
import type { Address } from "../resolve.ts";
import { ownAmong } from "./moves.ts";
import { allTags, byAddress, readTags, type TagRef, tagRefs, type VersionTag } from "./versions.ts";

/** Every version of this project's artifacts, or of some, newest first; versions of other projects and what is no version are left out. */
export async function versionsOf(repo: Repo, of?: Address | readonly Address[]): Promise<VersionTag[]> {
  return ownVersions(repo, await allTags(repo, of));
}

/** Those of some tags that are versions of this project. */
async function ownVersions(repo: Repo, tags: readonly VersionTag[]): Promise<VersionTag[]> {
  const versions = tags.filter(({ stray }) => stray === null);
  return ownAmong(repo, versions);
}

/** What is known of one artifact's tags, the newest first. */
export interface KnownTags {
  refs: TagRef[];
  /** Those of the refs that were read: the newest few, or all. */
  tags: VersionTag[];
  /** Of those the versions of this project. */
  own: VersionTag[];
}

/** So many tags of an artifact are read first: most often one of the newest is what is asked for. */
const FIRST = 3;

/** The tags of some artifacts, by `prompts/NAME`; of each the newest few where those are enough, else all. */
export async function tagsUntil(
  repo: Repo,
  of: Address | readonly Address[],
  enough: (own: readonly VersionTag[], address: string) => boolean,
): Promise<Map<string, KnownTags>> {
  const refs = byAddress(await tagRefs(repo, of));
  const first = await known(repo, [...refs.values()].flatMap((some) => some.slice(0, FIRST))); // prettier-ignore
  const deep = [...refs].filter(([address, some]) => some.length > FIRST && !enough(first.own.get(address) ?? [], address)); // prettier-ignore
  const rest = await known(repo, deep.flatMap(([, some]) => some.slice(FIRST))); // prettier-ignore
  const both = ({ tags, own }: typeof first, address: string) => ({ tags: tags.get(address) ?? [], own: own.get(address) ?? [] }); // prettier-ignore
  const entries = [...refs].map(([address, some]): [string, KnownTags] => {
    const [top, below] = [both(first, address), both(rest, address)];
    return [address, { refs: some, tags: [...top.tags, ...below.tags], own: [...top.own, ...below.own] }];
  });
  return new Map(entries);
}

async function known(repo: Repo, refs: readonly TagRef[]) {
  const tags = refs.length === 0 ? [] : await readTags(repo, refs);
  return { tags: byAddress(tags), own: byAddress(await ownVersions(repo, tags)) };
}
