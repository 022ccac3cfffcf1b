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

/**
 * By weight and arm, what does not add up: of units that were served, less those that were drawn anew before their outcome was known and those
 * without one, each must be counted once. Empty where all of it does.
 */
export async function notAdded(store: TestStore): Promise<Record<string, number>> {
  const left: Record<string, number> = {};
  const sums = [
    "SELECT weight, arm, SUM(exposed - superseded) AS n FROM arrivals GROUP BY weight, arm",
    "SELECT weight, arm, -SUM(n) AS n FROM tallies WHERE metric = 'success' AND weight > 0 AND weight < 1 GROUP BY weight, arm",
    "SELECT weight, CASE WHEN candidate = 1 THEN 'candidate' ELSE 'control' END AS arm, -COUNT(*) AS n FROM units WHERE look = 0 AND exposed = 1 GROUP BY 1, 2",
  ];
  for (const sum of sums)
    for (const { weight, arm, n } of (await store.rows(sum)) as { weight: number; arm: string; n: number }[])
      left[`${weight.toFixed(9)} ${arm}`] = (left[`${weight.toFixed(9)} ${arm}`] ?? 0) + n;
  return Object.fromEntries(Object.entries(left).filter(([, n]) => n !== 0));
}
