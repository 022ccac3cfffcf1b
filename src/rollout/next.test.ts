import { describe, expect, test } from "vitest";
import { minutesLater as at, PLAN } from "../testing/rollout.ts";
import { seeded } from "../testing/seeded.ts";
import { next } from "./next.ts";
import { isOver, type Look, pendingState, type RolloutEvent, type RolloutState } from "./state.ts";
import { PHASES, type RolloutPlan } from "./schema.ts";

const HOUR = 60;
const DAY = { trafficMs: 864e5 };
const plan: RolloutPlan = { ...PLAN, steps: [0.05, 0.5, 1], stepMs: HOUR * 60_000, stepObservations: 50 };

const COHORTS: Partial<RolloutPlan> = {
  steps: [0, 0, 0.05, 0.5, 1],
  cohorts: [
    { name: "internal", domain: "example.com" },
    { name: "partners", units: ["p1"] },
  ],
};

type Expected = { [key in keyof RolloutState]?: RolloutState[key] | undefined };
type Moment = [minutes: number, type: RolloutEvent["type"], more?: Partial<Look> & { accepts?: string[] }];
const EXTRA = { extraMs: 3_600_000 };
const IDLE = { idleMs: 172_800_000 };
const OTHER = { unproven: { required: [], other: ["latency"] } };
const REQUIRED = { unproven: { required: ["cost"], other: [] } };
const PAUSE = { harmed: { pause: ["latency"], tell: [] } };
const TELL = { harmed: { pause: [], tell: ["cost"] } };

function run(moments: readonly Moment[], of: RolloutPlan = plan): RolloutState {
  return moments.reduce<RolloutState>(
    (state, [minutes, type, look]) => {
      const fields = type === "look" ? { verdict: "continue" as const, units: 0, held: null, ...look } : (look ?? {});
      return next(state, { at: at(minutes), type, ...fields } as RolloutEvent, of);
    },
    pendingState(at(0), of),
  );
}

const start: Moment = [0, "start"];
const look = (minutes: number, units: number, more: Partial<Look> = {}): Moment => [
  minutes,
  "look",
  { units, ...more },
];
const safe = { verdict: "promote" } as const;
/** To the first step after the control is split in half, and to 100 %. */
const toHalf = [start, look(60, 50)];
const toAll = [...toHalf, look(120, 100, safe)];
const toEnd = [...toAll, look(180, 150)];

describe("a rollout", () => {
  test.each<[string, Moment[], Expected, Partial<RolloutPlan>?]>([
    ["is pending before it starts", [look(60, 500)], { phase: "pending", weight: 0 }],
    ["starts at its first step", [start], { phase: "progressing", step: 0, weight: 0.05 }],
    ["holds before the least time", [start, look(59, 500)], { step: 0, weight: 0.05 }],
    ["holds before the least units", [start, look(600, 49)], { step: 0, weight: 0.05 }],
    ["no data is never success", [start, look(600, 0, safe)], { step: 0, weight: 0.05 }],
    ["moves on with both", toHalf, { phase: "progressing", step: 1, weight: 0.5, unitsBefore: 50 }],
    ["counts a step's units from its beginning", [...toHalf, look(600, 99, safe)], { step: 1 }],
    ["needs proof before 100 %", [...toHalf, look(600, 9999)], { step: 1, weight: 0.5 }],
    ["goes to 100 % with proof, and is not promoted yet", toAll, { phase: "promoting", step: 2, weight: 1 }],
    ["takes one step a look", [...toHalf, look(60, 9999, safe)], { step: 1 }],
    ["is promoted after the last step", toEnd, { phase: "promoted", weight: 1 }],
    ["without a step to 100 % ends after the last with proof", toAll, { phase: "promoted", weight: 1 }, { steps: [0.05, 0.5] }],
    ["with proof at every step waits at the first", toHalf, { step: 0 }, { proof: "every-step" }],
    ["a kill holds it", [start, look(60, 50, { held: "killed" })], { step: 0, phase: "progressing" }],
    ["the deadline pauses it as inconclusive", [start, look(24 * 60, 9)], { phase: "inconclusive", weight: 0.05 }, { deadlineMs: 864e5 }],
    ["what may move on at the deadline does", [start, look(24 * 60, 99)], { step: 1 }, { deadlineMs: 864e5 }],
    ["an inconclusive one stays", [start, look(1440, 9), look(1500, 999, safe)], { phase: "inconclusive" }, { deadlineMs: 864e5 }],
    ["resumed, it has a new deadline", [start, look(1440, 9), [2000, "resume"]], { phase: "progressing", deadline: at(2000 + 1440), since: at(560) }, { deadlineMs: 864e5 }],
    ["a pause stops the way up", [start, [10, "pause"], look(600, 999, safe)], { phase: "paused", weight: 0.05 }],
    ["a pause stops the time", [start, [10, "pause"], [110, "resume"]], { phase: "progressing", since: at(100) }],
    ["a pause does not stop a rollback", [start, [10, "pause"], look(20, 9, { verdict: "rollback" })], { phase: "rolled-back", weight: 0 }],
    ["a sample-ratio mismatch ends it", [start, look(20, 9, { verdict: "invalid" })], { phase: "invalid", weight: 0 }],
    ["harm ends it at 100 % too", [...toAll, look(121, 101, { verdict: "rollback" })], { phase: "rolled-back", weight: 0 }],
    ["an abort ends it", [...toHalf, [70, "abort"]], { phase: "aborted", weight: 0 }],
    ["an abort after the promotion does nothing", [...toEnd, [200, "abort"]], { phase: "promoted" }],
    ["a rollback works after the promotion", [...toEnd, [200, "rollback"]], { phase: "rolled-back", weight: 0 }],
    ["a rollback works before the start", [[1, "rollback"]], { phase: "rolled-back", weight: 0 }],
    ["harm that is seen after the promotion is a person's to undo: the engine goes below nothing that was promoted", [...toEnd, look(200, 999, { verdict: "rollback" })], { phase: "promoted", weight: 1 }],
    ["a person may promote", [...toHalf, [70, "promote"]], { phase: "promoted", weight: 1 }],
    ["everybody gets it after a day of traffic, whatever is shown", toAll, { step: 1, weight: 0.5, servedSince: at(0) }, DAY],
    ["and not a minute before", [...toHalf, look(1439, 999, safe)], { step: 1, weight: 0.5 }, DAY],
    ["but then", [...toHalf, look(1440, 999, safe)], { step: 2, weight: 1 }, DAY],
    ["a pause is traffic too", [...toHalf, [70, "pause"], [1000, "resume"], look(1441, 999, safe)], { step: 2, weight: 1 }, DAY],
    ["steps that end before everybody wait for the day as well", [start, look(1439, 999, safe)], { phase: "progressing" }, { ...DAY, steps: [0.5] }],
    ["copies are no traffic", [start, look(600, 20), look(1440, 999, safe)], { weight: 0.5, servedSince: at(600) }, { ...DAY, steps: [0.5, 1], shadow: { timeMs: 0, observations: 20 } }],
    ["a day of a cohort counts", [start, look(60, 50), look(1440, 100, safe)], { phase: "promoting", weight: 1 }, { ...DAY, steps: [0, 1], cohorts: [{ name: "a" }] }],
    ["harm waits for nothing", [...toHalf, look(70, 51, { verdict: "rollback" })], { phase: "rolled-back" }, DAY],
    ["a person may promote before", [...toHalf, [70, "promote"]], { phase: "promoted" }, DAY],
    ["manual: waits for an approval", toHalf, { step: 0, approved: false }, { manual: true }],
    ["manual: moves on with one, which counts once", [start, [5, "approve"], look(60, 50), look(200, 200)], { step: 1, approved: false }, { manual: true }],
    ["shadow comes first, and serves nobody", [start], { phase: "shadow", weight: 0 }, { shadow: { timeMs: 0, observations: 20 } }],
    ["shadow ends with its copies", [start, look(5, 20)], { phase: "progressing", step: 0, weight: 0.05, unitsBefore: 0 }, { shadow: { timeMs: 0, observations: 20 } }],
    ["shadow with harm ends it", [start, look(5, 3, { verdict: "rollback" })], { phase: "rolled-back" }, { shadow: { timeMs: 0, observations: 20 } }],
    ["a pause in shadow goes back to shadow", [start, [1, "pause"], [2, "resume"]], { phase: "shadow" }, { shadow: { timeMs: 0, observations: 20 } }],
    ["a cohort's step serves nobody by chance", [start], { phase: "progressing", step: 0, weight: 0 }, COHORTS],
    ["a cohort's step waits for its time", [start, look(59, 500)], { step: 0 }, COHORTS],
    ["a cohort's step waits for its answers, however long", [start, look(6000, 49)], { step: 0, phase: "progressing" }, COHORTS],
    ["the next cohort begins with nothing", toHalf, { step: 1, weight: 0, unitsBefore: 0 }, COHORTS],
    ["and so does the first weight", [...toHalf, look(120, 50)], { step: 2, weight: 0.05, unitsBefore: 0 }, COHORTS],
    ["a cohort proves nothing, so proof at every step begins at the weights", [...toHalf, look(120, 50), look(600, 999)], { step: 2 }, { ...COHORTS, proof: "every-step" }],
    ["what looks safe at a cohort's step skips nothing", [start, look(60, 50, safe)], { step: 1, weight: 0 }, COHORTS],
    ["a kill holds it at a cohort's step", [start, look(60, 50, { held: "killed" })], { step: 0 }, COHORTS],
    ["the deadline pauses it at a cohort's step", [start, look(24 * 60, 9)], { phase: "inconclusive", step: 0, pausedFrom: "progressing" }, { ...COHORTS, deadlineMs: 864e5 }],
    ["a pause at a cohort's step goes back to it", [start, [1, "pause"], [2, "resume"]], { phase: "progressing", step: 0, weight: 0 }, COHORTS],
    ["harm at a cohort's step ends it", [start, look(5, 3, { verdict: "rollback" })], { phase: "rolled-back" }, COHORTS],
    ["an abort at a cohort's step ends it", [start, [5, "abort"]], { phase: "aborted" }, COHORTS],
    ["a person may promote at a cohort's step", [start, [5, "promote"]], { phase: "promoted", weight: 1 }, COHORTS],
    ["manual: a cohort's step waits for an approval", [start, look(60, 50), [61, "approve"], look(62, 50), look(130, 99)], { step: 1, approved: false }, { ...COHORTS, manual: true }],
    ["shadow comes before a cohort", [start, look(5, 20)], { phase: "progressing", step: 0, weight: 0, unitsBefore: 0 }, { ...COHORTS, shadow: { timeMs: 0, observations: 20 } }],
    ["what is not shown and not required is waited for as long again", [...toHalf, look(179, 999, OTHER)], { step: 1, weight: 0.5 }, EXTRA],
    ["and then let pass, and named", [...toHalf, look(180, 999, OTHER)], { step: 2, weight: 1, unproven: ["latency"] }, EXTRA],
    ["it is named when it is promoted, too", [...toHalf, look(180, 999, OTHER), look(240, 2000, OTHER)], { phase: "promoted", unproven: ["latency"] }, EXTRA],
    ["a day of traffic comes before that time", [...toHalf, look(1499, 999, OTHER)], { step: 1 }, { ...EXTRA, ...DAY }],
    ["and after both it goes on", [...toHalf, look(1500, 999, OTHER)], { step: 2 }, { ...EXTRA, ...DAY }],
    ["what is required is not let pass by time", [...toHalf, look(9999, 999, REQUIRED)], { step: 1, weight: 0.5 }, EXTRA],
    ["nor by an approval that nobody gave for that", [...toHalf, [190, "approve"], look(9999, 999, REQUIRED)], { step: 1 }, EXTRA],
    ["but by a person who knew", [...toHalf, [190, "approve", { accepts: ["cost"] }], look(200, 999, REQUIRED)], { step: 2, weight: 1, unproven: ["cost"] }, EXTRA],
    ["and who approved before may say so later", [...toHalf, [100, "approve"], [190, "approve", { accepts: ["cost"] }]], { approved: true, accepted: ["cost"] }, EXTRA],
    ["what is not shown at an earlier step is nobody's matter yet", [start, look(60, 50, OTHER)], { step: 1, unproven: undefined }, EXTRA],
    ["a plan from before waits until the deadline", [...toHalf, look(9999, 999, OTHER)], { step: 1, phase: "progressing" }],
    ["harm that pauses does so once", [...toHalf, look(70, 60, PAUSE)], { phase: "paused", weight: 0.5, harmed: ["latency"] }],
    ["whoever resumes it knows", [...toHalf, look(70, 60, PAUSE), [80, "resume"], look(90, 70, PAUSE)], { phase: "progressing", harmed: ["latency"] }],
    ["harm that is told changes nothing else", [...toHalf, look(70, 60, TELL)], { phase: "progressing", step: 1, harmed: ["cost"] }],
    ["it is told while it is paused, too", [...toHalf, [65, "pause"], look(70, 60, TELL)], { phase: "paused", harmed: ["cost"] }],
    ["a step without an outcome waits", [start, look(2879, 0)], { phase: "progressing", extended: undefined }, IDLE],
    ["for two days, and then once more", [start, look(2880, 0)], { phase: "progressing", extended: at(2880) }, IDLE],
    ["and is taken back", [start, look(2880, 0), look(5759, 0), look(5760, 0)], { phase: "invalid", weight: 0 }, IDLE],
    ["not before", [start, look(2880, 0), look(5759, 0)], { phase: "progressing", weight: 0.05 }, IDLE],
    ["nor at once where nobody looked for a week", [start, look(10_080, 0), look(10_081, 0), look(12_959, 0)], { phase: "progressing", extended: at(10_080) }, IDLE],
    ["nor at once after a kill of a week", [start, look(2000, 0, { held: "killed" }), look(10_080, 0), look(10_081, 0)], { phase: "progressing", extended: at(10_080) }, IDLE],
    ["nor of the time that was given again", [start, look(2880, 0), [2900, "pause"], [9000, "resume"], look(9001, 0)], { phase: "progressing", extended: at(8980) }, IDLE],
    ["a pause is no time of it", [start, [60, "pause"], [9000, "resume"], look(9001, 0)], { phase: "progressing", extended: undefined }, IDLE],
    ["one outcome is something", [start, look(2880, 0), look(5760, 1)], { phase: "progressing" }, IDLE],
    ["what was killed has none", [start, look(2880, 0, { held: "killed" })], { extended: undefined }, IDLE],
    ["the next step has its own time", [...toHalf, look(2900, 50)], { step: 1, extended: undefined }, IDLE],
    ["a cohort nobody asks for is taken back as well", [start, look(2880, 0), look(5760, 0)], { phase: "invalid" }, { ...COHORTS, ...IDLE }],
  ])("%s", (_, moments, expected, changes = {}) => {
    const absent = { unproven: undefined, extended: undefined };
    expect({ ...absent, ...run(moments, { ...plan, ...changes }) }).toMatchObject(expected);
  }); // prettier-ignore

  test.each(Array.from({ length: 40 }, (_, i) => i + 1))("random events, seed %i", (seed) => {
    const random = seeded(seed);
    const pick = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)] as T;
    const of: RolloutPlan = {
      ...plan,
      manual: random() < 0.3,
      shadow: random() < 0.3 ? { timeMs: 600_000, observations: 10 } : null,
      proof: pick(["promotion", "every-step"]),
      ...(random() < 0.3 ? COHORTS : { steps: pick([[0.05, 0.5, 1], [1], [0.1], [0.01, 0.05, 0.25, 0.5, 1]]) }),
      deadlineMs: 864e5,
    };
    let state = pendingState(at(0), of);
    let [minutes, units, bad] = [0, 0, false];
    for (let i = 0; i < 200; i++) {
      minutes += Math.floor(random() * 90);
      units += Math.floor(random() * 80);
      const type = pick(["start", "look", "look", "look", "look", "look", "pause", "resume", "resume", "approve", ...(random() < 0.05 ? (["abort", "rollback", "promote"] as const) : [])] as const); // prettier-ignore
      const verdict = random() < 0.02 ? pick(["rollback", "invalid"] as const) : pick(["continue", "promote"] as const);
      const held = random() < 0.2 ? "killed" : null;
      const event = {
        at: at(minutes),
        ...(type === "look" ? { type, verdict, units, held } : { type }),
      };
      const before = state;
      state = next(before, event, of);
      bad ||=
        before.phase !== "pending" &&
        !isOver(before.phase) &&
        event.type === "look" &&
        (verdict === "rollback" || verdict === "invalid");
      const what = `step ${i}: ${JSON.stringify(event)} from ${JSON.stringify(before)} to ${JSON.stringify(state)}`;
      expect(state.weight, what).toBeGreaterThanOrEqual(0);
      expect(state.weight, what).toBeLessThanOrEqual(1);
      expect(PHASES).toContain(state.phase);
      if (bad) expect(["rolled-back", "invalid", "aborted"], what).toContain(state.phase);
      if (isOver(state.phase)) expect(state.weight, what).toBe(state.phase === "promoted" ? 1 : 0);
      else if (event.type === "look" && state.weight > before.weight) {
        expect(before.pausedFrom, what).toBeNull();
        expect(held, what).toBeNull();
        expect(before.phase === "shadow" || state.step === before.step + 1, what).toBe(true);
        if (state.weight === 1 && before.phase === "progressing") expect(verdict, what).toBe("promote");
        if (of.manual) expect(before.approved, what).toBe(true);
      }
    }
  });
});
