import { expect, test } from "vitest";
import { AgentopsError } from "../core/errors.ts";
import type { Sqlite } from "../state/connection.ts";
import { BEGIN, minutesLater, promoted, turnBy } from "../testing/rollout.ts";
import { seeded } from "../testing/seeded.ts";
import { openTestStore } from "../testing/store.ts";
import { heldBy } from "../kill/held.ts";
import { boardAt } from "../kill/history.testing.ts";
import { kill } from "../kill/kill.ts";
import { revive } from "../kill/revive.ts";
import { recordObservations } from "../observations/record.ts";
import { bucketOf, isCandidate } from "../serving/assignment.ts";
import { currentStable, stablesOf } from "../serving/serving.store.ts";
import { advance } from "../operations/watch.ts";
import { isOver } from "./next.ts";
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
function check(sqlite: Sqlite, what: string): void {
  const rollouts = rolloutsOf(sqlite, environment, target);
  const transitions = rollouts.flatMap(({ seq }) => transitionsOf(sqlite, seq));
  const events = sqlite.prepare("SELECT id, action FROM auditEvents").all() as { id: number; action: string }[];
  const ofRollouts = events.filter(({ action }) => action.startsWith("rollout."));
  expect(transitions.map(({ auditEvent }) => auditEvent).sort((a, b) => a - b), what).toEqual(ofRollouts.map(({ id }) => id));
  for (const rollout of rollouts) {
    const { state } = rollout;
    expect(state.weight >= 0 && state.weight <= 1, what).toBe(true);
    expect(rollout.endedAt !== null, what).toBe(isOver(state.phase));
    expect(transitionsOf(sqlite, rollout.seq).map(({ seq }) => seq), what).toEqual(transitionsOf(sqlite, rollout.seq).map((_, i) => i + 1));
    const breached = sqlite.prepare("SELECT COUNT(*) FROM breaches WHERE rollout = ?").pluck().get(rollout.seq) as number;
    if (breached > 0) expect(state.phase, what).not.toBe("promoted");
    expect(replayRollout(sqlite, rollout).differences, what).toEqual([]);
  }
  const last = stablesOf(sqlite, environment, target).at(-1);
  expect(currentStable(sqlite, environment, target), what).toEqual(last);
} // prettier-ignore

/** Only what a person could not have known is refused: exit 5. */
function attempt(work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof AgentopsError) || !["CONCURRENT_CHANGE", "POLICY_REFUSED"].includes(error.code)) throw error;
  }
}

test.each(Array.from({ length: 16 }, (_, i) => i + 1))("random commands and traffic, seed %i", (seed) => {
  const random = seeded(seed);
  const { file: store, sqlite } = openTestStore();
  const board = boardAt(store);
  promoted(sqlite, { version: "v1" });
  let [minutes, version, units] = [0, 1, 0];
  const at = () => minutesLater(minutes);
  const start = () => {
    version += 1;
    startRollout(sqlite, {
      id: `seed ${seed}, v${version}`,
      environment,
      release: { target, version: `v${version}`, digest: `sha256:${version}`, content: "{}", gitCommit: "0", publishedBy: "ada", publishedAt: BEGIN }, // prettier-ignore
      settings: {
        steps: [0.1, 0.5, 1],
        stepTime: "10m",
        stepObservations: 5,
        deadline: "12h",
        manual: random() < 0.3,
        shadow: random() < 0.3,
        guardrails: { success: { margin: 0.2, floor: 0 }, safety: { margin: 0.3 } },
      },
      at: at(),
      actor: "ada",
      reason: "random",
      admit: () => ({ overridden: [] }),
    });
  };
  const observe = (count: number, breach: boolean) => {
    const rollout = openRollout(sqlite, environment, target);
    const { weight = 0, phase = "promoted" } = rollout?.state ?? {};
    const lines = Array.from({ length: count }, (_, i) => {
      const unit = `u${random() < 0.3 ? Math.floor(random() * 50) : (units += 1)}`;
      const served = rollout !== undefined && isCandidate(bucketOf(rollout.id, unit), weight);
      const shadow = phase === "shadow" && random() < 0.5;
      const unsafe = breach && i === count - 1;
      const candidate = rollout !== undefined && (served || shadow || unsafe);
      const stable = currentStable(sqlite, environment, target)?.version ?? "v1";
      return { target, version: candidate ? rollout.candidate : stable, unit, success: random() < 0.95, safe: !unsafe, shadow, at: at() }; // prettier-ignore
    });
    recordObservations(sqlite, environment, lines, new Date(at()));
  };
  for (let step = 0; step < 150; step++) {
    minutes += Math.floor(random() * 30);
    const before = openRollout(sqlite, environment, target);
    const killed = heldBy(sqlite, store, place);
    const choice = random();
    const by = { actor: random() < 0.5 ? "ada" : "bob", reason: "random" };
    if (choice < 0.3) observe(Math.floor(random() * 120), false);
    else if (choice < 0.31) observe(3, true);
    else if (choice < 0.7) {
      if (before !== undefined) advance(sqlite, place, turnBy(store, at()));
    } else if (choice < 0.76) {
      const latest = latestRollout(sqlite, environment, target);
      if (latest !== undefined && random() < 0.2) {
        sqlite.transaction(() => transition(sqlite, latest, { type: "rollback", at: at() }, by)).immediate();
      }
    } else if (choice < 0.9) {
      const operation = (["pause", "resume", "resume", "approve", "approve", "approve"] as const)[Math.floor(random() * 6)] ?? "resume"; // prettier-ignore
      if (before !== undefined) attempt(() => void operate(sqlite, place, operation, { ...by, at: at() }));
    } else if (choice < 0.92) kill(board, { environment, targets: [target], ...by });
    else if (choice < 0.96) revive(board, { environment, targets: [target], ...by });
    else attempt(start);
    const after = openRollout(sqlite, environment, target);
    const what = `seed ${seed}, step ${step}, choice ${choice}`;
    if (killed !== null && before?.id === after?.id && before !== undefined && after !== undefined && choice < 0.7)
      expect(after.state.weight, what).toBeLessThanOrEqual(before.state.weight);
    if (step % 10 === 0) check(sqlite, what);
  }
  check(sqlite, `seed ${seed} at the end`);
  for (const { seq } of rolloutsOf(sqlite, environment, target))
    for (const { phase } of transitionsOf(sqlite, seq)) phasesSeen.add(phase);
});

test("and they got everywhere", () => {
  const without = PHASES.filter((phase) => !phasesSeen.has(phase));
  // Only an assignment that is broken makes a rollout invalid, and the first event leaves pending behind.
  expect(without.filter((phase) => phase !== "pending" && phase !== "invalid" && phase !== "aborted")).toEqual([]);
});
