import { realpath } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import type { Repo } from "../git/repo.ts";

/** The first line of a text that changed and is more than a comment or a blank; null when none did. */
export async function firstChangedLine(before: string | undefined, after: string): Promise<number | null> {
  if (before === undefined) return 1;
  const { structuredPatch } = await import("diff");
  const [then, now] = [before, after].map((text) => text.replaceAll("\r\n", "\n")) as [string, string];
  const { hunks } = structuredPatch("", "", then, now, "", "", { context: 0 });
  const telling = hunks.find(({ lines }) => lines.some((line) => /^[-+](?!\s*(?:#|$))/.test(line))) ?? hunks[0];
  if (telling === undefined) return null;
  // Where lines are only gone, the one before them.
  return Math.max(1, telling.newLines === 0 ? telling.newStart - 1 : telling.newStart);
}

/** Tells of a file of the project how the repository has it, from its top folder: that a link leads to. */
export function inRepository(repo: Repo): (path: string) => Promise<string> {
  let top: Promise<string> | undefined;
  return async (path) => {
    const real = await realpath(join(repo.cwd, path)).catch(() => null);
    const found =
      real === null
        ? ".."
        : relative(await (top ??= realpath(repo.top)), real)
            .split(sep)
            .join("/");
    return found.startsWith("..") ? repo.prefix + path : found;
  };
}
