import { AgentopsError } from "../../core/errors.ts";
import type { Project } from "../../core/project.ts";
import { KINDS } from "../files.ts";
import { type Base, baseOf } from "../git/base.ts";
import type { Absent } from "../git/checked-out.ts";
import { needRepo, type Repo } from "../git/repo.ts";
import { type ProjectAt, projectAt } from "../project-at.ts";
import { type ArtifactContent, readArtifact } from "../read.ts";
import { type Source, worktreeSource } from "../source.ts";
import { changedFiles, type FilesBefore, filesBefore } from "./before.ts";
import { inOrder } from "./in-order.ts";
import { firstChangedLine, inRepository } from "./lines.ts";
import { movedAway } from "./moved.ts";
import { checkedOut, nothingThere, refuseEmpty, refusePart, refuseUnheld } from "./refused.ts";
import { type Replaced, replacedIn } from "./replaced.ts";
import { differing, type Side, sidesOf } from "./same.ts";
import { hasEdits, partlyStaged } from "./staged.ts";
import { otherSubmodules } from "./submodules.ts";

/** An artifact whose meaning differs between the merge base and the worktree. */
export interface ChangedArtifact {
  address: string;
  change: "added" | "modified" | "deleted";
  /** What it was called at the merge base, where its file was renamed since. */
  from: string | null;
  /** At the merge base; null when it was added, or not valid there. */
  control: ArtifactContent | null;
  /** In the worktree; null when it was deleted. */
  candidate: ArtifactContent | null;
  /** The first changed line of each of its files that changed; files as the repository names them, from its top folder. */
  lines: { file: string; line: number }[];
  /** It is new, and these files of its kind are gone: it may have taken the place of one, and then it has a control that is not known. */
  gone: string[];
  /** Where its file went, where no artifact is looked for: then it was not deleted. From the repository's top folder. */
  movedTo: string | null;
}

export interface Changes {
  base: Base;
  /** Artifacts of either side. */
  compared: number;
  artifacts: ChangedArtifact[];
  /** What was not valid at the merge base, so that there is nothing to compare with, and why. */
  invalid: { address: string; message: string }[];
  /** Nothing can differ: the merge base is what is checked out, and no file of the project is edited. */
  itself: boolean;
  /** The project's folder at the merge base, where it was another one; from the repository's top. */
  movedFrom: string | null;
  /** Suites that git has and that are not checked out. */
  absentSuites: Absent[];
  /** Submodules at another commit than at the merge base, or with edits; relative to the project root. */
  otherSubmodules: string[];
  /** Files whose staged text is another than that in the worktree. */
  partlyStaged: string[];
  /** Which of these files, relative to the project root, differ from the merge base. */
  changedFiles(files: readonly string[]): Promise<string[]>;
  before: FilesBefore;
}

/**
 * The artifacts whose digest in the worktree differs from that at the merge base of `base` and HEAD; an agent changes with its
 * prompt, and a comment changes nothing. Throws GIT_FAILED without a repository, VERSION_NOT_FOUND for an unknown base or
 * one without a common ancestor, FILE_NOT_FOUND for files that are not checked out, ARTIFACT_NOT_FOUND where no side has an artifact,
 * FILE_INVALID for a file that is not valid now; one that was not valid at the merge base has no control.
 */
export async function changedArtifacts(project: Project, ref: string): Promise<Changes> {
  const repo = await needRepo(project);
  const base = await baseOf(repo, ref);
  const { tracked, absentSuites } = await checkedOut(repo);
  const then = await projectAt(project, repo, base.mergeBase);
  const now = worktreeSource(project.root);
  const sides = await sidesIn(project, repo, then, now);
  const differ = await differing(repo, await then.source.entries(), sides);
  const replaced = await replacedIn(project, repo, then, differ);
  const { artifacts, invalid } = await changesIn(repo, then, now, differ, replaced);
  const files = artifacts.flatMap(({ candidate }) => candidate?.files ?? []);
  return {
    base,
    compared: sides.length,
    artifacts,
    invalid,
    itself: base.mergeBase === base.head && artifacts.length === 0 && !(await hasEdits(project, repo)),
    movedFrom: then.prefix === repo.prefix ? null : then.prefix,
    absentSuites,
    otherSubmodules: await otherSubmodules(repo, base.mergeBase, tracked),
    partlyStaged: await partlyStaged(repo, tracked, files),
    changedFiles: (asked) => changedFiles(repo, then, asked),
    before: filesBefore(repo, then, new Set(absentSuites.map(({ path }) => path))),
  };
}

async function sidesIn(project: Project, repo: Repo, { source }: ProjectAt, now: Source): Promise<Side[]> {
  const [before, after] = await Promise.all(
    [source, now].map(async (side) => (await Promise.all(KINDS.map((kind) => side.list(kind)))).flat()),
  );
  if (before === undefined || before.length === 0) await refuseUnheld(repo);
  else if (after?.length === 0) {
    await refuseEmpty(repo);
    await refusePart(repo);
  }
  const sides = sidesOf(before ?? [], after ?? []);
  if (sides.length === 0) throw nothingThere(project, source.commit ?? "");
  return sides;
}

/** Reads both sides of what differs: the controls together, so that git is asked once. */
async function changesIn(
  repo: Repo,
  { source: before, prefix }: ProjectAt,
  after: Source,
  differ: readonly Side[],
  { from, taken, goneFor }: Replaced,
): Promise<Pick<Changes, "artifacts" | "invalid">> {
  const sides = differ.filter((side) => !taken.has(side));
  const lost = sides.flatMap((side) => (side.after === undefined ? [prefix + (side.before ?? "")] : []));
  const moved = await movedAway(repo, before.commit ?? "", lost);
  const candidates = await inOrder(sides, (side) => readArtifact(after, side));
  const controls = await Promise.all(
    sides.map((side) => readArtifact(before, from.get(side) ?? side).catch(whenInvalid)),
  );
  const placeOf = inRepository(repo);
  const changed = await Promise.all(
    sides.map(async (side, i): Promise<ChangedArtifact[]> => {
      const [candidate = null, control = null] = [candidates[i], controls[i]];
      const isInvalid = control instanceof AgentopsError;
      if (isInvalid ? candidate === null : control?.digest === candidate?.digest && !from.has(side)) return [];
      const change = candidate === null ? "deleted" : control === null ? "added" : "modified";
      const lines = await linesOf({ before, after, placeOf }, candidate, (from.get(side) ?? side).before);
      const movedTo = moved.get(prefix + (side.before ?? "")) ?? null;
      const rest = { address: side.address, change, candidate, lines, gone: goneFor(side), movedTo } as const;
      return [{ ...rest, from: from.get(side)?.address ?? null, control: isInvalid ? null : control }];
    }),
  );
  const invalid = sides.flatMap(({ address }, i) => {
    const control = controls[i];
    return control instanceof AgentopsError && candidates[i] != null ? [{ address, message: control.message }] : [];
  });
  return { artifacts: changed.flat(), invalid };
}

/** A file that is not valid, or an agent's lost prompt; a git that fails is no such thing, and must not look like it. */
function whenInvalid(error: unknown): AgentopsError {
  if (error instanceof AgentopsError && (error.code === "FILE_INVALID" || error.code === "ARTIFACT_NOT_FOUND"))
    return error;
  throw error;
}

/** @param own the artifact's own file at the merge base, where it had another name */
async function linesOf(
  { before, after, placeOf }: { before: Source; after: Source; placeOf: (path: string) => Promise<string> },
  candidate: ArtifactContent | null,
  own: string | undefined,
): Promise<ChangedArtifact["lines"]> {
  const files = candidate?.files ?? [];
  const then = await Promise.all(
    files.map((path, i) => before.read(i === 0 ? (own ?? path) : path).catch(whenInvalid)),
  );
  const lines: ChangedArtifact["lines"] = [];
  for (const [i, path] of files.entries()) {
    const text = then[i];
    const line = await firstChangedLine(
      text instanceof AgentopsError ? undefined : text,
      (await after.read(path)) ?? "",
    );
    if (line !== null) lines.push({ file: await placeOf(path), line });
  }
  return lines;
}
