import type { ReleaseRow } from "./serving.store.ts";

/** What the store keeps of it, in the place of a release: `resolve` gives `{ external: "rules" }` as its value. */
export function externalRelease(target: string, version: string, { actor, at }: { actor: string; at: string }): Omit<ReleaseRow, "releasedAt"> {
  const content = JSON.stringify({ external: version.slice(version.indexOf("/") + 1) });
  return { target, version, digest: version, content, gitCommit: "", publishedBy: actor, publishedAt: at };
} // prettier-ignore
