import { join, relative } from "node:path";
import type { Project } from "../../core/project.ts";
import { inputsOf, isWithin, usedFile } from "../../evals/inputs/inputs.ts";
import type { RunInput } from "../../evals/inputs/schema.ts";
import { blobsAt, defaultHead, type NamedCommit } from "../../registry/git/blobs-at.ts";
import { currentBranch, needRepo, type Repo, resolveCommit } from "../../registry/git/repo.ts";

/** Which files of runs are committed where everybody can see them. */
export interface Committed {
  /** The files that are not, at that of the commits which has most of them; none when all are at one. */
  missing(inputs: readonly RunInput[]): RunInput[];
  /** How people call the commits: `v2 or main`. */
  places: string;
  /** What makes the missing ones count; null when only another run does. */
  way(missing: readonly RunInput[]): Promise<string | null>;
}

/**
 * Looks up the files of runs at a version's commit and at the head of the default branch, in one process. All files of a run must stand
 * at one of the two: a mixture of both is nothing that anybody had together.
 */
export async function openCommitted(
  project: Project,
  version: NamedCommit,
  runs: readonly (readonly RunInput[])[],
): Promise<Committed> {
  const repo = await needRepo(project);
  const head = await defaultHead(repo);
  const commits = head === null || head.commit === version.commit ? [version] : [version, head];
  const paths = [...new Set(runs.flat().map(({ path }) => path))].filter(isWithin);
  const files = commits.flatMap(({ commit }) => paths.map((path) => ({ commit, path })));
  const blobs = await blobsAt(repo, files);
  const found = new Map(files.map(({ commit, path }, index) => [`${commit}:${path}`, blobs[index] ?? null]));
  const missingAt = ({ commit }: NamedCommit, inputs: readonly RunInput[]) =>
    inputs.filter((input) => !isBlobOf(input, found.get(`${commit}:${input.path}`) ?? null));
  return {
    missing: (inputs) =>
      commits.map((commit) => missingAt(commit, inputs)).reduce((a, b) => (b.length <= a.length ? b : a)),
    places: commits.map(({ name }) => name).join(" or "),
    way: (missing) => wayFor(project, repo, head, missing),
  };
}

function isBlobOf({ blob, bytes }: RunInput, committed: string | null): boolean {
  return committed !== null && (blob === committed || bytes === committed);
}

/** Committing helps as long as the files still are what was used. */
async function wayFor(
  project: Project,
  repo: Repo,
  head: NamedCommit | null,
  missing: readonly RunInput[],
): Promise<string | null> {
  if (!missing.every(({ path }) => isWithin(path))) return null;
  const here = await resolveCommit(repo, "HEAD");
  const at = here === null ? [] : await blobsAt(repo, missing.map(({ path }) => ({ commit: here, path }))); // prettier-ignore
  const share = await sharing(repo, head);
  const open = missing.filter((input, index) => !isBlobOf(input, at[index] ?? null));
  if (open.length === 0) return share === "" ? null : share.replace(/^ && |^ {3}then /, "");
  const present = await Promise.all(open.map(({ role, path }) => usedFile(role, join(repo.top, path))));
  const now = (await inputsOf(project, present.filter((file) => file !== null))) ?? []; // prettier-ignore
  const stands = (input: RunInput) => now.some(({ path, blob }) => path === input.path && blob === input.blob);
  if (!open.every(stands)) return null;
  const ignored = await repo.git(["check-ignore", "--quiet", "--", ...open.map(({ path }) => `${repo.top}/${path}`)]);
  const names = open.map(({ path }) => quoted(relative(project.root, join(repo.top, path)) || path));
  return `git add ${ignored.exitCode === 0 ? "-f " : ""}${names.join(" ")} && git commit${share}`;
}

/** How what is committed here gets to the default branch. */
async function sharing(repo: Repo, head: NamedCommit | null): Promise<string> {
  const branch = await currentBranch(repo);
  if (head === null || head.name === "HEAD" || head.name === branch) return "";
  const remote = head.name.startsWith("origin/");
  const followed = await repo.git(["rev-parse", "--abbrev-ref", head.name]);
  const name = followed.exitCode === 0 && followed.stdout.trim() !== "" ? followed.stdout.trim() : head.name;
  return remote && name === `origin/${branch}` ? " && git push" : `   then merge it into ${name}`;
}

function quoted(path: string): string {
  return /^[\w./@+-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}
