import { AgentopsError } from "../core/errors.ts";
import type { Place } from "../core/refs.ts";
import { currentStable, findRelease, type StableRow, stablesOf } from "../serving/serving.store.ts";
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

/** Where a rollback without `--to` goes; undefined when there is nothing to go back to. */
export function versionBefore(changes: readonly Change[]): string | undefined {
  return stackOf(changes).at(-2);
}

/** Words for the versions one can go back to. */
export function wayBack(known: readonly string[]): string {
  return known.length === 0 ? "nothing else was ever served there" : `served there before: ${known.join(", ")}`;
}

/** The versions that everybody was served there before this one, what is on the way back first. */
export async function onceStable(db: Db, { environment, target }: Place): Promise<string[]> {
  const changes = await stablesOf(db, environment, target);
  const now = changes.at(-1)?.version;
  const way = stackOf(changes).slice(0, -1).reverse();
  return [...new Set([...way, ...changes.map(({ version }) => version).reverse()])].filter(
    (version) => version !== now,
  );
}

/** What `--to` names, where going there is a promotion: everybody was never served it there. */
export class NeverStable extends AgentopsError {
  readonly place: Place;
  readonly version: string;

  constructor(place: Place, version: string, known: readonly string[]) {
    const { environment, target } = place;
    super(
      "POLICY_REFUSED",
      `${target}@${version} was never served to everybody in ${environment}: going there is a promotion`,
      {
        hint: `agentops promote ${target}@${version} --env ${environment}   asks the policy; ${wayBack(known)}`,
      },
    );
    [this.place, this.version] = [place, version];
  }
}

/** The version that was typed, where everybody was served it there. Throws {@link NeverStable} where it was only released, VERSION_NOT_FOUND. */
export async function stableOnce(db: Db, place: Place, typed: string): Promise<string> {
  const { target } = place;
  const version = typed.slice(typed.lastIndexOf("@") + 1);
  const known = await onceStable(db, place);
  const now = (await currentStable(db, place.environment, target))?.version;
  if (version === now || known.includes(version)) return version;
  if ((await findRelease(db, target, version)) !== undefined) throw new NeverStable(place, version, known);
  throw new AgentopsError("VERSION_NOT_FOUND", `${target}@${version} was never released`, {
    hint: `${wayBack(known)}; agentops promote ${target}@${version} --env ${place.environment}   releases another`,
  });
}

/** The command that goes on from here, as it is typed. */
export async function furtherBack(
  db: Db,
  place: Place,
  now: Served,
  { left, to }: { left: string | null; to: string | undefined },
): Promise<string> {
  const { environment, target } = place;
  const history = `agentops history ${target} --env ${environment}`;
  if (left === null) return history;
  const go = `agentops rollback ${target} --env ${environment}`;
  if (to !== undefined) return `${go} --to ${to} --from ${left}   goes there all the same; ${history}`;
  const further = openOf(now)?.control ?? versionBefore(await stablesOf(db, environment, target));
  if (further !== undefined) return `${go} --from ${left}   goes back to ${further}; ${history}`;
  const others = await onceStable(db, place);
  return others.length === 0 ? history : `${go} --to VERSION --from ${left} (${wayBack(others)}); ${history}`;
}
