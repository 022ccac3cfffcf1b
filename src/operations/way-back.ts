import type { StableRow } from "../serving/serving.store.ts";

type Change = Pick<StableRow, "version" | "how">;

/**
 * The versions one can go back through, the current one last. Going forward to a version puts it on top; to one that is on the way
 * already, forward or back, cuts off what is above it. A rollback to a version that was never stable here takes the top's place:
 * what was left on purpose is nothing to go back to.
 */
export function stackOf(changes: readonly Change[]): string[] {
  return changes.reduce<string[]>((stack, { version, how }) => {
    const at = stack.indexOf(version);
    if (at >= 0) return stack.slice(0, at + 1);
    return [...(how === "rollback" ? stack.slice(0, -1) : stack), version];
  }, []);
}

/** Where a rollback without `--to` goes; undefined when there is nothing to go back to. */
export function versionBefore(changes: readonly Change[]): string | undefined {
  return stackOf(changes).at(-2);
}
