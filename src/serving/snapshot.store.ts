import { firstRow, raw, rowsOf, type Executor } from "../state/raw.ts";
import type { ServedVersion, Serving } from "./resolve.ts";

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

/** What is read of a store for a snapshot; for whoever cannot wait, and for {@link readSnapshot}. */
export const STABLES_NOW = raw<StableVersion>(
  "SELECT environment, target, version FROM stables WHERE id IN (SELECT MAX(id) FROM stables GROUP BY environment, target)",
);
export const ROLLOUTS_NOW = raw<OpenRow>(
  `SELECT environment, target, id, control, candidate, phase, weight FROM rollouts WHERE "endedAt" IS NULL AND phase <> 'pending'`,
);
export const contentOf = (target: string, version: string) =>
  raw<{ digest: string; content: string }>(
    "SELECT digest, content FROM releases WHERE target = $1 AND version = $2",
    target,
    version,
  );

/** What an operator's change changes: another value after each, and another store's id where another store is. */
export interface Revision {
  storeId: string;
  value: number;
}

export const REVISION = raw<Revision>(`SELECT "storeId", value FROM revision`);

export async function readRevision(db: Executor): Promise<Revision> {
  return (await firstRow(db, REVISION)) ?? { storeId: "", value: 0 };
}

/** Reads what is served, within the caller's transaction. */
export async function readSnapshot(tx: Executor, contents: Contents): Promise<Snapshot> {
  const [stables, rollouts] = [await rowsOf(tx, STABLES_NOW), await rowsOf(tx, ROLLOUTS_NOW)];
  for (const [target, version] of versionsIn(stables, rollouts))
    if (!contents.has(keyOf(target, version))) keep(contents, target, version, await firstRow(tx, contentOf(target, version)));
  return snapshotOf(stables, rollouts, contents);
}

/** Every version that is served to anybody. */
export function versionsIn(stables: readonly StableVersion[], rollouts: readonly OpenRow[]): [string, string][] {
  return [
    ...stables.map(({ target, version }): [string, string] => [target, version]),
    ...rollouts.flatMap(({ target, control, candidate }): [string, string][] => [
      [target, control],
      [target, candidate],
    ]),
  ];
}

/** Parses a version's content once. */
export function keep(
  contents: Contents,
  target: string,
  version: string,
  row: { digest: string; content: string } | undefined,
): void {
  if (row === undefined) return;
  const value = JSON.parse(row.content) as ServedVersion["value"];
  contents.set(keyOf(target, version), frozen({ version, digest: row.digest, value }));
}

export function keyOf(target: string, version: string): string {
  return `${target}@${version}`;
}

export function snapshotOf(stables: readonly StableVersion[], rollouts: readonly OpenRow[], contents: Contents): Snapshot {
  const content = (target: string, version: string) => contents.get(keyOf(target, version)) ?? null;
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

function frozen<T extends object>(value: T): T {
  for (const inner of Object.values(value) as unknown[]) if (typeof inner === "object" && inner !== null) frozen(inner);
  return Object.freeze(value);
}
