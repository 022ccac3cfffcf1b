import { must } from "./git.ts";
import type { Repo } from "./repo.ts";

/** A file of a commit; links are followed only where a folder is one. */
export interface Entry {
  /** From the repository's top folder, where people see the file. */
  path: string;
  id: string;
  /** A link, whose target is what counts. */
  link: boolean;
}

const LINK = "120000";
const SUBMODULE = "160000";

/** The files of a commit under folders, at any depth; a folder that is a link is where it leads. One process, but for links. */
export async function filesUnder(repo: Repo, commit: string, folders: readonly string[]): Promise<Entry[]> {
  const found = await entriesOf(repo, [commit, "--", ...folders]);
  const linked = found.filter(({ path, mode }) => mode === LINK && folders.includes(path));
  const targets = await treesOf(repo, commit, linked.map(({ path }) => path)); // prettier-ignore
  const behind = await Promise.all(
    linked.map(async ({ path }, i) => {
      const tree = targets[i];
      const inside = tree === undefined || tree === null ? [] : await entriesOf(repo, [tree]);
      return inside.map((entry) => ({ ...entry, path: `${path}/${entry.path}` }));
    }),
  );
  return [...found.filter((entry) => !linked.includes(entry)), ...behind.flat()]
    .filter(({ mode }) => mode !== SUBMODULE)
    .map(({ path, id, mode }) => ({ path, id, link: mode === LINK }));
}

async function entriesOf(repo: Repo, of: readonly string[]) {
  const lines = (await must(repo.git, ["ls-tree", "-r", "-z", "--full-tree", ...of])).split("\0");
  return lines.flatMap((line) => {
    const [, mode, id, path] = /^(\d+) \w+ ([0-9a-f]+)\t(.*)$/s.exec(line) ?? [];
    return mode === undefined || id === undefined || path === undefined ? [] : [{ mode, id, path }];
  });
}

/** The folders that links lead to; null for one that leads out, nowhere or to a file. */
async function treesOf(repo: Repo, commit: string, links: readonly string[]): Promise<(string | null)[]> {
  if (links.length === 0) return [];
  const found = await Promise.all(
    links.map((path) =>
      must(repo.git, ["cat-file", "--batch-check", "--follow-symlinks"], { input: `${commit}:${path}\n` }),
    ),
  );
  return found.map((said) => /^([0-9a-f]{40,64}) tree/.exec(said)?.[1] ?? null);
}
