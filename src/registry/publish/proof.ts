import { AgentopsError } from "../../core/errors.ts";
import { gitFailed, must } from "../git/git.ts";
import type { Repo } from "../git/repo.ts";
import { readArtifact } from "../read.ts";
import { commitSource } from "../source.ts";
import type { Made } from "./made.ts";
import type { Owned } from "./own-files.ts";
import { pathspecs } from "./status.ts";

/** An artifact whose content in the commit is not what was planned. */
export interface Drift {
  owned: Owned;
  /** What the commit has; null where it has no such artifact, or nothing that can be read. */
  digest: string | null;
}

/** What of a commit is not as it was planned; nothing where all of it is. */
export interface Found {
  /** Files that are not the artifacts' own, from the repository's top. */
  foreign: string[];
  drifts: Drift[];
}

const UNREADABLE: ReadonlySet<string> = new Set(["FILE_INVALID", "ARTIFACT_NOT_FOUND"]);

/** Compares a commit with what was planned: its files are the artifacts' own, and each content has the digest that was planned. */
export async function compareWithPlan(repo: Repo, made: Made, meant: readonly Owned[]): Promise<Found> {
  const own = new Set(meant.flatMap(({ paths, twins }) => [...paths, ...twins]));
  const foreign = (made.changes ?? []).filter((path) => !own.has(path));
  const source = commitSource(repo, made.commit);
  const digests = await Promise.all(
    meant.map(({ planned }) =>
      readArtifact(source, planned).then(
        (content) => content?.digest ?? null,
        (error: unknown) => {
          // What does not parse or lacks its prompt is another content.
          if (error instanceof AgentopsError && UNREADABLE.has(error.code)) return null;
          throw error;
        },
      ),
    ),
  );
  const drifts = meant
    .map((owned, i) => ({ owned, digest: digests[i] ?? null }))
    .filter(({ owned, digest }) => digest !== owned.planned.digest);
  return { foreign, drifts };
}

/** Of the commit's files those that the index has otherwise, as pathspecs. */
export async function otherInIndex(repo: Repo, { commit, changes, isHead }: Made): Promise<string[]> {
  if (changes === null || changes.length === 0 || !isHead) return [];
  const flags = ["--cached", "--name-only", "-z", commit];
  const differs = await must(repo.git, ["diff-index", ...flags]);
  const own = new Set(changes);
  return pathspecs(
    repo,
    differs.split("\0").filter((path) => own.has(path)),
  );
}

/**
 * Puts committed files into the index: a hook that formats them leaves the text of before staged, which the next commit would take for a
 * change back.
 */
export async function settleIndex(repo: Repo, commit: string, specs: readonly string[]): Promise<void> {
  if (specs.length === 0) return;
  const reset = await repo.git(["reset", "--quiet", commit, "--", ...specs]);
  if (reset.exitCode !== 0) throw gitFailed(reset, "git cannot put the committed files into the index");
}
