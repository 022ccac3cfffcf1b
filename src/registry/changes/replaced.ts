import { basename } from "node:path";
import type { Project } from "../../core/project.ts";
import { ARTIFACT_GLOBS, artifactFileOf } from "../files.ts";
import { renamesSince } from "../git/renames.ts";
import type { Repo } from "../git/repo.ts";
import type { ProjectAt } from "../project-at.ts";
import { inRepository } from "./lines.ts";
import type { Side } from "./same.ts";

/** Which new artifacts have the place of one that is gone. */
export interface Replaced {
  /** The artifact of the merge base that a new one was, before its file was renamed. */
  from: ReadonlyMap<Side, Side>;
  /** Those that are called otherwise now, and so are not gone. */
  taken: ReadonlySet<Side>;
  /** What is gone that a new one without a control may have taken the place of; files. */
  goneFor: (side: Side) => string[];
}

/**
 * Renamed artifacts, as git recognises them: their control is what they were. A new one beside one of its kind that is gone, or whose
 * file came from outside the project, may be one too, too much changed to be recognised.
 */
export async function replacedIn(
  project: Pick<Project, "configFile">,
  repo: Repo,
  then: ProjectAt,
  differ: readonly Side[],
): Promise<Replaced> {
  const added = differ.filter(({ before }) => before === undefined);
  const from = new Map<Side, Side>();
  const taken = new Set<Side>();
  if (added.length === 0) return { from, taken, goneFor: () => [] };
  const renames = await renamesSince(repo, then.source.commit ?? "", [basename(project.configFile), ...ARTIFACT_GLOBS]);
  const lost = differ.filter(({ after }) => after === undefined);
  const places = new Map<Side, string>();
  const placeOf = inRepository(repo);
  for (const side of added) places.set(side, await placeOf(side.after ?? ""));
  const cameFrom = (side: Side) => renames.from.get(places.get(side) ?? "");
  for (const side of added) {
    const old = cameFrom(side);
    const linked = places.get(side) !== repo.prefix + (side.after ?? "");
    const was = lost.find(({ kind, before = "" }) => kind === side.kind && isAt(old, then.prefix + before, linked));
    if (was === undefined) continue;
    from.set(side, was);
    taken.add(was);
  }
  return {
    from,
    taken,
    goneFor: (side) => {
      if (!added.includes(side) || from.has(side)) return [];
      const file = basename(side.after ?? "");
      const own = lost.filter((one) => one.kind === side.kind && !taken.has(one)).map(({ before = "" }) => then.prefix + before); // prettier-ignore
      const elsewhere = renames.deleted.filter((path) => artifactFileOf(side.kind, basename(path)) !== null && basename(path) === file); // prettier-ignore
      const came = cameFrom(side);
      return [...new Set([...own, ...elsewhere, ...(came === undefined ? [] : [came])])];
    },
  };
}

/** Behind a folder that is a link it goes by the file's name: where the link led then is not told. */
function isAt(old: string | undefined, path: string, linked: boolean): boolean {
  return old !== undefined && (linked ? basename(old) === basename(path) : old === path);
}
