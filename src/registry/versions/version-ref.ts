import { AgentopsError } from "../../core/errors.ts";
import type { Ref } from "../../core/refs.ts";
import { addressOf, KINDS } from "../files.ts";
import { remoteOf, type Repo } from "../git/repo.ts";
import { ambiguous, notFound } from "../resolve.ts";
import { commitSource, type Source, worktreeSource } from "../source.ts";
import { allVersions, isOurs, prefixOf, type VersionTag } from "./versions.ts";

/** The files a version was published from. */
export function sourceOfVersion(repo: Repo, version: VersionTag): Source {
  return commitSource(repo, version.commit, prefixOf(repo, version));
}

/**
 * The tag of one version, or of the latest when no number is given. Throws VERSION_NOT_FOUND (with the git command that
 * fetches what a shallow or tagless clone lacks) and REF_INVALID when a bare name fits a prompt and an agent.
 */
export async function taggedVersion(repo: Repo, ref: Ref, number?: number): Promise<VersionTag> {
  const versions = await versionsOfRef(repo, ref);
  const fits = versions.filter((v) => number === undefined || v.number === number);
  const own = fits.filter((v) => isOurs(repo, v));
  const [version] = own;
  if (version === undefined) throw await missingVersion(repo, ref, number, versions, fits[0]);
  if (own.some((v) => v.kind !== version.kind)) throw ambiguous(ref.name);
  return version;
}

async function versionsOfRef(repo: Repo, { kind, name }: Ref): Promise<VersionTag[]> {
  const kinds = kind === undefined ? KINDS : [kind];
  return (await Promise.all(kinds.map((k) => allVersions(repo, { kind: k, name })))).flat();
}

async function missingVersion(
  repo: Repo,
  { kind, name }: Ref,
  number: number | undefined,
  versions: readonly VersionTag[],
  foreign: VersionTag | undefined,
): Promise<AgentopsError> {
  const known = kind ?? versions[0]?.kind;
  const address = known === undefined ? name : addressOf(known, name);
  if (foreign) {
    return new AgentopsError(
      "VERSION_NOT_FOUND",
      `${foreign.tag} is a version of another project of this repository (${foreign.path ?? ""})`,
      { hint: `agentops log ${address}` },
    );
  }
  if (versions.length === 0 && !(await hasFile(repo, { kind, name })))
    return notFound(worktreeSource(repo.cwd), { kind, name });
  const what = number === undefined ? `${address} has no published version` : `no version v${number} of ${address}`;
  const fetch = await fetchCommand(repo);
  const log = `agentops log ${address}`;
  return new AgentopsError("VERSION_NOT_FOUND", what, { hint: whereToLook(log, fetch, versions.length > 0) });
}

/** Without a file and without a tag it is the name that is wrong. */
async function hasFile(repo: Repo, { kind, name }: Pick<Ref, "kind" | "name">): Promise<boolean> {
  const kinds = kind === undefined ? KINDS : [kind];
  const files = await Promise.all(kinds.map((k) => worktreeSource(repo.cwd).list(k)));
  return files.flat().some((file) => file.name === name);
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
async function fetchCommand(repo: Repo): Promise<string | null> {
  const remote = await remoteOf(repo);
  if (repo.shallow) return "git fetch --unshallow --tags";
  return remote === null ? null : `git fetch --tags ${remote}`;
}
