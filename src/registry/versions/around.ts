import { relative, sep } from "node:path";
import type { Project } from "../../core/project.ts";
import { readYaml } from "../../core/yaml.ts";
import { findRepo, type Repo } from "../git/repo.ts";

const SLOS = "slos/";

/**
 * What a commit says around its artifacts: the config, and the files in `slos/` in which one of some names stands. Null where the commit, or
 * its config, cannot be read here.
 */
export async function filesAround(
  project: Project,
  commit: string,
  names: readonly string[],
): Promise<{ config: Record<string, unknown>; slos: Record<string, string> } | null> {
  const repo = await findRepo(project);
  if (repo === null) return null;
  const file = relative(project.root, project.configFile).split(sep).join("/");
  const listed = await repo.git([
    "ls-tree",
    "-r",
    "-z",
    "--full-tree",
    "--name-only",
    commit,
    "--",
    `${repo.prefix}${SLOS}`,
  ]);
  const text = await blob(repo, commit, `${repo.prefix}${file}`);
  const config = text === null ? undefined : readYaml(text, file).yaml?.value;
  if (listed.exitCode !== 0 || typeof config !== "object" || config === null) return null;
  const slos: Record<string, string> = {};
  for (const path of listed.stdout.split("\0").filter((one) => /\.ya?ml$/.test(one))) {
    const slo = (await blob(repo, commit, path)) ?? "";
    if (names.some((name) => slo.includes(name))) slos[path] = slo;
  }
  return { config: config as Record<string, unknown>, slos };
}

async function blob({ git }: Repo, commit: string, path: string): Promise<string | null> {
  const read = await git(["cat-file", "blob", `${commit}:${path}`]);
  return read.exitCode === 0 ? read.stdout : null;
}
