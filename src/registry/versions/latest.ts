import { AgentopsError } from "../../core/errors.ts";
import type { Project } from "../../core/project.ts";
import type { Ref } from "../../core/refs.ts";
import { addressOf } from "../files.ts";
import { needRepo, remoteOf, type Repo } from "../git/repo.ts";
import { type Trunk, trunkOf } from "../git/trunk.ts";
import { ancestorsOf, containedIn } from "./contained.ts";
import { whoseTheyAre } from "./foreign.ts";
import { noTrunkNote } from "./no-trunk.ts";
import { missingVersion, tagsOfRef } from "./version-ref.ts";
import type { VersionTag } from "./versions.ts";

/**
 * A ref that names a version: without a number the latest, which is the newest that the default branch has. What was published on another
 * branch is served by its number alone; `project.warn` is told of it. `command` is what was called, for the way out.
 * Throws VERSION_NOT_FOUND where there is none, where all are elsewhere, and where a shallow clone cannot tell.
 */
export async function latestRef(project: Project, ref: Ref, command: string): Promise<Ref> {
  if (ref.point.type !== "worktree") return ref;
  const repo = await needRepo(project);
  const trunk = await trunkOf(repo);
  const latestIn = async (own: readonly VersionTag[]) => (trunk === null ? own[0] : newestIn(repo, trunk, own));
  const first = await tagsOfRef(repo, ref, (some) => some.length > 0);
  let { own, foreign } = first;
  await refuseRewritten(repo, own[0], first.stray, command);
  let latest = await latestIn(own);
  // That the newest few are all elsewhere is rare.
  if (latest === undefined) {
    ({ own, foreign } = await tagsOfRef(repo, ref));
    latest = await latestIn(own);
  }
  const [newest] = own;
  if (newest === undefined && foreign.length > 0) throw await allForeign(repo, foreign);
  if (newest === undefined) throw await missingVersion(repo, ref, undefined);
  if (latest !== newest && repo.shallow) throw cutOff(newest, command);
  if (latest === undefined) throw allElsewhere(newest, own, trunk, command);
  for (const line of await noTrunkNote(repo, trunk, own)) project.warn?.(`note: ${line}`);
  const above = own.slice(0, own.indexOf(latest));
  if (above.length > 0) project.warn?.(elsewhereNote(above, trunk, latest, command));
  return { kind: latest.kind, name: latest.name, point: { type: "version", number: latest.number } };
}

/** The newest of some versions, the newest first, that a branch has; undefined when it has none. */
async function newestIn(repo: Repo, { tips }: Trunk, own: readonly VersionTag[]): Promise<VersionTag | undefined> {
  const merged = await ancestorsOf(repo, tips, own);
  const at = own.findIndex((version) => merged.has(version));
  const above = at < 0 ? own : own.slice(0, at);
  const landed = above.length === 0 ? new Set<VersionTag>() : await containedIn(repo, tips, above);
  return above.find((version) => landed.has(version)) ?? own[at];
}

/**
 * A checkout of a tag's own event writes that tag anew, without its message: which version it is cannot be told, and the one below it is
 * not what was meant.
 */
async function refuseRewritten(
  repo: Repo,
  newest: VersionTag | undefined,
  stray: readonly VersionTag[],
  command: string,
): Promise<void> {
  const rewritten = stray.find((tag) => !tag.annotated && tag.commit !== "" && tag.number > (newest?.number ?? 0));
  const remote = rewritten === undefined ? null : await remoteOf(repo);
  if (rewritten === undefined || remote === null) return;
  const other = newest === undefined ? "" : `, or name the version: agentops ${command} ${refOf(newest)}`;
  const what = `${rewritten.tag} is a lightweight tag here: the latest version cannot be told`;
  throw new AgentopsError("VERSION_NOT_FOUND", what, {
    hint: `${refetch(remote)}   brings it as it was published, where a checkout wrote it anew${other}`,
  });
}

/** Brings the tags as the remote has them, also those that are here in another form. */
export function refetch(remote: string): string {
  return `git fetch --force --tags ${remote}`;
}

function refOf({ kind, name, version }: VersionTag): string {
  return `${addressOf(kind, name)}@${version}`;
}

function cutOff(newest: VersionTag, command: string): AgentopsError {
  const what = `the clone is shallow: whether ${refOf(newest)} is on the default branch cannot be told`;
  return new AgentopsError("VERSION_NOT_FOUND", what, {
    hint: `git fetch --unshallow --tags   or name the version: agentops ${command} ${refOf(newest)}`,
  });
}

function allElsewhere(newest: VersionTag, own: readonly VersionTag[], trunk: Trunk | null, command: string) {
  const address = addressOf(newest.kind, newest.name);
  const branch = trunk?.name ?? "HEAD";
  return new AgentopsError(
    "VERSION_NOT_FOUND",
    `${address} has no version that is on ${branch}: ${named(own)} ${isOrAre(own)} elsewhere`,
    {
      hint: `merge it into ${branch}, or name it: agentops ${command} ${refOf(newest)}`,
    },
  );
}

async function allForeign(repo: Repo, foreign: readonly VersionTag[]): Promise<AgentopsError> {
  const [[address, whose] = ["", ""]] = await whoseTheyAre(repo, foreign);
  return new AgentopsError("VERSION_NOT_FOUND", `${address} has no version in this project: ${whose}`, {
    hint: `agentops publish ${address}`,
  });
}

function elsewhereNote(above: readonly VersionTag[], trunk: Trunk | null, latest: VersionTag, command: string): string {
  const [newest] = above as [VersionTag];
  const branch = trunk?.name ?? "HEAD";
  return `note: ${refOf(latest)} is the newest on ${branch}; ${named(above)} ${isOrAre(above)} not on it, as far as was fetched: agentops ${command} ${refOf(newest)} takes that one`;
}

/** So many are named. */
const MOST_NAMED = 3;

function named(versions: readonly VersionTag[]): string {
  const more = versions.length - MOST_NAMED;
  const names = versions.slice(0, MOST_NAMED).map(({ version }) => version);
  return more > 0 ? `${names.join(", ")} and ${more} more` : names.join(", ");
}

function isOrAre(versions: readonly VersionTag[]): string {
  return versions.length === 1 ? "is" : "are";
}
