import { decodeText } from "../../core/utf8.ts";
import { must } from "../git/git.ts";
import type { Repo } from "../git/repo.ts";
import { commitSource, type Source } from "../source.ts";

/**
 * Some files of a commit, read by one process for all of them; links are followed within the commit. Paths are relative to the project root;
 * others are taken for absent.
 */
export async function committedFiles(repo: Repo, commit: string, paths: readonly string[]): Promise<Source> {
  const source = commitSource(repo, commit);
  // One request a line.
  if (/[\n\r]/.test(repo.prefix)) return source;
  const input = paths.map((path) => `${commit}:${repo.prefix}${path}\n`).join("");
  const flags = ["--no-replace-objects", "cat-file", "--batch", "--follow-symlinks"];
  const said = await must(repo.git, flags, { input, bytes: true });
  const texts = new Map(contentsIn(said).map((bytes, i) => [paths[i], bytes]));
  return {
    ...source,
    read: (path) => {
      const bytes = texts.get(path);
      if (bytes == null) return Promise.resolve(undefined);
      return Promise.resolve(decodeText(Buffer.from(bytes, "latin1"), source.label(path)));
    },
  };
}

/** git-cat-file(1), "BATCH OUTPUT": each answer is a line, and a content of that size where it has one. Null for what is no file. */
function contentsIn(said: string): (string | null)[] {
  const contents: (string | null)[] = [];
  for (let at = 0; at < said.length;) {
    const end = said.indexOf("\n", at);
    const line = said.slice(at, end);
    const sized = /^(?:[0-9a-f]{40,64} (?<type>\w+)|symlink|dangling|loop|notdir) (?<size>\d+)$/.exec(line)?.groups;
    const from = end + 1;
    const size = Number(sized?.["size"] ?? 0);
    contents.push(sized?.["type"] === "blob" ? said.slice(from, from + size) : null);
    at = sized === undefined ? from : from + size + 1;
  }
  return contents;
}
