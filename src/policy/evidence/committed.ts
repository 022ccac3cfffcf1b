import { realpath } from "node:fs/promises";
import { isAbsolute, join, posix, relative, sep } from "node:path";
import { CONFIG_FILE } from "../../core/location.ts";
import type { Project } from "../../core/project.ts";
import { inputsOf, isWithin, usedFile } from "../../evals/inputs/inputs.ts";
import type { RunInput } from "../../evals/inputs/schema.ts";
import { definitionOf } from "../../models/definition.ts";
import { blobsAt } from "../../registry/git/blobs-at.ts";
import { defaultBranch, type NamedCommit } from "../../registry/git/committed.ts";
import { currentBranch, needRepo, type Repo, resolveCommit } from "../../registry/git/repo.ts";
import { modelsAt } from "../committed-config.ts";

/** What of that which runs were made of is committed where everybody can see it: files, and who answers behind a pin. */
export interface Committed {
  /** What is not, at that of the commits which has most of it; none when all is at one. */
  missing(inputs: readonly RunInput[]): RunInput[];
  /** What is wrong with what is not, behind `run ID`. */
  why(missing: readonly RunInput[]): string;
  /** What makes the missing ones count; null when only another run does. */
  way(missing: readonly RunInput[]): Promise<string | null>;
}

/**
 * Looks up what runs were made of at a version's commit and at the head of the default branch. All of a run must stand at one of the
 * two: a mixture of both is nothing that anybody had together.
 */
export async function openCommitted(
  project: Project,
  version: NamedCommit,
  runs: readonly (readonly RunInput[])[],
): Promise<Committed> {
  const repo = await needRepo(project);
  const head = await defaultBranch(repo);
  const commits = head === null || head.commit === version.commit ? [version] : [version, head];
  const lists = await Promise.all(commits.map(({ commit }) => namesAt(repo, commit, runs.flat())));
  const missingAt = (names: NamesAt, inputs: readonly RunInput[]) =>
    inputs.filter((input) => !isCommitted(input, names(input)));
  return {
    missing: (inputs) =>
      lists.map((names) => missingAt(names, inputs)).reduce((a, b) => (b.length <= a.length ? b : a)),
    why: (missing) => {
      const known = missing.some((input) => lists.some((names) => names(input) !== null));
      return whyMissing(repo, missing, head === null ? [version.name] : [version.name, head.name], known);
    },
    way: (missing) => wayFor(project, repo, head, missing),
  };
}

/** What a commit has in the place of an input: the name of a blob, or the digest of what its config says of a model. */
type NamesAt = (input: RunInput) => string | null;

async function namesAt(repo: Repo, commit: string, inputs: readonly RunInput[]): Promise<NamesAt> {
  const paths = [...new Set(inputs.filter(({ pin }) => pin === undefined).map(({ path }) => path))].filter(isWithin);
  const blobs = await blobsAt(repo, paths.map((path) => ({ commit, path }))); // prettier-ignore
  const found = new Map(paths.map((path, index) => [path, blobs[index] ?? null]));
  const config = inputs.some(({ pin }) => pin !== undefined) ? await modelsAt(repo, commit) : null;
  return ({ path, pin }) => {
    if (pin === undefined) return found.get(path) ?? null;
    return config === null ? null : definitionOf(config, pin);
  };
}

/** So many files are named. */
const MOST_NAMED = 3;

function whyMissing(repo: Repo, missing: readonly RunInput[], places: readonly string[], known: boolean): string {
  const [model] = missing.filter(({ pin, blob }) => pin !== undefined && blob !== null);
  if (model !== undefined) {
    const [provider] = (model.pin ?? "").split("/");
    const act = model.role === "judge" ? "judged" : "answered";
    return `was ${act} by models.${provider ?? ""}, whose provider or price is another than committed at ${places.join(" or ")}`;
  }
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

function isCommitted({ blob, bytes, ignored }: RunInput, committed: string | null): boolean {
  // Whatever this clone ignores: a file that the commit has is the one that counts.
  if (ignored === true && committed === null) return true;
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
  const names = here === null ? null : await namesAt(repo, here, missing);
  const share = await sharing(repo, head);
  const open = missing.filter((input) => !isCommitted(input, names?.(input) ?? null));
  if (open.length === 0) return share === "" ? null : share.replace(/^ && |^ {3}then /, "");
  if (!(await standAsUsed(project, repo, open))) return null;
  const paths = [...new Set(open.map(({ path }) => path))];
  const links = await Promise.all(paths.map((path) => leadsOut(repo, path)));
  const linked = paths.filter((_, index) => links[index] === true).map((path) => quoted(shown(repo, path)));
  if (linked.length > 0)
    return `put the file itself in the place of ${linked.join(", ")}, which is a link out of the repository, and commit it`;
  const ignored = await repo.git(["check-ignore", "--quiet", "--", ...paths.map((path) => `${repo.top}/${path}`)]);
  const added = paths.map((path) => quoted(shown(repo, path)));
  return `git add ${ignored.exitCode === 0 ? "-f " : ""}${added.join(" ")} && git commit${share}`;
}

async function standAsUsed(project: Project, repo: Repo, inputs: readonly RunInput[]): Promise<boolean> {
  const ofFiles = inputs.filter(({ pin }) => pin === undefined);
  const present = await Promise.all(ofFiles.map(({ role, path }) => usedFile(role, join(repo.top, path))));
  const now = (await inputsOf(project, present.filter((file) => file !== null))) ?? []; // prettier-ignore
  // What another file of --config says is not committed by committing this one.
  const config = project.configFile === join(project.root, CONFIG_FILE) ? project.config : null;
  return inputs.every(({ path, pin, blob }) => {
    if (pin !== undefined) return config !== null && definitionOf(config, pin) === blob;
    return now.some((file) => file.path === path && file.blob !== null && file.blob === blob);
  });
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
