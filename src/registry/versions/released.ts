import type { Project, VersionName } from "../../core/project.ts";

/** What the tag itself does not show: once released, a version is what was released. */
export function movedSince(releasedDigest: string | null, digest: string): string[] {
  if (releasedDigest === null || releasedDigest === digest) return [];
  return [
    `it was released with ${releasedDigest} and has ${digest} now: the tag was moved, or its number was given twice`,
  ];
}

/** The digest that a version was first released with; null where it never was, and where nobody can tell. */
export async function releasedAs(project: Project, version: VersionName): Promise<string | null> {
  return (await project.released?.([version]))?.[0] ?? null;
}
