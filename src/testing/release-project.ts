import { cpSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { loadProject } from "../core/project.ts";
import { publish } from "../registry/publish/publish.ts";
import { recordObservations } from "../observations/record.ts";
import { latestRollout, type Rollout, transitionsOf } from "../rollout/rollouts.store.ts";
import { bucketOf, isCandidate } from "../serving/assignment.ts";
import { currentStable, stablesOf } from "../serving/serving.store.ts";
import type { Sqlite } from "../state/connection.ts";
import { agentops, cleanEnv, copyOfMade, put, sampleRepository, tempProject } from "./project.ts";
import { withStore } from "./store.ts";

export const TARGET = "prompts/support-triage";
const ENVIRONMENT = "production";

/** Steps that need no waiting, and proof that 200 good outcomes give. */
const QUICK = `project: drill
models: { offline: { kind: offline } }
policy: { production: { evidence: false } }
rollout:
  steps: [0.2, 0.5, 1]
  stepTime: 0ms
  stepObservations: 10
  guardrails: { success: { margin: 0.3, floor: 0.5 }, safety: { margin: 0.4 } }
`;

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
export function arrive(
  store: string,
  count: number,
  good: { control: (unit: number) => boolean; candidate: (unit: number) => boolean },
): void {
  withStore(store, (sqlite) => {
    const { id, state, candidate, control } = rolloutIn(sqlite);
    const now = new Date();
    const before = sqlite.prepare<[], number>("SELECT COUNT(*) FROM observations").pluck().get() ?? 0;
    const lines = Array.from({ length: count }, (_, i) => {
      const unit = `u${before + i}`;
      const served = isCandidate(bucketOf(id, unit), state.weight);
      const outcome = { success: served ? good.candidate(i) : good.control(i), safe: true, at: now.toISOString() };
      return { target: TARGET, version: served ? candidate : control, unit, ...outcome };
    });
    recordObservations(sqlite, ENVIRONMENT, lines, now);
  });
}

export function rolloutIn(sqlite: Sqlite): Rollout {
  return latestRollout(sqlite, ENVIRONMENT, TARGET) as Rollout;
}

/** Where a store got to, without what differs from run to run: times and ids. */
export function outcomeOf(sqlite: Sqlite) {
  const rollout = latestRollout(sqlite, ENVIRONMENT, TARGET);
  const events = rollout === undefined ? [] : transitionsOf(sqlite, rollout.seq);
  return {
    rollouts: sqlite.prepare("SELECT COUNT(*) FROM rollouts").pluck().get(),
    state: rollout && { phase: rollout.state.phase, step: rollout.state.step, weight: rollout.state.weight },
    looks: rollout?.look,
    history: events.map(({ event, phase, weight }) => `${(JSON.parse(event) as { type: string }).type} ${phase} ${weight}`),
    stable: currentStable(sqlite, ENVIRONMENT, TARGET)?.version,
    stables: stablesOf(sqlite, ENVIRONMENT, TARGET).map(({ how, version }) => `${how} ${version}`),
    actions: sqlite.prepare("SELECT action FROM auditEvents ORDER BY id").pluck().all(),
    releases: sqlite.prepare("SELECT version FROM releases ORDER BY 1").pluck().all(),
  }; // prettier-ignore
}
