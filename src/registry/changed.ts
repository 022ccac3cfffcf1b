import { AgentopsError } from "../core/errors.ts";
import type { Project } from "../core/project.ts";
import { changedPaths, changedUnder, firstChangedLine, mergeBaseOf } from "./git/changed-git.ts";
import { addressOf, KINDS } from "./files.ts";
import { type ArtifactContent, readArtifact } from "./read.ts";
import { needRepo, type Repo } from "./git/repo.ts";
import type { Address } from "./resolve.ts";
import { commitSource, type Source, worktreeSource } from "./source.ts";

/** An artifact whose meaning differs between the merge base and the worktree. */
export interface ChangedArtifact {
  address: string;
  change: "added" | "modified" | "deleted";
  /** At the merge base; null when it was added, or not valid there. */
  control: ArtifactContent | null;
  /** In the worktree; null when it was deleted. */
  candidate: ArtifactContent | null;
  /** The first changed line of each of its files that changed; files as the repository names them, from its top folder. */
  lines: { file: string; line: number }[];
}

export interface Changes {
  /** Commit the worktree is compared with: the merge base of `base` and HEAD. */
  mergeBase: string;
  artifacts: ChangedArtifact[];
  /** What was not valid at the merge base, so that there is nothing to compare with, and why. */
  invalid: { address: string; message: string }[];
  /** Which of these files, relative to the project root, differ from the merge base. */
  changedFiles(files: readonly string[]): Promise<string[]>;
  /** The files at the merge base, relative to the project root. */
  before: FilesBefore;
}

interface FilesBefore {
  /** Those under a folder, at any depth, that differ now or are gone. */
  changed(folder: string): Promise<string[]>;
  /** The text of a file; undefined when there was none. */
  read(path: string): Promise<string | undefined>;
}

/**
 * The artifacts whose digest in the worktree differs from that at the merge base of `base` and HEAD; an agent changes with its
 * prompt, and a comment changes nothing. Throws GIT_FAILED without a repository, VERSION_NOT_FOUND for an unknown base or
 * one without a common ancestor, FILE_INVALID for a file that is not valid now; one that was not valid at the merge base has no control.
 */
export async function changedArtifacts(project: Project, base: string): Promise<Changes> {
  const repo = await needRepo(project);
  const mergeBase = await mergeBaseOf(repo, base);
  const sources: Sources = { before: commitSource(repo, mergeBase), after: worktreeSource(project.root) };
  const artifacts: ChangedArtifact[] = [];
  const invalid: Changes["invalid"] = [];
  for (const address of await addressesIn(sources.before, sources.after)) {
    const found = await changeOf(repo, sources, mergeBase, address);
    if (found === undefined) continue;
    artifacts.push(found.artifact);
    if (found.invalid !== undefined) invalid.push({ address: found.artifact.address, message: found.invalid });
  }
  return {
    mergeBase,
    artifacts,
    invalid,
    changedFiles: (files) => changedPaths(repo, mergeBase, files),
    before: { changed: (folder) => changedUnder(repo, mergeBase, folder), read: (path) => sources.before.read(path) },
  };
}

interface Sources {
  before: Source;
  after: Source;
}

async function changeOf(
  repo: Repo,
  { before, after }: Sources,
  mergeBase: string,
  address: Address,
): Promise<{ artifact: ChangedArtifact; invalid?: string } | undefined> {
  const candidate = await readArtifact(after, address);
  const control = await readArtifact(before, address).catch(whenInvalid);
  if (candidate === null && control instanceof AgentopsError) return undefined;
  const name = addressOf(address.kind, address.name);
  const rest = { address: name, candidate, lines: await linesOf(repo, mergeBase, before, candidate) };
  if (control instanceof AgentopsError) {
    return { artifact: { ...rest, change: "modified", control: null }, invalid: control.message };
  }
  if (control?.digest === candidate?.digest) return undefined;
  const change = candidate === null ? "deleted" : control === null ? "added" : "modified";
  return { artifact: { ...rest, change, control } };
}

/** A file that is not valid, or an agent's lost prompt; a git that fails is no such thing, and must not look like it. */
function whenInvalid(error: unknown): AgentopsError {
  if (error instanceof AgentopsError && (error.code === "FILE_INVALID" || error.code === "ARTIFACT_NOT_FOUND"))
    return error;
  throw error;
}

async function addressesIn(...sources: Source[]) {
  const files = (await Promise.all(sources.flatMap((s) => KINDS.map((kind) => s.list(kind))))).flat();
  const unique = new Map(files.map((f) => [addressOf(f.kind, f.name), f]));
  return [...unique.values()].sort(
    (a, b) => KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind) || (a.name < b.name ? -1 : 1),
  );
}

async function linesOf(
  repo: Repo,
  mergeBase: string,
  before: Source,
  candidate: ArtifactContent | null,
): Promise<ChangedArtifact["lines"]> {
  const lines: ChangedArtifact["lines"] = [];
  for (const path of candidate?.files ?? []) {
    // A file git does not track yet has no diff.
    const line =
      (await firstChangedLine(repo, mergeBase, path)) ?? ((await before.read(path)) === undefined ? 1 : null);
    if (line !== null) lines.push({ file: repo.prefix + path, line });
  }
  return lines;
}
