import { realpath } from "node:fs/promises";
import { isAbsolute, join, posix, relative, sep } from "node:path";
import type { Project } from "../../core/project.ts";
import { inputsOf, isWithin, usedFile } from "../../evals/inputs/inputs.ts";
import type { RunInput } from "../../evals/inputs/schema.ts";
import { blobsAt, defaultHead, type NamedCommit } from "../../registry/git/blobs-at.ts";
import { currentBranch, needRepo, type Repo, resolveCommit } from "../../registry/git/repo.ts";

/** Which files of runs are committed where everybody can see them. */
export interface Committed {
  /** The files that are not, at that of the commits which has most of them; none when all are at one. */
  missing(inputs: readonly RunInput[]): RunInput[];
  /** What is wrong with files that are not, behind `run ID`. */
  why(missing: readonly RunInput[]): string;
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
  const has = (commit: string, path: string) => (found.get(`${commit}:${path}`) ?? null) !== null;
  const missingAt = ({ commit }: NamedCommit, inputs: readonly RunInput[]) =>
    inputs.filter((input) => !isBlobOf(input, found.get(`${commit}:${input.path}`) ?? null));
  return {
    missing: (inputs) =>
      commits.map((commit) => missingAt(commit, inputs)).reduce((a, b) => (b.length <= a.length ? b : a)),
    why: (missing) => {
      const known = missing.some(({ path }) => commits.some(({ commit }) => has(commit, path)));
      return whyMissing(repo, missing, head === null ? [version.name] : [version.name, head.name], known);
    },
    way: (missing) => wayFor(project, repo, head, missing),
  };
}

/** So many files are named. */
const MOST_NAMED = 3;

function whyMissing(repo: Repo, missing: readonly RunInput[], places: readonly string[], known: boolean): string {
  const changed = missing.filter(({ blob }) => blob === null);
  const outside = missing.filter(({ path }) => !isWithin(path));
  const named = [changed, outside].find((some) => some.length > 0) ?? missing;
  const names = named.slice(0, MOST_NAMED).map(({ path }) => shown(repo, path));
  const files = `${names.join(", ")}${named.length > MOST_NAMED ? ` and ${named.length - MOST_NAMED} more` : ""}`;
  if (changed.length > 0) return `was made while ${files} changed`;
  if (outside.length > 0) return `used ${files} from outside of the repository`;
  return known
    ? `used ${files} otherwise than committed at ${places.join(" or ")}`
    : `used ${files}, not committed at ${places.join(" or ")}`;
}

/** As people see paths: from the project's folder. */
function shown({ prefix }: Repo, path: string): string {
  return posix.relative(prefix, path);
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
  const stands = (input: RunInput) =>
    now.some(({ path, blob }) => path === input.path && blob !== null && blob === input.blob);
  if (!open.every(stands)) return null;
  const links = await Promise.all(open.map(({ path }) => leadsOut(repo, path)));
  const linked = open.filter((_, index) => links[index] === true).map(({ path }) => quoted(shown(repo, path)));
  if (linked.length > 0)
    return `put the file itself in the place of ${linked.join(", ")}, which is a link out of the repository, and commit it`;
  const ignored = await repo.git(["check-ignore", "--quiet", "--", ...open.map(({ path }) => `${repo.top}/${path}`)]);
  const names = open.map(({ path }) => quoted(shown(repo, path)));
  return `git add ${ignored.exitCode === 0 ? "-f " : ""}${names.join(" ")} && git commit${share}`;
}

/** A link is committed as where it leads, so what lies outside never is. */
async function leadsOut({ top }: Repo, path: string): Promise<boolean> {
  const [root, file] = await Promise.all([realpath(top), realpath(join(top, path))]);
  return relative(root, file).split(sep)[0] === ".." || isAbsolute(relative(root, file));
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
