import { isExternal } from "../core/external.ts";
import { didYouMean } from "../core/suggest.ts";
import type { Db } from "../state/store.ts";
import { servedElsewhere, releasedAmong, releasedTargets, releasesOf, rolloutsAmong } from "./observations.store.ts";
import type { Observation, UnknownBy } from "./schema.ts";

/** A target, version or rollout that observations are of, and that this store knows nothing about. */
export interface Unknown {
  of: keyof UnknownBy;
  target: string;
  /** Where a target that this environment never served is served. */
  elsewhere?: string[];
  /** The version, or the rollout's id; of a target the target itself. */
  name: string;
  /** Observations of it. */
  n: number;
  /** What it might be instead: versions that were released, the newest last; of a target the others that were. */
  known: string[];
}

export type Named = Pick<Observation, "target" | "version" | "rollout">;

/**
 * What some observations are of and nobody ever released or started here: a name mistyped by whoever reports, or another store than the one
 * that serves. They are kept, and counted apart. Each observation is in one of the three at most: an unknown target has no versions.
 */
export async function unknownAmong(db: Db, environment: string, observed: Iterable<Named>): Promise<Unknown[]> {
  const found: Unknown[] = [];
  for (const [target, versions] of grouped(observed)) {
    const elsewhere = await servedElsewhere(db, { environment, target });
    if (elsewhere.length > 0) {
      const n = [...versions.values()].reduce((sum, rollouts) => sum + total(rollouts), 0);
      found.push({ of: "target", target, name: target, n, known: [], elsewhere });
      continue;
    }
    // What was there before is observed before anything of it is stored.
    const outside = [...versions.keys()].filter(isExternal);
    const those = new Set([...outside, ...(await releasedAmong(db, target, [...versions.keys()]))]);
    const missing = [...versions].filter(([version]) => !those.has(version));
    const released = missing.length === 0 ? [] : await releasesOf(db, target);
    const isTarget = released.length === 0 && missing.length > 0;
    const known = isTarget ? await releasedTargets(db) : released;
    for (const [version, rollouts] of missing) {
      const named = isTarget ? ({ of: "target", name: target } as const) : ({ of: "version", name: version } as const);
      found.push({ ...named, target, n: total(rollouts), known });
    }
    const rest = [...versions].filter(([version]) => those.has(version)).flatMap(([, rollouts]) => [...rollouts]);
    found.push(...(await unknownRollouts(db, environment, target, rest)));
  }
  return merged(found);
}

/** What nobody here has released or started, and what they have. */
export function unknownWords({ of, target, name, known, elsewhere }: Unknown, environment: string) {
  if (elsewhere !== undefined)
    return {
      message: `${target} was never released in ${environment}`,
      hint: `it is in ${elsewhere.join(", ")}; --env or AGENTOPS_ENV says which`,
    };
  if (of === "target") {
    const instead = known.length === 0 ? "nothing was released in this store" : didYouMean(name, known);
    return {
      message: `${target} was never released here`,
      hint: `${instead}; which store this is: agentops store info`,
    };
  }
  if (of === "rollout")
    return {
      message: `no rollout ${name} of ${target} in ${environment}`,
      hint: `agentops history ${target}; leave rollout out where none assigned the unit`,
    };
  return { message: `${target}@${name} was never released here`, hint: `released: ${known.slice(-5).join(", ")}` };
}

type Rollouts = Map<string | undefined, number>;

function grouped(observed: Iterable<Named>): Map<string, Map<string, Rollouts>> {
  const byTarget = new Map<string, Map<string, Rollouts>>();
  for (const { target, version, rollout } of observed) {
    const versions = byTarget.get(target) ?? new Map<string, Rollouts>();
    const rollouts: Rollouts = versions.get(version) ?? new Map<string | undefined, number>();
    rollouts.set(rollout, (rollouts.get(rollout) ?? 0) + 1);
    byTarget.set(target, versions.set(version, rollouts));
  }
  return byTarget;
}

async function unknownRollouts(
  db: Db,
  environment: string,
  target: string,
  counts: readonly (readonly [string | undefined, number])[],
): Promise<Unknown[]> {
  const named = counts.flatMap(([id, n]) => (id === undefined ? [] : [{ id, n }]));
  if (named.length === 0) return [];
  const known = new Set(await rolloutsAmong(db, { environment, target }, [...new Set(named.map(({ id }) => id))]));
  return named
    .filter(({ id }) => !known.has(id))
    .map(({ id, n }): Unknown => ({ of: "rollout", target, name: id, n, known: [] }));
}

function total(rollouts: Rollouts): number {
  return [...rollouts.values()].reduce((sum, n) => sum + n, 0);
}

function merged(found: readonly Unknown[]): Unknown[] {
  const by = new Map<string, Unknown>();
  for (const each of found) {
    const key = `${each.of} ${each.target} ${each.name}`;
    by.set(key, { ...each, n: each.n + (by.get(key)?.n ?? 0) });
  }
  return [...by.values()];
}
