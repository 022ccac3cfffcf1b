import { AgentopsError } from "../../core/errors.ts";
import type { ArtifactKind, Ref } from "../../core/refs.ts";
import { addressOf, KINDS } from "../files.ts";
import { remoteOf, type Repo } from "../git/repo.ts";
import { type Address, ambiguous, notFound } from "../resolve.ts";
import { commitSource, type Source, worktreeSource } from "../source.ts";
import { ownAmong } from "./moves.ts";
import { tagsUntil } from "./own.ts";
import { prefixOf, readTags, tagRefs, tagRefsOf, type VersionTag } from "./versions.ts";

/** The files a version was published from. */
export function sourceOfVersion(repo: Repo, version: VersionTag): Source {
  return commitSource(repo, version.commit, prefixOf(repo, version));
}

/**
 * The tag of one version, also where it is none that `publish` made: whether it can be believed says `verify`. Throws VERSION_NOT_FOUND (with
 * the git command that fetches what a shallow or tagless clone lacks) and REF_INVALID when a bare name fits a prompt and an agent.
 */
export async function taggedVersion(repo: Repo, ref: Ref, number: number): Promise<VersionTag> {
  const found = await readTags(repo, await tagRefsOf(repo, addressesOf(ref), number));
  const own = await ownAmong(repo, found);
  const [version] = own;
  if (version === undefined) throw await missingVersion(repo, ref, number, found[0]);
  if (own.length > 1) throw ambiguous(ref.name);
  if (version.commit !== "") return version;
  throw new AgentopsError("VERSION_NOT_FOUND", `${version.stray ?? version.tag}: it is no version`, {
    hint: `agentops log ${addressOf(version.kind, version.name)}`,
  });
}

/**
 * The tags that a ref's name may mean, the newest first: as many as are `enough`, else all; `foreign` are other projects'. Throws REF_INVALID when that is a prompt and an
 * agent.
 */
export async function tagsOfRef(
  repo: Repo,
  ref: Ref,
  enough: (own: readonly VersionTag[]) => boolean = () => false,
): Promise<{ own: VersionTag[]; stray: VersionTag[]; foreign: VersionTag[] }> {
  const known = [...(await tagsUntil(repo, addressesOf(ref), enough)).values()];
  const own = known.flatMap((one) => one.own);
  const stray = await ownAmong(repo, known.flatMap(({ tags }) => tags.filter((tag) => tag.stray !== null))); // prettier-ignore
  if (own.some(({ kind }) => kind !== own[0]?.kind)) throw ambiguous(ref.name);
  const foreign = known.flatMap((one) => one.tags.filter((tag) => tag.stray === null && !one.own.includes(tag)));
  return { own, stray, foreign };
}

function addressesOf({ kind, name }: Pick<Ref, "kind" | "name">): Address[] {
  return (kind === undefined ? KINDS : [kind]).map((one) => ({ kind: one, name }));
}

/** VERSION_NOT_FOUND for a number, or for any; ARTIFACT_NOT_FOUND where it is the name that is wrong. `foreign` is another project's. */
export async function missingVersion(
  repo: Repo,
  { kind, name }: Ref,
  number: number | undefined,
  foreign?: VersionTag,
): Promise<AgentopsError> {
  const [known] = await tagRefs(repo, addressesOf({ kind, name }));
  const files = await kindsOfFile(repo, { kind, name });
  const found = kind ?? known?.kind ?? (files.length === 1 ? files[0] : undefined);
  const address = found === undefined ? name : addressOf(found, name);
  if (foreign) {
    return new AgentopsError(
      "VERSION_NOT_FOUND",
      `${foreign.tag} is a version of another project of this repository (${foreign.path ?? ""})`,
      { hint: `agentops log ${address}` },
    );
  }
  if (known === undefined && files.length === 0) return notFound(worktreeSource(repo.cwd), { kind, name });
  const fetch = await fetchCommand(repo);
  if (number === undefined && known === undefined)
    return new AgentopsError("VERSION_NOT_FOUND", `${address} has no version ${fetch === null ? "yet" : "here"}`, {
      hint: `agentops publish ${address}${fetch === null ? "" : `; if it was published elsewhere: ${fetch}`}`,
    });
  const what = number === undefined ? `${address} has no published version` : `no version v${number} of ${address}`;
  const log = `agentops log ${address}`;
  return new AgentopsError("VERSION_NOT_FOUND", what, { hint: whereToLook(log, fetch, known !== undefined) });
}

/** Without a file and without a tag it is the name that is wrong. */
async function kindsOfFile(repo: Repo, { kind, name }: Pick<Ref, "kind" | "name">): Promise<ArtifactKind[]> {
  const kinds = kind === undefined ? KINDS : [kind];
  const files = await Promise.all(kinds.map((k) => worktreeSource(repo.cwd).list(k)));
  return [...new Set(files.flat().flatMap((file) => (file.name === name ? [file.kind] : [])))];
}

/** With versions at hand a wrong number is likelier than missing tags. */
function whereToLook(log: string, fetch: string | null, some: boolean): string {
  if (fetch === null) return log;
  return some ? `${log}; if it was published elsewhere: ${fetch}` : `${fetch}; then ${log}`;
}

/** VERSION_NOT_FOUND for a revision git does not know. */
export async function missingRevision(repo: Repo, rev: string): Promise<AgentopsError> {
  const fetch = await fetchCommand(repo);
  return new AgentopsError("VERSION_NOT_FOUND", `no git revision "${rev}" in this repository`, {
    hint: fetch ?? "git log --oneline --all lists the commits",
  });
}

/** The git command that brings the tags and history this clone may lack; null without a remote. */
export async function fetchCommand(repo: Repo): Promise<string | null> {
  const remote = await remoteOf(repo);
  if (repo.shallow) return "git fetch --unshallow --tags";
  return remote === null ? null : `git fetch --tags ${remote}`;
}
