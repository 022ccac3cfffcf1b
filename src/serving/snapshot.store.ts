import { hasTable, type Sqlite } from "../state/connection.ts";
import type { ServedVersion, Serving } from "./resolve.ts";
import { findRelease } from "./serving.store.ts";

/** What every environment serves, at one moment. */
export interface Snapshot {
  of(environment: string, target: string): Serving | null;
  /** Environments in which anything was released. */
  environments: readonly string[];
}

export const NOTHING_SERVED: Snapshot = { of: () => null, environments: [] };

interface StableVersion {
  environment: string;
  target: string;
  version: string;
}

interface OpenRow {
  environment: string;
  target: string;
  id: string;
  control: string;
  candidate: string;
  phase: string;
  weight: number;
}

/** Versions never change, so their contents are parsed once; frozen, as all callers share them. */
export type Contents = Map<string, ServedVersion>;

/**
 * A number that is another one after each change of what is served: every change has its audit event. Null in a store from before
 * anything could be released.
 */
export function servingRevision(sqlite: Sqlite): number | null {
  if (!hasTable(sqlite, "stables")) return null;
  return sqlite.prepare<[], number | null>("SELECT MAX(id) FROM auditEvents").pluck().get() ?? 0;
}

/** Reads what is served. Throws what SQLite throws. */
export function readSnapshot(sqlite: Sqlite, contents: Contents): Snapshot {
  return sqlite.transaction(() => {
    const stables = sqlite
      .prepare<[], StableVersion>(
        "SELECT environment, target, version FROM stables WHERE id IN (SELECT MAX(id) FROM stables GROUP BY environment, target)",
      )
      .all();
    const rollouts = sqlite
      .prepare<[], OpenRow>(
        "SELECT environment, target, id, control, candidate, phase, weight FROM rollouts WHERE endedAt IS NULL AND phase <> 'pending'",
      )
      .all();
    return snapshotOf(stables, rollouts, (target, version) => contentOf(sqlite, contents, target, version));
  })();
}

function snapshotOf(
  stables: StableVersion[],
  rollouts: OpenRow[],
  content: (target: string, version: string) => ServedVersion | null,
): Snapshot {
  const servings = new Map<string, Serving>();
  for (const { environment, target, version } of stables)
    servings.set(`${environment} ${target}`, { stable: content(target, version), rollout: null });
  for (const { environment, target, id, weight, ...row } of rollouts) {
    const [control, candidate] = [content(target, row.control), content(target, row.candidate)];
    if (control === null || candidate === null) continue;
    const key = `${environment} ${target}`;
    const rollout = { id, weight, control, candidate };
    servings.set(key, { stable: servings.get(key)?.stable ?? control, rollout });
  }
  const environments = [...new Set([...stables, ...rollouts].map(({ environment }) => environment))].sort();
  return { of: (environment, target) => servings.get(`${environment} ${target}`) ?? null, environments };
}

function contentOf(sqlite: Sqlite, contents: Contents, target: string, version: string): ServedVersion | null {
  const key = `${target}@${version}`;
  const known = contents.get(key);
  if (known !== undefined) return known;
  const row = findRelease(sqlite, target, version);
  if (row === undefined) return null;
  const value = JSON.parse(row.content) as ServedVersion["value"];
  const served = frozen({ version, digest: row.digest, value });
  contents.set(key, served);
  return served;
}

function frozen<T extends object>(value: T): T {
  for (const inner of Object.values(value) as unknown[]) if (typeof inner === "object" && inner !== null) frozen(inner);
  return Object.freeze(value);
}
