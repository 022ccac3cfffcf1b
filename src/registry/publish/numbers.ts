import type { Project } from "../../core/project.ts";
import type { Judged } from "./behind.ts";
import type { KnownTags } from "../versions/own.ts";

/** What was judged, and the number that it gets where it changed. */
export type Numbered = Judged & { next: number };

/**
 * Gives what changed a number above every version; a tag that is none takes its number all the same, and so does what a store released under
 * it with another content: its tag was lost (it was never pushed, and pruned). Whoever is served it would get two things under one name. What is
 * unchanged since a version whose number was given twice so gets one of its own.
 */
export async function numbered(
  project: Project,
  judged: readonly Judged[],
  known: ReadonlyMap<string, Pick<KnownTags, "refs" | "tags">>,
): Promise<Numbered[]> {
  const done = judged.map((one) => {
    const tags = known.get(one.content.address);
    const number = one.is === "unchanged" ? (one.version?.number ?? 0) : nextNumber(tags);
    return { ...one, next: number };
  });
  let open = done.filter(({ is }) => is !== "skipped");
  while (open.length > 0) {
    const asked = open.map(({ content: { address }, next }) => ({ address, version: `v${next}` }));
    const released = (await project.released?.(asked)) ?? [];
    open = open.filter((one, i) => {
      const digest = released[i] ?? null;
      if (digest === null || digest === one.content.digest) return false;
      const given = one.next;
      one.next = one.is === "unchanged" ? nextNumber(known.get(one.content.address)) : one.next + 1;
      one.note = `v${given} was released with another content (${digest.slice(0, 19)}): this is v${one.next}`;
      one.is = "changed";
      return true;
    });
  }
  return done;
}

function nextNumber({ refs, tags }: Pick<KnownTags, "refs" | "tags"> = { refs: [], tags: [] }): number {
  const taken = new Set(refs.map(({ number }) => number));
  let next = (tags.find(({ stray }) => stray === null)?.number ?? 0) + 1;
  while (taken.has(next)) next += 1;
  return next;
}
