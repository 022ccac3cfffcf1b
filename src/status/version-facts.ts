import { messageOf } from "../core/errors.ts";
import type { RunResult } from "../evals/result/schema.ts";
import type { RunSpec } from "../evals/run/run-spec.ts";
import { heldBy } from "../kill/held.ts";
import { readReleased } from "../serving/released.store.ts";
import type { BareReader } from "../state/store.ts";
import { readLatestRollouts, readStables } from "./overview.store.ts";
import { type ContentRun, readRunsOf } from "./version-facts.store.ts";

/** What the newest complete run of a suite on a model says of a content. */
export interface Measured {
  suite: string;
  model: string;
  run: string;
  at: string;
  cases: number;
  trials: number;
  /** Trials that ended in an error and are in no rate. */
  errors: number;
  /** Of a part of the cases: --sample or --filter. */
  partial: boolean;
  /** Null when nothing was scored. */
  successRate: { estimate: number; ci95: [number, number] } | null;
  p95LatencyMs: number | null;
  latencySimulated: boolean;
  costPerTaskUsd: number | null;
}

interface ServedIn {
  environment: string;
  as: "stable" | "candidate";
  /** Share of the units; 0 while it is killed there. */
  weight: number;
  killed: boolean;
}

/** What is known of one version; null where the place that knows could not be read, or there is none. */
export interface VersionFacts {
  evidence: Measured[] | null;
  served: ServedIn[] | null;
  /** The other content that the store has under this number, and where that one is served: the tag was moved, or the number given twice. Null where there is none. */
  otherRelease: { digest: string; served: ServedIn[] } | null;
}

/** The stores that know, opened to read; undefined where there is none. */
export interface FactSources {
  runs: BareReader | undefined;
  shared: BareReader | undefined;
  /** The folder of marker files that kill without the store. */
  markers: string | null;
}

interface Content {
  version: string | null;
  digest: string | null;
}

/**
 * What the evidence says of versions of one target, and where they are served. What cannot be read keeps nobody from the rest: it is
 * named in `problems`.
 */
export async function versionFacts(
  sources: FactSources,
  target: string,
  versions: readonly Content[],
): Promise<{ facts: VersionFacts[]; problems: string[] }> {
  const problems: string[] = [];
  const part = <T>(what: string, read: Promise<T> | null): Promise<T | null> | null =>
    read?.catch((error: unknown) => {
      problems.push(`${what} cannot be read: ${messageOf(error)}`);
      return null;
    }) ?? null;
  const { runs, shared, markers } = sources;
  const served = await part("what is served", shared === undefined ? null : servingOf(shared, markers, target));
  const released = await part("what was released", shared === undefined ? null : readReleased(shared.db, target));
  const measured = await part(
    "runs",
    runs === undefined ? null : Promise.all(versions.map((v) => evidenceOf(runs, v))),
  );
  const facts = versions.map(({ version, digest }, i) => {
    const places = served?.filter((one) => one.version === version).map(({ place }) => place) ?? null;
    const other = version === null || digest === null ? undefined : released?.get(`${target}@${version}`);
    const evidence = measured?.[i] ?? null;
    return other === undefined || other === digest
      ? { evidence, served: places, otherRelease: null }
      : { evidence, served: [], otherRelease: { digest: other, served: places ?? [] } };
  });
  return { facts, problems };
}

/** The newest run of each suite on each model; one of all its cases before a newer one of a part. */
async function evidenceOf({ db }: BareReader, { digest }: Content): Promise<Measured[]> {
  if (digest === null) return [];
  const newest = new Map<string, Measured>();
  for (const run of await readRunsOf(db, digest)) {
    const found = measuredBy(run);
    if (found === null) continue;
    const key = `${run.suite}\n${run.model}`;
    const other = newest.get(key);
    if (other === undefined || (other.partial && !found.partial)) newest.set(key, found);
  }
  return [...newest.values()];
}

function measuredBy({ id, suite, model, spec, result, createdAt }: ContentRun): Measured | null {
  if (result === null) return null;
  const { metrics, cases, trials, errors } = JSON.parse(result) as RunResult;
  const { successRate, latencyMs, costUsd } = metrics;
  return {
    ...{ suite, model, run: id, at: createdAt, cases, trials, errors },
    partial: (JSON.parse(spec) as RunSpec).partial === true,
    successRate: successRate === null ? null : { estimate: successRate.estimate, ci95: successRate.ci95 },
    p95LatencyMs: latencyMs?.p95 ?? null,
    latencySimulated: latencyMs?.simulated ?? false,
    costPerTaskUsd: costUsd?.perTask ?? null,
  };
}

/** Who is served what of a target now: everybody its stable version, but for the share of a rollout under way. */
async function servingOf(
  { db }: BareReader,
  markers: string | null,
  target: string,
): Promise<{ version: string; place: ServedIn }[]> {
  const [stables, rollouts] = [await readStables(db), await readLatestRollouts(db)];
  const under = rollouts.filter(
    (r) => r.target === target && r.endedAt === null && r.phase !== "pending" && r.weight > 0,
  );
  const served: { version: string; place: ServedIn }[] = [];
  for (const { environment, version } of stables.filter((s) => s.target === target)) {
    const killed = (await heldBy(db, markers, { environment, target })) !== null;
    const rollout = under.find((r) => r.environment === environment);
    const weight = rollout?.weight ?? 0;
    const of = (share: number) => ({ environment, weight: killed ? 0 : share, killed });
    served.push({ version, place: { ...of(1 - weight), as: "stable" } });
    if (rollout !== undefined) served.push({ version: rollout.candidate, place: { ...of(weight), as: "candidate" } });
  }
  return served;
}
