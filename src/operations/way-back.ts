import { AgentopsError } from "../core/errors.ts";
import { type Place, versionIn } from "../core/refs.ts";
import { isOf, type Past, takenBackNow } from "../policy/taken-back.store.ts";
import { findRelease, type StableRow } from "../serving/serving.store.ts";
import type { Db } from "../state/store.ts";
import { openOf, type Served } from "./first.store.ts";

type Change = Pick<StableRow, "version" | "how">;

/**
 * The versions one can go back through, the current one last. Going forward to a version puts it on top; to one that is on the way
 * already, forward or back, cuts off what is above it. A rollback to a version that was never stable here, as older releases allowed it, takes
 * the top's place: what was left on purpose is nothing to go back to.
 */
export function stackOf(changes: readonly Change[]): string[] {
  return changes.reduce<string[]>((stack, { version, how }) => {
    const at = stack.indexOf(version);
    if (at >= 0) return stack.slice(0, at + 1);
    return [...(how === "rollback" ? stack.slice(0, -1) : stack), version];
  }, []);
}

/** Where a rollback without `--to` goes, past what is to be avoided; undefined when there is nothing to go back to. */
export function versionBefore(
  changes: readonly Change[],
  isBad: (version: string) => boolean = () => false,
): string | undefined {
  return stackOf(changes).slice(0, -1).findLast((version) => !isBad(version)); // prettier-ignore
}

/** What nobody goes back to by a reflex: a content that was rolled back under whatever number, and the one that is left. */
export function badIn(past: Past): (version: string) => boolean {
  const left = past.changes.at(-1)?.version ?? "";
  const isLeft = isOf(past, contentIn(past, left));
  return (version) => isLeft(version) || takenBackNow(past, contentIn(past, version))?.how === "rolled-back";
}

export function contentIn({ digests }: Past, version: string) {
  return { version, digest: digests.get(version) ?? "" };
}

/** Words for the versions one can go back to. */
export function wayBack(known: readonly string[]): string {
  return known.length === 0 ? "nothing else was ever served there" : `served there before: ${known.join(", ")}`;
}

/** The versions that everybody was served there before this one, what is on the way back first. */
export function onceStable(changes: readonly Change[]): string[] {
  const now = changes.at(-1)?.version;
  const way = stackOf(changes).slice(0, -1).reverse();
  return [...new Set([...way, ...changes.map(({ version }) => version).reverse()])].filter(
    (version) => version !== now,
  );
}

/** `-m TEXT`, where a version was taken back. */
export function whyFor(past: Past, versions: readonly string[]): string {
  return versions.some((version) => takenBackNow(past, contentIn(past, version)) !== null) ? " -m TEXT" : "";
}

/** What `--to` names, where going there is a promotion: everybody was never served it there, or only a part is now. */
export class NeverStable extends AgentopsError {
  readonly place: Place;
  readonly version: string;

  constructor(place: Place, version: string, why: string, known: readonly string[]) {
    const { environment, target } = place;
    super("POLICY_REFUSED", `${target}@${version} ${why} in ${environment}: going there is a promotion`, {
      hint: `agentops promote ${target}@${version} --env ${environment}   asks the policy; ${wayBack(known)}`,
    });
    [this.place, this.version] = [place, version];
  }
}

/** A version as it was typed after `--to` and `--from`: `v7`, `7`, `NAME@v7`. Throws USAGE for what is none of the target's. */
export function typedVersion(flag: "--to" | "--from", typed: string, { target }: Place, past: Past): string {
  const version = versionIn(typed, target);
  if (version !== null) return version;
  const now = past.changes.at(-1)?.version;
  const served = now === undefined ? "" : `${now} is served; `;
  throw new AgentopsError("USAGE", `${flag} takes a version of ${target}, v7 say, not "${typed}"`, {
    hint: `${served}${wayBack(onceStable(past.changes))}`,
  });
}

/** The version, where everybody was served it there. Throws {@link NeverStable} where it was only released, VERSION_NOT_FOUND. */
export async function stableOnce(
  db: Db,
  place: Place,
  { past, version, candidate }: { past: Past; version: string; candidate: string | undefined },
): Promise<string> {
  const { target } = place;
  const known = onceStable(past.changes);
  if (version === candidate) throw new NeverStable(place, version, "is served to some by an open rollout", known);
  if (version === past.changes.at(-1)?.version || known.includes(version)) return version;
  if ((await findRelease(db, target, version)) !== undefined)
    throw new NeverStable(place, version, "was never served to everybody", known);
  throw new AgentopsError("VERSION_NOT_FOUND", `${target}@${version} was never released, so nothing goes back to it`, {
    hint: `${wayBack(known)}; released so far: ${[...past.digests.keys()].join(", ")}`,
  });
}

/** The command that goes on from here, as it is typed. */
export function furtherBack(
  { environment, target }: Place,
  past: Past,
  now: Served,
  { left, to }: { left: string | null; to: string | undefined },
): string {
  const history = `agentops history ${target} --env ${environment}`;
  if (left === null) return history;
  const go = `agentops rollback ${target} --env ${environment}`;
  if (to !== undefined)
    return `${go} --to ${to} --from ${left}${whyFor(past, [to])}   goes there all the same; ${history}`;
  const further = openOf(now)?.control ?? versionBefore(past.changes, badIn(past));
  if (further !== undefined) return `${go} --from ${left}   goes back to ${further}; ${history}`;
  const others = onceStable(past.changes);
  const why = whyFor(past, others);
  return others.length === 0 ? history : `${go} --to VERSION --from ${left}${why} (${wayBack(others)}); ${history}`;
}
