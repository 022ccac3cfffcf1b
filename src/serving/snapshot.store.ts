import { type Executor, firstRow, raw, rowsOf } from "../state/raw.ts";
import { type Cohort, cohortFinder, type CohortSteps, cohortsServed } from "./cohorts.ts";
import type { ServedVersion, Serving } from "./resolve.ts";

/** What every environment serves, at one moment. */
export interface Snapshot {
  of(environment: string, target: string): Serving | null;
  /** Environments in which anything was released. */
  environments: readonly string[];
}

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
  /** Who is served the candidate whatever chance says; absent where the plan has no cohorts, null before their steps. */
  cohorts?: readonly Cohort[] | null;
}

/** The same with the JSON that cohorts are read from. */
interface StoredOpenRow extends Omit<OpenRow, "cohorts"> {
  plan: string;
  state: string;
}

interface ContentRow {
  target: string;
  version: string;
  digest: string;
  /** JSON. */
  content: string;
}

/** What a snapshot is made of, as it is stored. */
export interface ServedRows {
  stables: readonly StableVersion[];
  rollouts: readonly OpenRow[];
  /** Of every version that is served to anybody. */
  contents: readonly ContentRow[];
}

export const NO_ROWS: ServedRows = { stables: [], rollouts: [], contents: [] };

/** Versions never change, so their contents are parsed once; frozen, as all callers share them. */
export type Contents = Map<string, ServedVersion>;

/** The queries, for whoever cannot wait; {@link readServed} is made of the same. */
export const STABLES_NOW = raw<StableVersion>(
  "SELECT environment, target, version FROM stables WHERE id IN (SELECT MAX(id) FROM stables GROUP BY environment, target)",
);
export const ROLLOUTS_NOW = raw<StoredOpenRow>(
  `SELECT environment, target, id, control, candidate, phase, weight, plan, state FROM rollouts WHERE "endedAt" IS NULL AND phase <> 'pending'`,
);
export const contentOf = (target: string, version: string) =>
  raw<ContentRow>(
    "SELECT target, version, digest, content FROM releases WHERE target = $1 AND version = $2",
    target,
    version,
  );

/** What is kept of an open rollout: not its whole plan. */
export function openRow({ plan, state, ...row }: StoredOpenRow): OpenRow {
  // What is served to everybody else must not depend on JSON that nobody needs for it.
  if (!plan.includes('"cohorts":')) return row;
  const served = cohortsServed({
    plan: JSON.parse(plan) as CohortSteps["plan"],
    state: JSON.parse(state) as CohortSteps["state"],
  });
  return { ...row, cohorts: served.length === 0 ? null : served };
}

/** Another value after each operator's change, in the order of their commits, and another store's id where another store is. */
export interface Revision {
  storeId: string;
  value: number;
  /** Where the store was copied to; null while it is in force. */
  movedTo: string | null;
}

export const REVISION = raw<Revision>(`SELECT "storeId", value, "movedTo" FROM revision`);

export function readRevision(db: Executor): Promise<Revision | undefined> {
  return firstRow(db, REVISION);
}

/** Reads what is served, within the caller's transaction; contents that are known already are not read again. */
export async function readServed(tx: Executor, before: ServedRows = NO_ROWS): Promise<ServedRows> {
  const [stables, rollouts] = [await rowsOf(tx, STABLES_NOW), (await rowsOf(tx, ROLLOUTS_NOW)).map(openRow)];
  const known = new Map(before.contents.map((row) => [keyOf(row.target, row.version), row]));
  const contents: ContentRow[] = [];
  for (const [target, version] of versionsIn({ stables, rollouts })) {
    const row = known.get(keyOf(target, version)) ?? (await firstRow(tx, contentOf(target, version)));
    if (row !== undefined) contents.push(row);
  }
  return { stables, rollouts, contents };
}

/** Every version that is served to anybody, once. */
export function versionsIn({ stables, rollouts }: Pick<ServedRows, "stables" | "rollouts">): [string, string][] {
  const versions = new Map<string, [string, string]>();
  const add = (target: string, version: string) => versions.set(keyOf(target, version), [target, version]);
  for (const { target, version } of stables) add(target, version);
  for (const { target, control, candidate } of rollouts)
    add(target, control).set(keyOf(target, candidate), [target, candidate]);
  return [...versions.values()];
}

/** What is served, ready to be asked; `parsed` keeps contents from snapshot to snapshot. */
export function snapshotOf({ stables, rollouts, contents }: ServedRows, parsed: Contents): Snapshot {
  for (const row of contents) {
    const key = keyOf(row.target, row.version);
    if (!parsed.has(key)) parsed.set(key, parsedContent(row));
  }
  const content = (target: string, version: string) => parsed.get(keyOf(target, version)) ?? null;
  const servings = new Map<string, Serving>();
  for (const { environment, target, version } of stables)
    servings.set(`${environment} ${target}`, { stable: content(target, version), rollout: null });
  for (const { environment, target, id, weight, ...row } of rollouts) {
    const [control, candidate] = [content(target, row.control), content(target, row.candidate)];
    if (control === null || candidate === null) continue;
    const key = `${environment} ${target}`;
    const cohorts = row.cohorts == null ? null : { names: row.cohorts.map(({ name }) => name), of: cohortFinder(row.cohorts) }; // prettier-ignore
    const rollout = { id, weight, control, candidate, cohorts };
    servings.set(key, { stable: servings.get(key)?.stable ?? control, rollout });
  }
  const environments = [...new Set([...stables, ...rollouts].map(({ environment }) => environment))].sort();
  return { of: (environment, target) => servings.get(`${environment} ${target}`) ?? null, environments };
}

function keyOf(target: string, version: string): string {
  return `${target}@${version}`;
}

function parsedContent({ version, digest, content }: ContentRow): ServedVersion {
  return frozen({ version, digest, value: JSON.parse(content) as ServedVersion["value"] });
}

function frozen<T extends object>(value: T): T {
  for (const inner of Object.values(value) as unknown[]) if (typeof inner === "object" && inner !== null) frozen(inner);
  return Object.freeze(value);
}
