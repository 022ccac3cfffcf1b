import { cpSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { loadProject } from "../core/project.ts";
import { publish } from "../registry/publish/publish.ts";
import { recorderFor } from "../observations/record.ts";
import { latestRollout, type Rollout, transitionsOf } from "../rollout/rollouts.store.ts";
import { bucketOf, isCandidate } from "../serving/assignment.ts";
import { currentStable, stablesOf } from "../serving/serving.store.ts";
import { addressOf } from "../state/address.ts";
import { agentops, cleanEnv, copyOfMade, put, sampleRepository, tempProject } from "./project.ts";
import { type TestStore, withStore } from "./store.ts";

export const TARGET = "prompts/support-triage";
const ENVIRONMENT = "production";

/** Steps that need no waiting, and proof that 200 good outcomes give. */
const QUICK = `project: drill
models: { offline: { kind: offline } }
policy: { production: { evidence: false, rollout: optional } }
rollout:
  steps: [0.2, 0.5, 1]
  stepTime: 0ms
  stepObservations: 10
  guardrails: { success: { margin: 0.3, floor: 0.5 }, safety: { margin: 0.4 } }
`;

/** Steps by the second, and a margin that no evidence can exclude: a drill of some seconds ends with the rollout under way. */
export function underWayFor(seconds: number): string {
  return `project: drill
models: { offline: { kind: offline } }
policy: { production: { evidence: false, rollout: optional } }
rollout:
  steps: [0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 1]
  stepTime: ${seconds * 100}ms
  stepObservations: 20
  guardrails: { success: { margin: 0.0001, floor: 0.5 } }
`;
}

/** The sample project in git with `versions` published versions of its prompt and a config made for drills. */
export async function releaseProject({ versions = 2, config = QUICK } = {}): Promise<string> {
  const dir = await copyOfMade(`${versions} published versions`, () => published(versions));
  put(dir, "agentops.config.yaml", config);
  return dir;
}

async function published(versions: number): Promise<string> {
  const dir = await sampleRepository();
  const file = `${TARGET}.prompt.yml`;
  const text = readFileSync(join(dir, file), "utf8");
  for (let version = 1; version <= versions; version++) {
    put(dir, file, text.replace("Route", `Route (${version})`));
    const project = await loadProject({ cwd: dir, env: cleanEnv() });
    await publish(project, { names: ["support-triage"], push: false });
  }
  return dir;
}

/** Runs a command on a store of its own; throws what it said unless it ends with 0. */
export async function done(dir: string, store: string, ...args: string[]): Promise<void> {
  const run = await agentops(dir, args, { AGENTOPS_STORE: store });
  if (run.code !== 0) throw new Error(`agentops ${args.join(" ")}: exit ${run.code}: ${run.stderr}`);
}

/** A copy of a store nobody writes to, in a folder of its own; one that is not there gives an empty folder. */
export function copyOf(store: string): string {
  const folder = join(tempProject(), ".agentops");
  if (existsSync(store)) cpSync(dirname(store), folder, { recursive: true });
  else mkdirSync(folder);
  return join(folder, "state.db");
}

/** Units that come to the rollout now, each served what it is assigned to, with outcomes by arm. */
export async function arrive(
  store: string,
  count: number,
  good: { control: (unit: number) => boolean; candidate: (unit: number) => boolean },
): Promise<void> {
  await withStore(addressOf(store), async (open) => {
    const { id, state, candidate, control } = await rolloutIn(open);
    const now = new Date();
    const before = (await open.value("SELECT COUNT(*) FROM observations")) as number;
    const lines = Array.from({ length: count }, (_, i) => {
      const unit = `u${before + i}`;
      const served = isCandidate(bucketOf(id, unit), state.weight);
      const outcome = { success: served ? good.candidate(i) : good.control(i), safe: true, at: now.toISOString() };
      return { target: TARGET, version: served ? candidate : control, unit, ...outcome };
    });
    await recorderFor(open).record(ENVIRONMENT, lines, now);
  });
}

export async function rolloutIn({ db }: Pick<TestStore, "db">): Promise<Rollout> {
  return (await latestRollout(db, ENVIRONMENT, TARGET)) as Rollout;
}

/** Where a store got to, without what differs from run to run: times and ids. */
export async function outcomeOf(open: TestStore) {
  const { db } = open;
  const rollout = await latestRollout(db, ENVIRONMENT, TARGET);
  const events = rollout === undefined ? [] : await transitionsOf(db, rollout.seq);
  return {
    rollouts: await open.value("SELECT COUNT(*) FROM rollouts"),
    state: rollout && { phase: rollout.state.phase, step: rollout.state.step, weight: rollout.state.weight },
    looks: rollout?.look,
    history: events.map(({ event, phase, weight }) => `${(JSON.parse(event) as { type: string }).type} ${phase} ${weight}`),
    stable: (await currentStable(db, ENVIRONMENT, TARGET))?.version,
    stables: (await stablesOf(db, ENVIRONMENT, TARGET)).map(({ how, version }) => `${how} ${version}`),
    actions: await open.column(`SELECT action FROM "auditEvents" ORDER BY id`),
    releases: await open.column("SELECT version FROM releases ORDER BY 1"),
  }; // prettier-ignore
}

type Counts = Record<string, { n: number; sum: number }>;

/** Units and their outcomes by weight and arm, counted anew from the stored observations. */
export async function countedAnew(store: TestStore): Promise<Counts> {
  const { candidate } = await rolloutIn(store);
  const rows = await store.rows(
    "SELECT id, unit, version, success FROM observations WHERE rollout IS NOT NULL ORDER BY seq",
  );
  const units = new Map<string, { weight: number; candidate: boolean }>();
  const counts: Counts = {};
  for (const { id, unit, version, success } of rows as {
    id: string;
    unit: string;
    version: string;
    success: number;
  }[]) {
    const weight = Number(id.slice(id.indexOf("~") + 1));
    const seen = units.get(unit);
    if (seen !== undefined && (seen.candidate || weight <= seen.weight)) continue;
    const probability = seen === undefined ? weight : (weight - seen.weight) / (1 - seen.weight);
    units.set(unit, { weight, candidate: version === candidate });
    const count = (counts[`${probability.toFixed(9)} ${version}`] ??= { n: 0, sum: 0 });
    count.n += 1;
    count.sum += success;
  }
  return counts;
}

/** The same as it was counted. */
export async function counted(store: TestStore): Promise<Counts> {
  const rollout = await rolloutIn(store);
  const rows = await store.rows(
    "SELECT weight, arm, SUM(n) AS n, SUM(sum) AS sum FROM tallies WHERE metric = 'success' GROUP BY weight, arm",
  );
  return Object.fromEntries(
    (rows as { weight: number; arm: "control" | "candidate"; n: number; sum: number }[]).map(
      ({ weight, arm, n, sum }) => [`${weight.toFixed(9)} ${rollout[arm]}`, { n, sum }],
    ),
  );
}

/**
 * Where units count when they are served, the rows of outcomes do not say alone where one counts: who is served at two weights before an outcome was
 * written counts at the second. What does not add up then, in words: of the units that were served, each is counted once, but for those that were
 * drawn anew and those without an outcome; and no more is good, or bad, at a weight than the rows have.
 */
export async function notAdded(store: TestStore): Promise<string[]> {
  const left = new Map<string, number>();
  const sums = [
    "SELECT weight, arm, SUM(exposed - superseded) AS n FROM arrivals GROUP BY weight, arm",
    "SELECT weight, arm, -SUM(n) AS n FROM tallies WHERE metric = 'success' AND weight > 0 AND weight < 1 GROUP BY weight, arm",
    "SELECT weight, CASE WHEN candidate = 1 THEN 'candidate' ELSE 'control' END AS arm, -COUNT(*) AS n FROM units WHERE look = 0 AND exposed = 1 GROUP BY 1, 2",
  ];
  for (const sum of sums)
    for (const { weight, arm, n } of (await store.rows(sum)) as { weight: number; arm: string; n: number }[])
      left.set(`${weight.toFixed(9)} ${arm}`, (left.get(`${weight.toFixed(9)} ${arm}`) ?? 0) + n);
  return [
    ...[...left].filter(([, n]) => n !== 0).map(([key, n]) => `${key}: ${n} units are served and counted nowhere`),
    ...(await beyondRows(store)),
  ];
}

/** In each arm, what was counted as good and as bad cannot be more than the outcomes of its units that were. */
async function beyondRows(store: TestStore): Promise<string[]> {
  const { candidate } = await rolloutIn(store);
  const rows = (await store.rows(
    `SELECT CASE WHEN version = $1 THEN 'candidate' ELSE 'control' END AS arm, success, COUNT(*) AS n FROM observations WHERE rollout IS NOT NULL GROUP BY 1, 2`,
    candidate,
  )) as { arm: string; success: number; n: number }[];
  const counted = (await store.rows(
    "SELECT arm, SUM(sum) AS good, SUM(n) - SUM(sum) AS bad FROM tallies WHERE metric = 'success' GROUP BY arm",
  )) as { arm: string; good: number; bad: number }[];
  const most = (its: string, is: number) => rows.find(({ arm, success }) => arm === its && success === is)?.n ?? 0;
  return counted
    .filter(({ arm, good, bad }) => good > most(arm, 1) + 1e-6 || bad > most(arm, 0) + 1e-6)
    .map(
      ({ arm, good, bad }) => `${arm}: ${good} good and ${bad} bad are counted, of ${most(arm, 1)} and ${most(arm, 0)}`,
    );
}

/** A rollout as one of an older release: its units count by their outcomes, in the order of the rows, so that they can be counted again. */
export async function asBeforeExposures(store: TestStore): Promise<void> {
  const { seq, plan } = await rolloutIn(store);
  const before = JSON.stringify({ ...plan, exposures: undefined });
  await store.db.updateTable("rollouts").set({ plan: before }).where("seq", "=", seq).execute();
}
