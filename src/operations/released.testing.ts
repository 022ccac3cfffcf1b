import { cp, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "../core/clock.ts";
import { publish } from "../registry/publish/publish.ts";
import { CONFIG, gitProject, projectIn, promptText } from "../registry/temp-project.testing.ts";
import { reasonText } from "../report/rollout/reasons.ts";
import { NO_EVIDENCE } from "../rollout/evidence.ts";
import { next } from "../rollout/next.ts";
import { pendingState } from "../rollout/state.ts";
import { insertRollout } from "../rollout/rollouts.store.ts";
import type { RolloutPlan } from "../rollout/schema.ts";
import { keepRelease, prepareRelease } from "../serving/release.ts";
import { currentStable } from "../serving/serving.store.ts";
import { copyOfMade, tempProject } from "../testing/project.ts";
import { openTestRuns, openTestStore } from "../testing/store.ts";
import { operate, type Operation } from "./operate.ts";
import { promote, type PromoteOrder } from "./promote.ts";
import { rollback, type RollbackOrder } from "./rollback.ts";
import { type CanaryOrder, startCanary } from "./start-canary.ts";

export const PLAN: RolloutPlan = {
  ...{
    steps: [0.1, 0.5],
    stepMs: 0,
    stepObservations: 0,
    deadlineMs: 1e9,
    shadow: null,
    manual: false,
    proof: "promotion",
  },
  ...{ alpha: 0.05, safeAlpha: 0.05, guardrails: [], critical: "any", caps: { latency: null, cost: null } },
};
export const TARGET = "prompts/triage";
export const PLACE = { environment: "production", target: TARGET };

/** Made once for each list of contents: publishing is what takes time. */
async function seedOf(contents: readonly number[]): Promise<string> {
  const temp = await gitProject({ "agentops.config.yaml": CONFIG });
  for (const n of contents) {
    await temp.write("prompts/triage.prompt.yml", promptText("triage", `Route {{ticket}}, ${n}.`));
    await publish(temp.project, { names: [], push: false });
  }
  // That folder goes with the tests of the file that made it.
  const kept = tempProject();
  await cp(temp.root, kept, { recursive: true });
  return kept;
}

/** A project whose prompt has some versions (`contents`: equal numbers are equal contents), its store, and the commands on both; every event is a second later. */
export async function released({
  versions = 3,
  contents = Array.from({ length: versions }, (_, i) => i + 1),
  policy = "evidence: false",
  rollout = "optional",
  more = "",
  waitMs = 5000,
} = {}) {
  const root = await copyOfMade(`released ${String(contents)}`, () => seedOf(contents));
  await writeFile(
    join(root, "agentops.config.yaml"),
    `${CONFIG}policy: { production: { rollout: ${rollout}, ${policy} } }\n${more}`,
  );
  const temp = await projectIn(root);
  let now = Date.parse("2026-11-21T10:00:00.000Z");
  const clock: Clock = { now: () => new Date((now += 1000)), monotonicMs: () => now };
  const store = await openTestStore({ waitMs });
  const context = { project: temp.project, store, runs: openTestRuns(), clock };
  const up = (ref: string, order: Partial<PromoteOrder> = {}) =>
    promote(
      { ...context, say: reasonText },
      { ref, environment: "production", actor: "bob", reason: "it is time", override: false, ...order },
    );
  const back = (order: Partial<RollbackOrder> = {}) => {
    const typed = { name: "triage", environment: null, to: undefined, from: undefined, actor: "eve", reason: "rude" };
    return rollback({ store, clock }, { ...typed, ...order });
  };
  const start = (ref: string, order: Partial<CanaryOrder> = {}) => {
    const typed = { ref, environment: "production", actor: "bob", reason: undefined, override: false, settings: {} };
    return startCanary(context, { ...typed, unobserved: true, ...order });
  };
  const operated = (operation: Operation, actor = "eve") =>
    operate(store, PLACE, operation, { at: clock.now().toISOString(), actor, reason: "looks bad" });
  const served = async () => (await currentStable(store.db, "production", TARGET))?.version;
  const roll = async (candidate: string, id = `to-${candidate}`) => {
    const at = clock.now().toISOString();
    const prepared = await prepareRelease(temp.project, `triage@${candidate}`, "promote");
    const state = next(pendingState(at, PLAN), { type: "start", at }, PLAN);
    const versions = { control: (await served()) ?? "", candidate };
    const rollout = {
      id,
      environment: "production",
      target: TARGET,
      ...versions,
      plan: PLAN,
      state,
    };
    const counted = { look: 1, evidence: NO_EVIDENCE, caps: { latency: null, cost: null } };
    await store.inTransaction(async (tx) => {
      await keepRelease(tx, prepared, at);
      await insertRollout(tx, { ...rollout, ...counted, createdAt: at, endedAt: null });
    });
  };
  const counts = async () => {
    const sql = `SELECT (SELECT COUNT(*) FROM "auditEvents") AS events, (SELECT COUNT(*) FROM stables) AS stables`;
    return (await store.rows(sql))[0];
  };
  const after = async (id: string) => {
    const phase = await store.value("SELECT phase FROM rollouts WHERE id = $1", id);
    return [phase, await served(), await counts()];
  };
  /** Time goes by. */
  const wait = (ms: number) => Promise.resolve(void (now += ms));
  return { ...temp, store, clock, wait, context, up, back, start, operated, served, roll, counts, after };
}
