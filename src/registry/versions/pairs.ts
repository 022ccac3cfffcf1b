/** From where a file came to its place. */
interface Source {
  from: readonly string[];
  /** The one it came from; false where it may be one of several, or where several may have come from there. */
  isClear: boolean;
}

export interface Move extends Source {
  to: string;
  commit: string;
}

interface Change {
  /** A, D or R. */
  is: string;
  before: string;
  after: string;
  path: string;
  /** Of a rename. */
  to?: string;
}

/**
 * The moves to some paths, in what `git diff-tree --stdin -z -M --raw` says. Where one commit deletes or adds several files of the same text, git
 * pairs them as they come; projects made from one template are such. There
 * the paths that end alike are the move.
 */
export function movesIn(said: string, paths: readonly string[]): Move[] {
  return commitsIn(said).flatMap(({ commit, changes }) =>
    paths.flatMap((to) => {
      const source = sourceOf(changes, to);
      return source === undefined ? [] : [{ ...source, to, commit }];
    }),
  );
}

function commitsIn(said: string): { commit: string; changes: Change[] }[] {
  const found: { commit: string; changes: Change[] }[] = [];
  const words = said.split("\0");
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? "";
    const raw = /^:\d+ \d+ (\S+) (\S+) ([A-Z])\d*$/.exec(word);
    if (raw === null) {
      if (word.trim() !== "") found.push({ commit: word.trim(), changes: [] });
      continue;
    }
    const [, before = "", after = "", is = ""] = raw;
    const [path = "", to = ""] = [words[at + 1], words[at + 2]];
    found.at(-1)?.changes.push({ is, before, after, path, ...(is === "R" && { to }) });
    at += is === "R" ? 2 : 1;
  }
  return found;
}

function sourceOf(changes: readonly Change[], to: string): Source | undefined {
  const text = changes.find((one) => newPath(one) === to)?.after;
  if (text === undefined) return undefined;
  const added = changes.filter((one) => newPath(one) !== undefined && one.after === text);
  const before = new Set([text, ...added.filter(({ is }) => is === "R").map((one) => one.before)]);
  const deleted = changes.filter((one) => one.is !== "A" && before.has(one.before));
  return pairUp(deleted.map(({ path }) => path), added.map((one) => newPath(one) ?? "")).get(to); // prettier-ignore
}

function newPath({ is, path, to }: Change): string | undefined {
  return is === "A" ? path : to;
}

/** Each new path with the old one whose end is as its own, the longest ends first; what is paired is out of it. */
export function pairUp(deleted: readonly string[], added: readonly string[]): Map<string, Source> {
  const found = new Map<string, Source>();
  let [old, fresh] = [[...new Set(deleted)], [...new Set(added)]];
  const longest = Math.max(0, ...fresh.map((path) => partsOf(path).length));
  for (let parts = longest; parts >= 0 && old.length > 0 && fresh.length > 0; parts--) {
    const [before, after] = [byEnd(old, parts), byEnd(fresh, parts)];
    const done = new Set<string>();
    for (const [end, to] of after) {
      const from = before.get(end);
      if (from === undefined) continue;
      for (const path of to) found.set(path, { from, isClear: from.length === 1 && to.length === 1 });
      for (const path of [...from, ...to]) done.add(path);
    }
    [old, fresh] = [old.filter((path) => !done.has(path)), fresh.filter((path) => !done.has(path))];
  }
  return found;
}

function byEnd(paths: readonly string[], parts: number): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const path of paths) {
    const all = partsOf(path);
    if (all.length < parts) continue;
    const end = all.slice(all.length - parts).join("/");
    found.set(end, [...(found.get(end) ?? []), path]);
  }
  return found;
}

function partsOf(path: string): string[] {
  return path.replace(/\.yaml$/, ".yml").split("/");
}
