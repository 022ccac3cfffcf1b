import type { ArtifactKind } from "../../core/refs.ts";
import { addressOf } from "../files.ts";
import { gitFailed, must } from "../git/git.ts";
import { readObjects } from "../git/objects.ts";
import type { Repo } from "../git/repo.ts";
import type { Address } from "../resolve.ts";
import { type TagFacts, tagFacts } from "./tag-object.ts";

/** A ref that takes a number of an artifact, whatever it is on. */
export interface TagRef extends Address {
  number: number;
  /** `v7`. */
  version: string;
  /** `prompts/NAME/v7`, without `refs/tags/`. */
  tag: string;
  /** Id of the tag object; of the commit for a lightweight tag. */
  object: string;
}

/** One version tag, as git stores it. */
export interface VersionTag extends TagRef, TagFacts {}

/** Every tag of a version of all artifacts, or of some, newest first: also those of other projects in this repository, which share the numbers, and those that are no versions. */
export async function allTags(repo: Repo, of?: Address | readonly Address[]): Promise<VersionTag[]> {
  return readTags(repo, await tagRefs(repo, of));
}

/** Of more artifacts than this all refs are listed, which takes git less time than many patterns. */
const MOST_PATTERNS = 8;

/** The refs alone, newest first, which git lists without opening an object. */
export async function tagRefs(repo: Repo, of?: Address | readonly Address[]): Promise<TagRef[]> {
  const addresses = of === undefined ? [] : "kind" in of ? [of] : of;
  const wanted = new Set(addresses.map(({ kind, name }) => addressOf(kind, name)));
  const few = wanted.size > 0 && wanted.size <= MOST_PATTERNS;
  const under = few ? [...wanted] : ["prompts", "agents"];
  const format = ["for-each-ref", "--format=%(objectname) %(refname)", ...under.map((path) => `refs/tags/${path}`)];
  const tags = (await must(repo.git, format)).split("\n").map(tagRef);
  return tags
    .filter((tag) => tag !== null)
    .filter(({ kind, name }) => of === undefined || wanted.has(addressOf(kind, name)))
    .sort((a, b) => b.number - a.number);
}

/** The one ref of a number, as a prompt's, an agent's, or both. */
export async function tagRefsOf(repo: Repo, addresses: readonly Address[], number: number): Promise<TagRef[]> {
  const under = addresses.map(({ kind, name }) => `refs/tags/${addressOf(kind, name)}/v${number}`);
  const said = await must(repo.git, ["for-each-ref", "--format=%(objectname) %(refname)", ...under]);
  return said
    .split("\n")
    .map(tagRef)
    .filter((tag) => tag !== null);
}

/** What some refs are on. Throws GIT_FAILED for one whose object is not there. */
export async function readTags(repo: Repo, refs: readonly TagRef[]): Promise<VersionTag[]> {
  const objects = await readObjects(repo, refs.map(({ object }) => object), { unreplaced: true }); // prettier-ignore
  return refs.map((ref, i) => {
    const object = objects[i];
    if (object != null) return { ...ref, ...tagFacts(ref.tag, object) };
    const said = { exitCode: 128, stdout: "", stderr: `missing object ${ref.object} for refs/tags/${ref.tag}` };
    throw gitFailed(said, "a version cannot be read", `git fetch brings it; without it: git tag -d ${ref.tag}`);
  });
}

/** Tags by `prompts/NAME`, in their order. */
export function byAddress<T extends Address>(tags: readonly T[]): Map<string, T[]> {
  const found = new Map<string, T[]>();
  for (const tag of tags) {
    const address = addressOf(tag.kind, tag.name);
    const some = found.get(address);
    if (some === undefined) found.set(address, [tag]);
    else some.push(tag);
  }
  return found;
}

/** The project's place in the repository when a version was published. */
export function prefixOf(repo: Repo, version: VersionTag): string {
  if (version.path === null) return repo.prefix;
  const at = version.path.lastIndexOf(`${version.kind}/`);
  return at < 0 ? repo.prefix : version.path.slice(0, at);
}

/** The kind, name and number in `prompts/NAME/v7`, or null for another tag, also for a number that JSON cannot hold. */
export function parseTag(tag: string): (Address & { number: number }) | null {
  const match = /^(prompts|agents)\/([^/]+)\/v([1-9]\d*)$/.exec(tag);
  if (!match || !Number.isSafeInteger(Number(match[3]))) return null;
  return { kind: match[1] as ArtifactKind, name: match[2] as string, number: Number(match[3]) };
}

const IN_TAGS = "refs/tags/".length;

function tagRef(line: string): TagRef | null {
  const tag = line.slice(line.indexOf(" ") + 1 + IN_TAGS);
  const parsed = parseTag(tag);
  return parsed && { ...parsed, version: `v${parsed.number}`, tag, object: line.slice(0, line.indexOf(" ")) };
}
