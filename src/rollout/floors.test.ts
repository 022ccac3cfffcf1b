import { describe, expect, test } from "vitest";
import { recorderFor } from "../observations/record.ts";
import { advance } from "../operations/watch.ts";
import { reasonText } from "../report/rollout/reasons.ts";
import { type Counted, countedRollout } from "../testing/counted-rollout.ts";
import { ENGINE } from "../testing/engine.ts";
import { seeded } from "../testing/seeded.ts";
import { BEGIN, minutesLater as at, promoted, turnBy } from "../testing/rollout.ts";
import { openTestStore, type TestStore } from "../testing/store.ts";
import { addLook, NO_EVIDENCE, type TallyRow } from "./evidence.ts";
import { floorOf, inForce, isOutOfReach } from "./floors.ts";
import { judge } from "./judge.ts";
import { planOf, type Priors } from "./plan.ts";
import { replayRollout } from "./replay.ts";
import { latestRollout } from "./rollouts.store.ts";
import type { RolloutPlan } from "./schema.ts";
import { startRollout } from "./start.ts";
import { rolloutView } from "./view.ts";

const NO_CAPS = { latency: null, cost: null };
const known = (rate: number, n = 2000): Priors => ({ success: rate, successes: { n, good: Math.round(rate * n) } });
const successOf = (plan: RolloutPlan) => plan.guardrails.find(({ name }) => name === "success")!;
const AS_WRITTEN = { guardrails: { success: { floor: { absolute: 0.9 } } } };

describe("the floor in force", () => {
  test.each<[string, Priors, { n: number; sum: number } | undefined, number | null]>([
    ["nothing known: it waits", {}, undefined, null],
    ["fewer than fifty of the control: it waits", {}, { n: 49, sum: 49 }, null],
    ["a control well above it: as configured", known(0.97), undefined, 0.9],
    ["a control below it: the lower bound less the margin", known(0.8), undefined, 0.7351],
    ["the control of the rollout says more than its history", known(0.95), { n: 4000, sum: 2800 }, 0.6417],
    ["a few of it do not", known(0.97), { n: 40, sum: 4 }, 0.9],
    ["a control that leaves nothing", known(0.03, 100), undefined, null],
  ])("%s", (_, priors, counted, expected) => {
    const found = inForce(successOf(planOf({}, priors)), counted && { harm: { control: counted } });
    if (expected === null) expect(found).toBeNull();
    else expect(found).toBeCloseTo(expected, 3);
  });

  test("as written it is whatever the control does, and said to be out of reach where it is", () => {
    const plan = planOf(AS_WRITTEN, known(0.8));
    expect(inForce(successOf(plan), { harm: { control: { n: 4000, sum: 400 } } })).toBe(0.9);
    expect(successOf(plan)).not.toHaveProperty("capped");
    const reach = (priors: Priors, settings = {}) =>
      isOutOfReach(floorOf(planOf(settings, priors).guardrails, undefined)!);
    expect([reach(known(0.8), AS_WRITTEN), reach(known(0.89), AS_WRITTEN), reach({}, AS_WRITTEN), reach(known(0.8))]).toEqual([true, false, false, false]); // prettier-ignore
  });

  test("of a control that fell since the first step it is what the last one says", () => {
    const [all, latest] = [
      { n: 4000, sum: 3800 },
      { n: 1000, sum: 800 },
    ];
    expect(inForce(successOf(planOf({})), { harm: { control: all }, latest })).toBeCloseTo(0.7212, 4);
    expect(inForce(successOf(planOf({})), { harm: { control: all }, latest: { n: 49, sum: 0 } })).toBe(0.9);
  });

  test("0 asks for none, in either spelling", () => {
    for (const floor of [0, { absolute: 0 }]) {
      const plan = planOf({ guardrails: { success: { floor } } }, known(0.8));
      expect(successOf(plan)).toMatchObject({ floor: null });
      expect(floorOf(plan.guardrails, undefined)).toBeNull();
    }
  });
});

describe("a plan from before", () => {
  const { name, tolerance, margin, mde, prior, required, floor } = successOf(planOf({}, known(0.8)));
  const success = { name, tolerance, margin, mde, prior, required, floor };
  const plan: RolloutPlan = { ...planOf({}), guardrails: [success], critical: "any" };
  const row = (arm: TallyRow["arm"], n: number, sum: number): TallyRow => {
    return { look: 1, weight: 0.5, arm, metric: "success", n, sum, squares: sum };
  };

  test("has its floor as written, bet on at every weight", () => {
    const tallies = [row("candidate", 400, 320), row("control", 400, 320)];
    const evidence = addLook(NO_EVIDENCE, { tallies, cohorts: [] }, plan, NO_CAPS);
    const judged = judge({ plan, caps: NO_CAPS, evidence, breaches: [] });
    expect(judged.verdict).toBe("rollback");
    const found = judged.guardrails.find((guardrail) => guardrail.name === "success.floor")!;
    expect(found).toMatchObject({ tolerance: 0.9, verdict: "harm" });
    expect([found.peaks.harm, found.configured]).toEqual([expect.closeTo(16.178399, 6), undefined]);
    expect(evidence.metrics.success).not.toHaveProperty("alone");
  });

  test("ends at one breach of any kind", () => {
    const seen = { plan, caps: NO_CAPS, evidence: NO_EVIDENCE, breaches: [{ observation: 1, kind: "tone" }] };
    expect(judge(seen).verdict).toBe("rollback");
    expect(judge({ ...seen, plan: planOf({}) }).verdict).toBe("continue");
  });
});

/** No store, so no engine. */
describe.runIf(ENGINE === "sqlite")("on counts alone, twenty rollouts each", () => {
  const ramp = [{ weight: 0.05, arrivals: 2000 }, { weight: 0.5, arrivals: 2000 }, { weight: 1, arrivals: 1000 }]; // prettier-ignore
  const back = (world: Omit<Counted, "control" | "candidate">, control: number, candidate: number) => {
    const random = seeded(7);
    const of = (rate: number) => () => ({ success: rate });
    const runs = Array.from({ length: 20 }, () => countedRollout({ ...world, control: of(control), candidate: of(candidate) }, random)); // prettier-ignore
    return runs.filter(({ verdict }) => verdict === "rollback").length;
  };
  const staff = { settings: { steps: ["staff", 0.5, 1] }, cohorts: { staff: { domain: "x.org" } }, stretches: [{ weight: "staff", arrivals: 1000 }] }; // prettier-ignore
  const history = known(0.8).successes!;
  test.each<[string, Omit<Counted, "control" | "candidate">, [number, number], number]>([
    ["equal at 80 %", { history, stretches: ramp }, [0.8, 0.8], 0],
    ["equal at 80 %, nothing known before", { stretches: ramp }, [0.8, 0.8], 0],
    ["80 → 86 %", { history, stretches: ramp }, [0.8, 0.86], 0],
    ["95 → 85 %", { stretches: ramp }, [0.95, 0.85], 20],
    ["equal at 80 %, 90 % as written", { settings: AS_WRITTEN, history, stretches: ramp }, [0.8, 0.8], 20],
    ["a cohort at 80 %, like the control", { ...staff, history }, [0.8, 0.8], 0],
    ["a cohort at 50 %, against 80", { ...staff, history }, [0.8, 0.5], 20],
    ["a cohort at 50 %, and nothing known of the control", staff, [0.8, 0.5], 0],
  ])("%s", (_, world, [control, candidate], expected) => expect(back(world, control, candidate)).toBe(expected)); // prettier-ignore
});

describe("through the store", () => {
  const place = { environment: "production", target: "prompts/x" };
  const record = (store: TestStore, version: string, n: number, good: number, minutes: number, more = {}) => {
    const lines = Array.from({ length: n }, (_, i) => {
      return { target: place.target, version, unit: `${version}-${minutes}-${i}`, success: i % n < good, at: at(minutes), ...more };
    }); // prettier-ignore
    return recorderFor(store).record(place.environment, lines, new Date(at(minutes)));
  };

  async function begun(store: TestStore, settings = {}, history: [number, number] = [1000, 800]) {
    await promoted(store, { version: "v1" });
    await record(store, "v1", ...history, 0);
    const release = { target: place.target, version: "v2", digest: "sha256:2", content: "{}", gitCommit: "2".repeat(40), publishedBy: "ada", publishedAt: BEGIN }; // prettier-ignore
    const rest = { at: at(1), actor: "ada", reason: "for a test", admit: () => Promise.resolve({ overridden: [] }) };
    return startRollout(store, { id: "r1", environment: "production", release, settings, ...rest });
  }

  async function shown(store: TestStore, minutes: number) {
    const found = (await latestRollout(store.db, place.environment, place.target))!;
    return rolloutView(store.db, found, { at: at(minutes), held: null });
  }

  const shadow = { shadow: { time: "1h", observations: 500 } };

  test("copies are judged by what the control had before the start, and decided again the same", async () => {
    const store = await openTestStore();
    const { plan } = await begun(store, shadow);
    expect(successOf(plan)).toMatchObject({ floor: 0.9, capped: true, history: { n: 1000, good: 800 } });
    await record(store, "v2", 200, 160, 2, { shadow: true });
    expect((await advance(store, place, turnBy(store, at(3)))).rollout.state.phase).toBe("shadow");
    const before = await shown(store, 3);
    expect(before.floor).toMatchObject({ configured: 0.9, capped: true, inForce: expect.closeTo(0.7212, 4), control: { n: 1000, rate: 0.8 } }); // prettier-ignore
    await record(store, "v2", 300, 90, 4, { shadow: true });
    const { rollout, judged } = await advance(store, place, turnBy(store, at(5)));
    expect([rollout.state.phase, judged.guardrails.filter(({ verdict }) => verdict === "harm").map(({ name }) => name)]).toEqual(["rolled-back", ["success.floor"]]); // prettier-ignore
    const reasons = (await shown(store, 6)).analysis.reasons.map(reasonText);
    expect(reasons[0]).toMatch(
      /^success\.floor: the candidate has 50 % of 500, below 72\.1 %, what the control leaves of 90 % \(E /,
    );
    expect((await replayRollout(store.db, rollout)).differences).toEqual([]);
  });

  test("it waits where nothing is known of the control, and says so", async () => {
    const store = await openTestStore();
    await begun(store, shadow, [20, 16]);
    await record(store, "v2", 200, 100, 2, { shadow: true });
    expect((await advance(store, place, turnBy(store, at(3)))).rollout.state.phase).toBe("shadow");
    const { floor, analysis } = await shown(store, 3);
    expect(floor).toMatchObject({ configured: 0.9, inForce: null, control: null });
    expect(analysis.reasons.map(reasonText)).toContain("the floor of success (90 %) waits: fewer than 50 outcomes of the control are known; { absolute: 0.9 } waits for none"); // prettier-ignore
    expect(analysis.guardrails.map(({ name }) => name)).not.toContain("success.floor");
  });

  test("one as written that the control does not reach is said at the start, and holds", async () => {
    const store = await openTestStore();
    await begun(store, { ...AS_WRITTEN, ...shadow });
    const { analysis } = await shown(store, 1);
    expect(analysis.reasons.map(reasonText)).toContainEqual(expect.stringMatching(/^the floor of 90 % is above what the control reaches \(80 % \[75\.1 %, 84\.4 %\]\)/)); // prettier-ignore
    await record(store, "v2", 300, 240, 2, { shadow: true });
    expect((await advance(store, place, turnBy(store, at(3)))).rollout.state.phase).toBe("rolled-back");
  });
});
