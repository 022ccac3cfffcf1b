import { existsSync } from "node:fs";
import { join } from "node:path";
import type { ArtifactKind } from "../../core/refs.ts";
import { addressOf } from "../files.ts";
import { must } from "../git/git.ts";
import type { Repo } from "../git/repo.ts";
import type { Address } from "../resolve.ts";

/** One version tag, as git stores it. */
export interface VersionTag extends Address {
  number: number;
  /** `v7`. */
  version: string;
  /** `prompts/NAME/v7`, without `refs/tags/`. */
  tag: string;
  /** Id of the tag object; of the commit for a lightweight tag. */
  object: string;
  /** The commit it points at. */
  commit: string;
  annotated: boolean;
  /** The name inside the tag object; differs from `tag` when somebody copied a tag. Empty when lightweight. */
  innerName: string;
  /** `sha256:…` from the trailer, or null when there is none. */
  digest: string | null;
  /** Path of the artifact's file inside the repository when it was published, or null. */
  path: string | null;
  /** ISO-8601, UTC. */
  at: string;
  author: string;
  /** Of the tagger; empty for a lightweight tag. */
  email: string;
  /** Who published it, where that was said and git's tagger is only the machine's user; null where nobody was named. */
  actor: string | null;
  /** Without our trailers and the signature. */
  message: string;
  signed: boolean;
}

export const DIGEST_TRAILER = "Agentops-Digest";
export const PATH_TRAILER = "Agentops-Path";
export const ACTOR_TRAILER = "Agentops-Actor";

const FIELDS = [
  "%(refname:lstrip=2)",
  "%(objecttype)",
  "%(objectname)",
  "%(*objectname)",
  "%(tag)",
  "%(creatordate:iso-strict)",
  "%(taggername)",
  "%(taggeremail:trim)",
  "%(contents:subject)",
  "%(contents:body)",
  "%(if)%(contents:signature)%(then)signed%(end)",
] as const;

/** Every version of this project's artifacts, or of one, newest first; versions of other projects are left out. */
export async function versionsOf(repo: Repo, of?: Address): Promise<VersionTag[]> {
  return (await allVersions(repo, of)).filter((v) => isOurs(repo, v));
}

/** The same with the tags of other projects in this repository, which share the numbers. */
export async function allVersions(repo: Repo, of?: Address): Promise<VersionTag[]> {
  const under =
    of === undefined ? ["refs/tags/prompts", "refs/tags/agents"] : [`refs/tags/${addressOf(of.kind, of.name)}`];
  const format = `${FIELDS.join("%00")}%00`;
  const out = await must(repo.git, ["for-each-ref", `--format=${format}`, ...under]);
  const cells = out.split("\0");
  const rows = Array.from({ length: Math.floor(cells.length / FIELDS.length) }, (_, i) =>
    cells.slice(i * FIELDS.length, (i + 1) * FIELDS.length),
  );
  const tags = rows.map(versionTag).filter((v) => v !== null);
  return tags.sort((a, b) => b.number - a.number);
}

/**
 * Whether a version belongs to this project. Two projects of a monorepo may both have `prompts/triage`; a version whose
 * recorded file is elsewhere and still there is the other project's. A file that was moved stays ours.
 */
export function isOurs(repo: Repo, version: VersionTag): boolean {
  if (version.path === null) return true;
  return version.path.startsWith(`${repo.prefix}${version.kind}/`) || !existsSync(join(repo.top, version.path));
}

/** The project's place in the repository when a version was published. */
export function prefixOf(repo: Repo, version: VersionTag): string {
  if (version.path === null) return repo.prefix;
  const at = version.path.lastIndexOf(`${version.kind}/`);
  return at < 0 ? repo.prefix : version.path.slice(0, at);
}

/** The kind, name and number in `prompts/NAME/v7`, or null for another tag. */
export function parseTag(tag: string): (Address & { number: number }) | null {
  const match = /^(prompts|agents)\/([^/]+)\/v([1-9]\d*)$/.exec(tag);
  if (!match) return null;
  return { kind: match[1] as ArtifactKind, name: match[2] as string, number: Number(match[3]) };
}

function versionTag(cells: string[]): VersionTag | null {
  const [tag = "", type, object = "", peeled = "", innerName = "", date = "", ...rest] = cells;
  const [author = "", email = "", ...contents] = rest;
  const parsed = parseTag(tag.trimStart());
  if (!parsed) return null;
  const annotated = type === "tag";
  const text = `${contents[0] ?? ""}\n\n${contents[1] ?? ""}`;
  return {
    ...parsed,
    version: `v${parsed.number}`,
    tag: tag.trimStart(),
    object,
    commit: annotated ? peeled : object,
    annotated,
    innerName,
    digest: annotated ? trailer(text, DIGEST_TRAILER) : null,
    path: annotated ? trailer(text, PATH_TRAILER) : null,
    actor: annotated ? trailer(text, ACTOR_TRAILER) : null,
    at: new Date(date).toISOString(),
    author,
    email,
    message: withoutTrailers(text),
    signed: contents[2] === "signed",
  };
}

/** The last one counts: a message may quote another tag's trailer above ours. */
export function trailer(text: string, key: string): string | null {
  const lines = text.split("\n").filter((line) => line.startsWith(`${key}: `));
  return lines.at(-1)?.slice(key.length + 2) ?? null;
}

function withoutTrailers(text: string): string {
  const own = [DIGEST_TRAILER, PATH_TRAILER, ACTOR_TRAILER].map((key) => `${key}: `);
  const lines = text.split("\n").filter((line) => !own.some((key) => line.startsWith(key)));
  return lines.join("\n").trim();
}
