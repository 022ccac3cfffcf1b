import type { Git, GitOptions, GitResult } from "./git.ts";

/** A ref that is made where there is none, or taken away while it is on what it was on. */
export interface RefChange {
  verb: "create" | "delete";
  ref: string;
  object: string;
}

/**
 * Changes refs in one transaction: all or none. It begins and commits by name, so that what was cut off in the middle changes nothing; git before
 * 2.27 does not know these words, and changes nothing either.
 */
export async function changeRefs(git: Git, changes: readonly RefChange[], options?: GitOptions): Promise<GitResult> {
  const lines = changes.map(({ verb, ref, object }) => `${verb} ${ref}\0${object}\0`);
  const input = `start\0${lines.join("")}prepare\0commit\0`;
  return git(["update-ref", "-z", "--stdin"], { ...options, input });
}

/** Whether git is too old for {@link changeRefs}. */
export function isUnknownChange({ stderr }: GitResult): boolean {
  return /^fatal: unknown command: start/m.test(stderr);
}
