import { changedTogether, type Part } from "../registry/parts.ts";
import { specOf, type RunRow } from "../evals/run/runs.store.ts";
import type { FrozenTarget } from "../evals/run/run-spec.ts";
import type { Content } from "./content.ts";
import type { Note } from "./found.ts";

/** An artifact as one names it on a command line: by version, by commit, or as it lies in the worktree. */
type Named = Content & Pick<FrozenTarget, "address" | "version" | "commit">;

/** What changed at once between two sides, and the note that says so; recorded outputs have no content to tell. */
export function togetherIn(
  control: Named | null,
  candidate: Named | null,
  suite: string | null,
): { changedTogether: Part[]; notes: Note[] } {
  const parts = control === null || candidate === null ? [] : changedTogether(control, candidate);
  if (control === null || candidate === null || parts.length === 0) return { changedTogether: [], notes: [] };
  const names = { control: refOf(control), candidate: refOf(candidate) };
  return { changedTogether: parts, notes: [{ code: "changed-together", parts, suite, ...names }] };
}

export function togetherInRuns(control: RunRow, candidate: RunRow): ReturnType<typeof togetherIn> {
  const [before, after] = [control, candidate].map((run) => {
    const { target, model } = specOf(run);
    return target === null ? null : { ...target, model };
  });
  return togetherIn(before ?? null, after ?? null, candidate.suite);
}

function refOf({ address, version, commit }: Named): string {
  const point = version ?? commit?.slice(0, 12);
  return point === undefined ? address : `${address}@${point}`;
}
