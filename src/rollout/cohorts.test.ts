import { describe, expect, test } from "vitest";
import { boardAt } from "../kill/history.testing.ts";
import { kill } from "../kill/kill.ts";
import { recorderFor } from "../observations/record.ts";
import type { Observation } from "../observations/schema.ts";
import { operate } from "../operations/operate.ts";
import { freeze } from "../operations/freeze.ts";
import { advance } from "../operations/watch.ts";
import { reasonText } from "../report/rollout/reasons.ts";
import { addLook, NO_EVIDENCE, sumsOf } from "./evidence.ts";
import { planOf } from "./plan.ts";
import { bucketOf, isCandidate } from "../serving/assignment.ts";
import { BEGIN, minutesLater as at, PLAN, startedRollout, turnBy } from "../testing/rollout.ts";
import { openTestStore, type TestStore } from "../testing/store.ts";
import { replayRollout } from "./replay.ts";
import { latestRollout, type Rollout } from "./rollouts.store.ts";
import type { RolloutPlan } from "./schema.ts";
import { startRollout } from "./start.ts";
import { rolloutView } from "./view.ts";

const place = { environment: "production", target: "prompts/x" };
const by = { actor: "ada", reason: "for a test" };
const [SUCCESS, ...OTHERS] = PLAN.guardrails;
const STEPS: Partial<RolloutPlan> = {
  steps: [0, 0, 0.5, 1],
  cohorts: [
    { name: "internal", domain: "example.com" },
    { name: "partners", units: ["p1", "p2"] },
  ],
  stepMs: 0,
  stepObservations: 10,
};
const FLOOR = { guardrails: [{ ...SUCCESS!, floor: 0.9 }, ...OTHERS] };

async function begun(plan: Partial<RolloutPlan> = {}) {
  const store = await openTestStore();
  const rollout = await startedRollout(store, { plan: { ...STEPS, ...plan } });
  const recorder = recorderFor(store);
  return {
    store,
    rollout,
    record: (all: readonly Observation[], minutes: number) => recorder.record(place.environment, all, new Date(at(minutes))), // prettier-ignore
    turn: (minutes: number) => advance(store, place, turnBy(store, at(minutes))),
    view: async (minutes: number) => {
      const found = (await latestRollout(store.db, place.environment, place.target))!;
      return rolloutView(store.db, found, { at: at(minutes), held: null });
    },
  };
}

/** So many answers of the candidate to people of a domain, some of them bad. */
function answers(
  count: number,
  minutes: number,
  { bad = 0, people = 3, more = {} }: { bad?: number; people?: number; more?: Partial<Observation> } = {},
) {
  return Array.from({ length: count }, (_, i): Observation => {
    const unit = `s${i % people}@example.com`;
    return { target: place.target, version: "v2", unit, success: i >= bad, at: at(minutes), ...more };
  });
}

/** Everybody else, as they are assigned at a weight. */
function others(
  { id }: Rollout,
  count: number,
  weight: number,
  minutes: number,
  good: (unit: number) => boolean = () => true,
) {
  return Array.from({ length: count }, (_, i): Observation => {
    const unit = `u${i}`;
    const version = isCandidate(bucketOf(id, unit), weight) ? "v2" : "v1";
    return { target: place.target, version, unit, success: good(i), rollout: id, weight, at: at(minutes) };
  });
}

async function replayed(store: TestStore): Promise<string[]> {
  const rollout = (await latestRollout(store.db, place.environment, place.target))!;
  return (await replayRollout(store.db, rollout)).differences;
}

test("a cohort may have the name of what every object has", () => {
  expect(sumsOf(NO_EVIDENCE, "constructor").answers).toBe(0);
  const row = { look: 0, cohort: "constructor", answers: 3, succeeded: 2, units: 1, control: 0 };
  const plan = planOf({ steps: ["constructor", 0.5] }, {}, { constructor: { units: ["ada"] } });
  const { cohorts } = addLook(NO_EVIDENCE, { tallies: [], cohorts: [row] }, plan, { latency: null, cost: null });
  expect(cohorts).toEqual({ constructor: { answers: 3, succeeded: 2, units: 1, control: 0 } });
});

describe("a rollout that begins with cohorts", () => {
  test("goes from one to the next by their answers, and on to the weights, where they stay apart", async () => {
    const guardrails = [{ ...SUCCESS!, margin: 0.3 }];
    const { store, rollout, record, turn, view } = await begun({ guardrails });
    expect(rollout.state).toMatchObject({ phase: "progressing", step: 0, weight: 0 });
    await record([...others(rollout, 200, 0, 1), ...answers(9, 1)], 1);
    expect((await turn(2)).rollout.state.step).toBe(0);
    expect(await view(2)).toMatchObject({
      ...{ cohort: "internal", weight: 0, analysis: { need: { observations: 1 } } },
      cohorts: [
        { name: "internal", answers: 9, rate: 1, units: 3, served: true },
        { name: "partners", answers: 0, rate: null, units: 0, served: false },
      ],
    });
    await record(answers(1, 3, { bad: 1 }), 3);
    expect((await turn(3)).rollout.state).toMatchObject({ step: 1, weight: 0, unitsBefore: 0 });
    await record(answers(10, 4, { more: { unit: "p1" } }), 4);
    expect((await turn(5)).rollout.state).toMatchObject({ step: 2, weight: 0.5, unitsBefore: 0 });
    await record([...others(rollout, 300, 0.5, 6), ...answers(40, 6)], 6);
    const { evidence, state } = (await turn(7)).rollout;
    expect(evidence.exposures.map(({ weight, control, candidate }) => [weight, control + candidate])).toEqual([[0.5, 300]]); // prettier-ignore
    expect(state.phase).toBe("promoting");
    const { cohorts, analysis, history } = await view(8);
    expect(cohorts).toMatchObject([
      { name: "internal", answers: 50, rate: 0.98, units: 3, controlAnswers: 0, served: true },
      { name: "partners", answers: 10, rate: 1, units: 1, served: true },
    ]);
    const success = analysis.guardrails.find(({ name }) => name === "success")!;
    expect(success.control!.n + success.candidate.n).toBe(300);
    expect(history.map(({ cohort, weight }) => cohort ?? weight)).toEqual(["internal", "partners", 0.5, 1]);
    expect(await replayed(store)).toEqual([]);
    const after = await store.column(`SELECT after FROM "auditEvents" WHERE action LIKE 'rollout.%' ORDER BY id`);
    expect(after.map((text) => (JSON.parse(text as string) as { cohort?: string }).cohort)).toEqual(["internal", "partners", undefined, undefined]); // prettier-ignore
  });

  test("what came of them changes no number of the comparison", async () => {
    const compared = async (bad: number | null) => {
      const { rollout, record, turn } = await begun({ steps: [0, 0.5, 1], cohorts: [STEPS.cohorts![0]!] });
      await record(answers(10, 1), 1);
      await turn(2);
      const rest = others(rollout, 150, 0.5, 3, (i) => i % 7 > 0);
      await record(bad === null ? rest : [...rest, ...answers(30, 3, { bad })], 3);
      const { evidence, state } = (await turn(4)).rollout;
      return { metrics: evidence.metrics, exposures: evidence.exposures, units: evidence.candidateUnits, state };
    };
    const without = await compared(null);
    expect(without.units).toBeGreaterThan(50);
    expect(await compared(0)).toEqual(without);
    expect(await compared(30)).toEqual(without);
  });

  test.each<[string, number, number, string]>([
    ["below the floor it goes back", 40, 20, "rolled-back"],
    ["good enough, it goes on", 40, 2, "progressing"],
  ])("%s: its answers are judged without a control", async (_, count, bad, phase) => {
    const { store, record, turn, view } = await begun(FLOOR);
    await record(answers(count, 1, { bad }), 1);
    expect((await turn(2)).rollout.state.phase).toBe(phase);
    const { analysis } = await view(3);
    expect(analysis.guardrails.find(({ name }) => name === "cohorts.floor")).toMatchObject({
      ...{ control: null, candidate: { n: count, rate: 1 - bad / count }, tolerance: 0.9, difference: null },
      verdict: bad === 20 ? "harm" : "undecided",
    });
    const why = analysis.reasons.map(reasonText)[0];
    if (bad === 20)
      expect(why).toBe("cohorts.floor: of the candidate's answers to cohorts 50 % of 40 were good, below 90 % (E 10^6 of 100); not compared with the control"); // prettier-ignore
    expect(await replayed(store)).toEqual([]);
  });

  test("a breach in one answer to a cohort takes it back", async () => {
    const { record, turn } = await begun();
    await record(answers(1, 1, { more: { safe: false, breach: "pii" } }), 1);
    expect((await turn(2)).rollout.state.phase).toBe("rolled-back");
  });

  test("where none of a cohort comes it waits, and says what to do; so it does where only the control answers it", async () => {
    const { rollout, record, turn, view } = await begun();
    await record(others(rollout, 100, 0, 1), 1);
    expect((await turn(6000)).rollout.state).toMatchObject({ phase: "progressing", step: 0 });
    const reasons = async () => (await view(6000)).analysis.reasons.map(reasonText);
    expect(await reasons()).toEqual([expect.stringMatching(/^step 1 of 4 \(cohort internal\) waits for 10 more answers .* none of it came yet: .*canary abort prompts\/x ends it/)]); // prettier-ignore
    await record(answers(3, 2, { more: { unit: "stranger" } }), 2);
    await record(answers(2, 2), 2);
    expect(await reasons()).toContain("3 answers of the candidate to units of no served cohort: some caller does not ask resolve; they are in no count"); // prettier-ignore
    await record(answers(5, 2, { more: { version: "v1" } }), 2);
    expect(await reasons()).toContain("5 answers to cohort internal came from the control: its callers do not ask resolve with these units, or run an older release"); // prettier-ignore
  });

  test("nothing holds a person up at a cohort's step, and what holds the engine holds it there", async () => {
    const { store, record, turn } = await begun({ steps: [0, 0.5, 1], cohorts: [STEPS.cohorts![0]!] });
    await record(answers(10, 1), 1);
    await operate(store, place, "pause", { ...by, at: at(1) });
    expect((await turn(2)).rollout.state).toMatchObject({ phase: "paused", step: 0 });
    await operate(store, place, "resume", { ...by, at: at(3) });
    await freeze(store, { ...by, environment: place.environment, at: at(4), until: at(5) });
    expect((await turn(4)).rollout.state).toMatchObject({ phase: "progressing", step: 0 });
    await kill(boardAt(store.address), { environment: "production", targets: [place.target], ...by });
    expect(await turn(6)).toMatchObject({ rollout: { state: { step: 0 } }, held: { reason: by.reason } });
    await operate(store, place, "abort", { ...by, at: at(7) });
    expect((await turn(8)).rollout.state.phase).toBe("aborted");
    expect(await replayed(store)).toEqual([]);
  });

  test("is started from the settings, and keeps the cohort that it was started with", async () => {
    const { store } = await begun();
    await operate(store, place, "abort", { ...by, at: at(1) });
    const release = { target: place.target, version: "v3", digest: "sha256:3", content: "{}", gitCommit: "0", publishedBy: "ada", publishedAt: BEGIN }; // prettier-ignore
    const cohorts = { internal: { units: ["ada"] } };
    const request = { id: "another", environment: "production", release, at: at(2), ...by, cohorts, admit: () => Promise.resolve({ overridden: [] }) }; // prettier-ignore
    const started = await startRollout(store, { ...request, settings: { steps: ["internal", 0.1] } });
    cohorts.internal.units.push("eve");
    expect(started.plan).toMatchObject({ steps: [0, 0.1], cohorts: [{ name: "internal", units: ["ada"] }] });
    const stored = await latestRollout(store.db, "production", place.target);
    expect(stored?.plan.cohorts).toEqual([{ name: "internal", units: ["ada"] }]);
  });
});
