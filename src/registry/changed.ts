import { AgentopsError } from "../core/errors.ts";
import type { Project } from "../core/project.ts";
import { addressOf, KINDS } from "./files.ts";
import { must } from "./git.ts";
import { type ArtifactContent, readArtifact } from "./read.ts";
import { needRepo, type Repo, resolveCommit } from "./repo.ts";
import { commitSource, type Source, worktreeSource } from "./source.ts";

/** An artifact whose meaning differs between the merge base and the worktree. */
export interface ChangedArtifact {
  address: string;
  change: "added" | "modified" | "deleted";
  /** At the merge base; null when it was added, or not readable there. */
  control: ArtifactContent | null;
  /** In the worktree; null when it was deleted. */
  candidate: ArtifactContent | null;
  /** Where its files changed, relative to the project root: the first changed line of each. */
  lines: { file: string; line: number }[];
}

export interface Changes {
  /** Commit the worktree is compared with: the merge base of `base` and HEAD. */
  mergeBase: string;
  artifacts: ChangedArtifact[];
  /** What could not be compared, as sentences. */
  notes: string[];
}

/**
 * The artifacts whose digest in the worktree differs from that at the merge base of `base` and HEAD; an agent changes with its
 * prompt, and a comment changes nothing. Throws GIT_FAILED without a repository or a common ancestor, FILE_INVALID for a file
 * that is not valid now; one that was not valid at the merge base has no control.
 */
export async function changedArtifacts(project: Project, base: string): Promise<Changes> {
  const repo = await needRepo(project);
  const mergeBase = await mergeBaseOf(repo, base);
  const [before, after] = [commitSource(repo, mergeBase), worktreeSource(project.root)];
  const artifacts: ChangedArtifact[] = [];
  const notes: string[] = [];
  for (const { kind, name } of await addressesIn(before, after)) {
    const address = addressOf(kind, name);
    const candidate = await readArtifact(after, { kind, name });
    const control = await readArtifact(before, { kind, name }).catch((error: unknown) => {
      if (!(error instanceof AgentopsError)) throw error;
      notes.push(`${address} could not be read at the merge base, so it has no control: ${error.message}`);
      return null;
    });
    if (control?.digest === candidate?.digest) continue;
    const change = candidate === null ? "deleted" : control === null ? "added" : "modified";
    artifacts.push({ address, change, control, candidate, lines: await linesOf(repo, mergeBase, candidate) });
  }
  return { mergeBase, artifacts, notes };
}

async function mergeBaseOf(repo: Repo, base: string): Promise<string> {
  if ((await resolveCommit(repo, base)) === null) {
    const remote = base.includes("/") ? base.slice(0, base.indexOf("/")) : "origin";
    throw new AgentopsError("GIT_FAILED", `no commit named ${base}`, {
      hint: repo.shallow
        ? "the clone is shallow: fetch the whole history (actions/checkout with fetch-depth: 0)"
        : `git fetch ${remote}`,
    });
  }
  const found = await repo.git(["merge-base", "--", base, "HEAD"]);
  if (found.exitCode === 0) return found.stdout.trim();
  throw new AgentopsError("GIT_FAILED", `${base} and HEAD have no common ancestor`, {
    hint: repo.shallow
      ? "the clone is shallow: fetch the whole history (actions/checkout with fetch-depth: 0)"
      : "name a base this branch was made from: --base REF",
  });
}

async function addressesIn(...sources: Source[]) {
  const files = (await Promise.all(sources.flatMap((s) => KINDS.map((kind) => s.list(kind))))).flat();
  const unique = new Map(files.map((f) => [addressOf(f.kind, f.name), f]));
  return [...unique.values()].sort(
    (a, b) => KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind) || (a.name < b.name ? -1 : 1),
  );
}

/** First line of each file's first hunk against the merge base. */
async function linesOf(
  repo: Repo,
  mergeBase: string,
  candidate: ArtifactContent | null,
): Promise<ChangedArtifact["lines"]> {
  const lines: ChangedArtifact["lines"] = [];
  for (const file of candidate?.files ?? []) {
    const hunks = await must(repo.git, ["diff", "--no-ext-diff", "--no-color", "-U0", mergeBase, "--", file]);
    const first = /^@@ -\S+ \+(\d+)/m.exec(hunks)?.[1];
    if (first !== undefined) lines.push({ file, line: Math.max(1, Number(first)) });
  }
  return lines;
}
