import { relative, sep } from "node:path";
import type { Project } from "../../core/project.ts";
import { readYaml } from "../../core/yaml.ts";
import { must } from "../git/git.ts";
import { fileAt, readObjects } from "../git/objects.ts";
import { findRepo } from "../git/repo.ts";

const SLOS = "slos/";

/**
 * What a commit says around its artifacts: the config, and the files in `slos/` in which one of some names stands. Null where the commit is
 * not here (it was served from another clone), or has no config. Throws GIT_FAILED where git cannot read.
 */
export async function filesAround(
  project: Project,
  commit: string,
  names: readonly string[],
): Promise<{ config: Record<string, unknown>; slos: Record<string, string> } | null> {
  const repo = await findRepo(project);
  if (repo === null) return null;
  if ((await readObjects(repo, [commit]))[0] === null) return null;
  const file = relative(project.root, project.configFile).split(sep).join("/");
  const tree = ["ls-tree", "-r", "-z", "--full-tree", "--name-only", commit, "--", `${repo.prefix}${SLOS}`];
  const listed = await must(repo.git, tree);
  const text = await fileAt(repo, commit, `${repo.prefix}${file}`);
  const config = text === null ? undefined : readYaml(text, file).yaml?.value;
  if (typeof config !== "object" || config === null) return null;
  const slos: Record<string, string> = {};
  for (const path of listed.split("\0").filter((one) => /\.ya?ml$/.test(one))) {
    const slo = (await fileAt(repo, commit, path)) ?? "";
    if (names.some((name) => slo.includes(name))) slos[path] = slo;
  }
  return { config: config as Record<string, unknown>, slos };
}
