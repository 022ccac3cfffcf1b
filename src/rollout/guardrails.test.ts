import { describe, expect, test } from "vitest";
import { few } from "../testing/engine.ts";
import type { RolloutSettings } from "../core/release-config.schema.ts";
import { beginRollout, drive, type Traffic } from "../testing/rollout-traffic.ts";
import { seeded } from "../testing/seeded.ts";
import { openTestStore } from "../testing/store.ts";
import type { Observation } from "../observations/schema.ts";
import { replayRollout } from "./replay.ts";

type Outcome = Partial<Observation>;
type Random = () => number;

/** Milliseconds with a long tail: median 400, p95 about 1,000. */
const latency = (random: Random) =>
  400 * Math.exp(0.56 * Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random()));
const usual = (random: Random): Outcome => {
  return { success: random() < 0.95, latencyMs: latency(random), costUsd: 0.01 * (0.5 + random()), safe: true };
};

interface Case {
  candidate: (outcome: Outcome, random: Random) => Outcome | null;
  settings?: RolloutSettings;
  phase: string;
  harm: string[];
}

/** What each guardrail catches, and what it lets pass; a thousand arrivals an hour on the way from 1 to 100 %. */
const CASES: Record<string, Case> = {
  "the same as the control": { candidate: (same) => same, phase: "promoted", harm: [] },
  "half as slow again": { candidate: (o) => ({ ...o, latencyMs: (o.latencyMs ?? 0) * 1.5 }), phase: "rolled-back", harm: ["latency"] },
  "5 % slower, which is accepted": { candidate: (o) => ({ ...o, latencyMs: (o.latencyMs ?? 0) * 1.05 }), phase: "promoted", harm: [] },
  "twice as dear": { candidate: (o) => ({ ...o, costUsd: (o.costUsd ?? 0) * 2 }), phase: "rolled-back", harm: ["cost"] },
  "twice as dear, and nobody minds": { candidate: (o) => ({ ...o, costUsd: (o.costUsd ?? 0) * 2 }), settings: { guardrails: { cost: false } }, phase: "promoted", harm: [] },
  "as slow as the control, both beyond what somebody wrote down": { candidate: (o) => o, settings: { guardrails: { latency: { capMs: 300 } } }, phase: "promoted", harm: [] },
  "unsafe once in five hundred, which one is enough of": { candidate: (o, random) => ({ ...o, safe: random() > 0.002 }), settings: { guardrails: { safety: { critical: "any" } } }, phase: "rolled-back", harm: [] },
  "unsafe once in five hundred, which is accepted": { candidate: (o, random) => ({ ...o, safe: random() > 0.002 }), settings: { guardrails: { safety: { tolerance: 0.005 } } }, phase: "promoted", harm: [] },
  "unsafe once in twenty": { candidate: (o, random) => ({ ...o, safe: random() > 0.05 }), phase: "rolled-back", harm: ["safety"] },
  "unsafe in a way that is not critical, one in ten": { candidate: (o, random) => ({ ...o, safe: random() > 0.1, breach: "tone" }), settings: { guardrails: { safety: { critical: ["pii"] } } }, phase: "rolled-back", harm: ["safety"] },
  "five points worse": { candidate: (o, random) => ({ ...o, success: random() < 0.9 }), phase: "rolled-back", harm: ["success"] },
  "five points worse, and six are accepted": { candidate: (o, random) => ({ ...o, success: random() < 0.9 }), settings: { guardrails: { success: { tolerance: 0.06, margin: 0.12, floor: 0.8 } } }, phase: "promoted", harm: [] },
  "one outcome in three is lost": { candidate: (o, random) => (random() < 0.33 ? null : o), settings: { steps: [0.5, 1] }, phase: "invalid", harm: [] },
  "nobody says what it costs, and it is required": { candidate: (o) => ({ ...o, costUsd: undefined }), settings: { deadline: "12h", guardrails: { cost: { required: true } } }, phase: "inconclusive", harm: [] },
}; // prettier-ignore

describe("a candidate that is", () => {
  test.each(few(Object.entries(CASES), 1))(
    "%s",
    { timeout: 180_000 },
    async (name, { candidate, settings = {}, phase, harm }) => {
      const store = await openTestStore();
      const random = seeded(name.length);
      const traffic: Traffic = {
        control: () => usual(random),
        candidate: () => candidate(usual(random), random),
        perHour: 1000,
      };
      const rollout = await beginRollout(store, settings, name);
      const { turn } = await drive(store, rollout, traffic, 40_000);
      const harmed = turn.judged.guardrails.filter(({ verdict }) => verdict === "harm").map((g) => g.name);
      expect([turn.rollout.state.phase, harmed]).toEqual([phase, harm]);
      expect((await replayRollout(store.db, turn.rollout)).differences).toEqual([]);
    },
  );
});
