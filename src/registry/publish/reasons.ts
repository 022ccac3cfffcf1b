import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { AgentopsError } from "../../core/errors.ts";
import { must } from "../git/git.ts";
import type { Repo } from "../git/repo.ts";
import { readArtifact } from "../read.ts";
import { worktreeSource } from "../source.ts";
import type { Made } from "./made.ts";
import type { Owned } from "./own-files.ts";
import type { Drift, Found } from "./proof.ts";
import { fromProject, pathspecs } from "./status.ts";

/** Why a file in a commit is not the file that was planned, and the way out. */
interface Reason {
  says: string;
  hint: string;
}

const MOST_NAMED = 5;

/** The same for a commit that git would not make, with nothing to commit; null where no mark explains it. */
export async function whyNothing(repo: Repo, meant: readonly Owned[]): Promise<AgentopsError | null> {
  const marked = await markedFile(repo, { paths: meant.flatMap((o) => o.paths), twins: meant.flatMap((o) => o.twins) });
  return (
    marked && new AgentopsError("CHECKOUT_INVALID", `nothing was committed: ${marked.says}`, { hint: marked.hint })
  );
}

/** CHECKOUT_INVALID that names what got between the plan and the commit. Asks git only here, where something is wrong. */
export async function whyOther(repo: Repo, made: Made, { foreign, drifts }: Found): Promise<AgentopsError> {
  const hooks = await commitHooks(repo);
  // What is wrong with an agent's prompt is said of the prompt.
  const first = drifts.map(({ owned }) => owned.planned.files[0]);
  const own = drifts.filter(({ owned }) => !owned.planned.files.slice(1).some((file) => first.includes(file)));
  const reasons =
    foreign.length > 0
      ? [foreignReason(foreign, hooks)]
      : await Promise.all(own.map((drift) => reasonOf(repo, made, drift, hooks)));
  const what =
    foreign.length > 0
      ? "the commit would hold files that are no artifact's"
      : "what would be tagged is not what is on disk";
  return new AgentopsError("CHECKOUT_INVALID", `${what}: ${[...new Set(reasons.map(({ says }) => says))].join("; ")}`, {
    hint: reasons[0]?.hint,
    details: { commit: made.commit, foreign, artifacts: drifts.map(({ owned }) => owned.planned.address), hooks },
  });
}

function foreignReason(foreign: readonly string[], hooks: readonly string[]): Reason {
  const by = hooks.length > 0 ? `added by a hook (${hooks.join(", ")})` : "not known by whom";
  const named = foreign.slice(0, MOST_NAMED).join(", ");
  const more = foreign.length > MOST_NAMED ? ` and ${foreign.length - MOST_NAMED} more` : "";
  return {
    says: `${named}${more}: ${by}`,
    hint: "let the hook add only what is staged (git diff --cached --name-only), or commit the artifact's files yourself and publish again",
  };
}

const HOOKS = ["pre-commit", "prepare-commit-msg", "commit-msg", "post-commit", "reference-transaction"];

/** The hooks that are there and can have a hand in a commit. */
async function commitHooks(repo: Repo): Promise<string[]> {
  const paths = (
    await must(repo.git, ["rev-parse", ...HOOKS.flatMap((hook) => ["--git-path", `hooks/${hook}`])])
  ).split("\n");
  return HOOKS.filter((_, i) => existsSync(resolve(repo.cwd, paths[i] ?? "")));
}

async function reasonOf(repo: Repo, made: Made, { owned, digest }: Drift, hooks: string[]): Promise<Reason> {
  const marked = await markedFile(repo, owned);
  if (marked !== null) return marked;
  const { address } = owned.planned;
  const now = await readArtifact(worktreeSource(repo.cwd), owned.planned).catch(() => null);
  const by = hooks.length > 0 ? `a hook (${hooks.join(", ")})` : "somebody";
  const rewritten = {
    says: `${address} was rewritten by ${by} while it was committed`,
    hint: "look at the file, and publish again",
  };
  if (now !== null && now.digest === digest) return rewritten;
  const stored = await storedOtherwise(repo, made, owned);
  if (stored === null) {
    if (made.changes !== null) return rewritten;
    const file = fromProject(repo, owned.own.at(-1) ?? "");
    return { says: `git does not see that ${file} has changed`, hint: `touch ${file}, and publish again` };
  }
  if ("says" in stored) return stored;
  const other = await otherCase(repo, made, stored.lost);
  if (other !== null) return other;
  return {
    says: `${by === "somebody" ? "git" : by} left ${fromProject(repo, stored.lost)} out of the commit`,
    hint: "check the hook and .gitignore, and publish again",
  };
}

/** A file whose changes git was told not to look at (git-update-index(1)). */
async function markedFile(repo: Repo, { paths, twins }: Pick<Owned, "paths" | "twins">): Promise<Reason | null> {
  const args = ["ls-files", "-v", "-z", "--full-name", "--", ...pathspecs(repo, [...paths, ...twins])];
  const lines = (await must(repo.git, args)).split("\0");
  const line = lines.find((l) => /^[a-zS] /.test(l));
  if (line === undefined) return null;
  const file = fromProject(repo, line.slice(2));
  const mark = /^[Ss]/.test(line) ? "skip-worktree" : "assume-unchanged";
  return {
    says: `${file} is marked ${mark}: git does not look at what is on disk`,
    hint: `git update-index --no-${mark} ${file}, then publish again`,
  };
}

/**
 * What git makes of a file when it adds it, by its attributes, where that is what the commit has; or a file that did not come into the
 * commit; null where neither explains it.
 */
async function storedOtherwise(repo: Repo, made: Made, { paths }: Owned): Promise<Reason | { lost: string } | null> {
  const tree = await must(repo.git, ["ls-tree", "-r", "-z", "--full-tree", made.commit, "--", ...paths]);
  const held = new Map(
    tree.split("\0").map((line) => [line.slice(line.indexOf("\t") + 1), line.slice(0, line.indexOf("\t"))]),
  );
  const lost = paths.find((path) => !held.has(path));
  if (lost !== undefined) return { lost };
  const files = paths.filter((path) => held.get(path)?.startsWith("100") === true);
  const input = files.map((path) => `${join(repo.top, path)}\n`).join("");
  const added = (await must(repo.git, ["hash-object", "--stdin-paths"], { input })).split("\n");
  const same = files.filter((path, i) => held.get(path)?.endsWith(added[i] ?? "?") === true);
  const left = files.find((path) => !same.includes(path) && made.changes?.includes(path) === false);
  if (left !== undefined) return { lost: left };
  const attributes = await must(repo.git, ["check-attr", "-z", "--stdin", ...ATTRIBUTES], {
    input: same.map((path) => `${fromProject(repo, path)}\0`).join(""),
  });
  const fields = attributes.split("\0");
  const set = ATTRIBUTES.flatMap((attribute) => {
    const at = fields.findIndex(
      (f, i) => i % 3 === 1 && f === attribute && !["unspecified", "unset"].includes(fields[i + 1] ?? ""),
    );
    return at < 0 ? [] : [{ attribute, file: fields[at - 1] ?? "", value: fields[at + 1] ?? "" }];
  });
  const [first] = set;
  if (first === undefined) return null;
  const { attribute, file, value } = first;
  const named = value === "set" ? attribute : `${attribute}=${value}`;
  return {
    says: `git stores ${file} through ${named} (.gitattributes), and what it stores has another meaning`,
    hint: `echo "${file} -${attribute}" >> .gitattributes; git add --renormalize ${file}; then publish again`,
  };
}

/** Where case makes no difference to git (core.ignorecase), a file that was renamed by its case alone keeps the name it had. */
async function otherCase(repo: Repo, { commit }: Made, path: string): Promise<Reason | null> {
  const folder = path.slice(0, path.lastIndexOf("/") + 1);
  const names = await must(repo.git, ["ls-tree", "-z", "--full-tree", "--name-only", commit, "--", folder]);
  const known = names.split("\0").find((name) => name !== path && name.toLowerCase() === path.toLowerCase());
  if (known === undefined) return null;
  const [old, file] = [fromProject(repo, known), fromProject(repo, path)];
  return { says: `git knows ${file} as ${old}`, hint: `git rm --cached ${old} && git add ${file}, then publish again` };
}

const ATTRIBUTES = ["filter", "ident", "working-tree-encoding"];
