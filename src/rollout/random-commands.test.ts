import { expect, test } from "vitest";
import { ALL_CASES, few } from "../testing/engine.ts";
import { AgentopsError } from "../core/errors.ts";
import { operatorLocks } from "../state/locks.ts";
import { BEGIN, minutesLater, promoted, turnBy } from "../testing/rollout.ts";
import { seeded } from "../testing/seeded.ts";
import { openTestStore, type TestStore } from "../testing/store.ts";
import { heldBy } from "../kill/held.ts";
import { boardAt } from "../kill/history.testing.ts";
import { kill } from "../kill/kill.ts";
import { revive } from "../kill/revive.ts";
import { recorderFor } from "../observations/record.ts";
import { bucketOf, isCandidate } from "../serving/assignment.ts";
import { currentStable, stablesOf } from "../serving/serving.store.ts";
import { advance } from "../operations/watch.ts";
import { cohortAt, isOver } from "./state.ts";
import { operate } from "../operations/operate.ts";
import { replayRollout } from "./replay.ts";
import { latestRollout, openRollout, rolloutsOf, transitionsOf } from "./rollouts.store.ts";
import { PHASES } from "./schema.ts";
import { startRollout } from "./start.ts";
import { transition } from "./transition.ts";

const target = "prompts/x";
const environment = "production";
const place = { environment, target };

const phasesSeen = new Set<string>();

/** Everything that must hold of a store at any moment. */
async function check(store: TestStore, what: string): Promise<void> {
  const { db } = store;
  const rollouts = await rolloutsOf(db, environment, target);
  const written: number[] = [];
  for (const rollout of rollouts) {
    const { state } = rollout;
    expect(state.weight >= 0 && state.weight <= 1, what).toBe(true);
    expect(rollout.endedAt !== null, what).toBe(isOver(state.phase));
    const transitions = await transitionsOf(db, rollout.seq);
    written.push(...transitions.map(({ auditEvent }) => auditEvent));
    expect(transitions.map(({ seq }) => seq), what).toEqual(transitions.map((_, i) => i + 1));
    const breached = await store.value("SELECT COUNT(*) FROM breaches WHERE rollout = $1", rollout.seq);
    if (breached > 0) expect(state.phase, what).not.toBe("promoted");
    expect((await replayRollout(db, rollout)).differences, what).toEqual([]);
  }
  const events = await store.column(`SELECT id FROM "auditEvents" WHERE action LIKE 'rollout.%' ORDER BY id`);
  expect(written.sort((a, b) => a - b), what).toEqual(events);
  const last = (await stablesOf(db, environment, target)).at(-1);
  expect(await currentStable(db, environment, target), what).toEqual(last);
} // prettier-ignore

/** Only what a person could not have known is refused: exit 5. */
async function attempt(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof AgentopsError) || !["CONCURRENT_CHANGE", "POLICY_REFUSED"].includes(error.code)) throw error;
  }
}

test.each(
  few(
    Array.from({ length: 16 }, (_, i) => i + 1),
    1,
  ),
)("random commands and traffic, seed %i", async (seed) => {
  const random = seeded(seed);
  const store = await openTestStore();
  const { db, address } = store;
  const [board, recorder] = [boardAt(address), recorderFor(store)];
  await promoted(store, { version: "v1" });
  let [minutes, version, units] = [0, 1, 0];
  const at = () => minutesLater(minutes);
  const start = () => {
    version += 1;
    return startRollout(store, {
      id: `seed ${seed}, v${version}`,
      environment,
      release: { target, version: `v${version}`, digest: `sha256:${version}`, content: "{}", gitCommit: "0", publishedBy: "ada", publishedAt: BEGIN }, // prettier-ignore
      settings: {
        steps: random() < 0.4 ? ["few", 0.1, 0.5, 1] : [0.1, 0.5, 1],
        stepTime: "10m",
        stepObservations: 5,
        deadline: "12h",
        manual: random() < 0.3,
        shadow: random() < 0.3,
        guardrails: { success: { margin: 0.2, floor: 0 }, safety: { margin: 0.3, critical: "any" } },
      },
      fast: true,
      cohorts: { few: { units: ["u1", "u2", "u3", "u4", "u5"] } },
      at: at(),
      actor: "ada",
      reason: "random",
      admit: () => Promise.resolve({ overridden: [] }),
    });
  };
  const observe = async (count: number, breach: boolean) => {
    const rollout = await openRollout(db, environment, target);
    const stable = (await currentStable(db, environment, target))?.version ?? "v1";
    const { weight = 0, phase = "promoted" } = rollout?.state ?? {};
    const lines = Array.from({ length: count }, (_, i) => {
      const unit = `u${random() < 0.3 ? Math.floor(random() * 50) : (units += 1)}`;
      const named =
        cohortAt(rollout?.state ?? { phase: "promoted", step: 0, pausedFrom: null }, rollout?.plan ?? {}) !== null;
      const served =
        rollout !== undefined && ((named && /^u[1-5]$/.test(unit)) || isCandidate(bucketOf(rollout.id, unit), weight));
      const shadow = phase === "shadow" && random() < 0.5;
      const unsafe = breach && i === count - 1;
      const candidate = rollout !== undefined && (served || shadow || unsafe);
      return { target, version: candidate ? rollout.candidate : stable, unit, success: random() < 0.95, safe: !unsafe, shadow, at: at() }; // prettier-ignore
    });
    await recorder.record(environment, lines, new Date(at()));
  };
  for (let step = 0; step < 150; step++) {
    minutes += Math.floor(random() * 30);
    const before = await openRollout(db, environment, target);
    const killed = await heldBy(db, address.markers, place);
    const choice = random();
    const by = { actor: random() < 0.5 ? "ada" : "bob", reason: "random" };
    if (choice < 0.3) await observe(Math.floor(random() * 120), false);
    else if (choice < 0.31) await observe(3, true);
    else if (choice < 0.7) {
      if (before !== undefined) await advance(store, place, turnBy(store, at()));
    } else if (choice < 0.76) {
      const latest = await latestRollout(db, environment, target);
      if (latest !== undefined && random() < 0.2) {
        const back = { type: "rollback", at: at() } as const;
        await store.inTransaction((tx) => transition(tx, latest, back, by), operatorLocks(place));
      }
    } else if (choice < 0.9) {
      const operation = (["pause", "resume", "resume", "approve", "approve", "approve"] as const)[Math.floor(random() * 6)] ?? "resume"; // prettier-ignore
      if (before !== undefined) await attempt(() => operate(store, place, operation, { ...by, at: at() }));
    } else if (choice < 0.92) await kill(board, { environment, targets: [target], ...by });
    else if (choice < 0.96) await revive(board, { environment, targets: [target], ...by });
    else await attempt(start);
    const after = await openRollout(db, environment, target);
    const what = `seed ${seed}, step ${step}, choice ${choice}`;
    if (killed !== null && before?.id === after?.id && before !== undefined && after !== undefined && choice < 0.7)
      expect(after.state.weight, what).toBeLessThanOrEqual(before.state.weight);
    if (step % 10 === 0) await check(store, what);
  }
  await check(store, `seed ${seed} at the end`);
  for (const { seq } of await rolloutsOf(db, environment, target))
    for (const { phase } of await transitionsOf(db, seq)) phasesSeen.add(phase);
});

test.runIf(ALL_CASES)("and they got everywhere", () => {
  const without = PHASES.filter((phase) => !phasesSeen.has(phase));
  // Only an assignment that is broken makes a rollout invalid, and the first event leaves pending behind.
  expect(without.filter((phase) => phase !== "pending" && phase !== "invalid" && phase !== "aborted")).toEqual([]);
});
