import type { Generated } from "kysely";

/** What was observed, and what rollouts count of it; stored as `tables` says. */
export interface CountTables {
  /** Closed looks, with what they were decided by. */
  looks: { rollout: number; look: number; at: string; verdict: string; analysis: string };
  breaches: { rollout: number; look: number; observation: number; kind: string };
  /** Units and sums of their outcomes by look, weight, arm and metric: all that a decision is made of. */
  tallies: {
    rollout: number;
    look: number;
    weight: number;
    arm: "control" | "candidate" | "shadow";
    metric: "success" | "latency" | "cost" | "safety";
    n: number;
    sum: number;
    squares: number;
  };
  /** The same of cohorts, whose units are in no tally: answers and those that were good, units that were new, answers of the control. */
  cohortCounts: {
    rollout: number;
    look: number;
    cohort: string;
    answers: number;
    succeeded: number;
    units: number;
    control: number;
  };
  /** Of values that are compared as a ratio the candidate's, in multiples of the limit: how many in each bin, and their sums. */
  ratioCounts: {
    rollout: number;
    look: number;
    weight: number;
    metric: "latency" | "cost";
    bin: number;
    n: number;
    sum: number;
    squares: number;
  };
  /** Outcomes of both arms by the exposure that they share; of units by their place, or of exposures that name none. */
  pairs: { rollout: number; unit: number; exposure: string; arm: "control" | "candidate"; success: number };
  /** Pairs of a look, by which of the two outcomes were good. */
  pairCounts: {
    rollout: number;
    look: number;
    both: number;
    onlyControl: number;
    onlyCandidate: number;
    neither: number;
  };
  /** Units of a rollout: where each was counted last, and the sums of its requests there. */
  units: {
    rollout: number;
    unit: number;
    look: number;
    /** The largest weight it was counted at, and the probability it was counted with. */
    seenAt: number;
    weight: number;
    candidate: number;
    n: number;
    success: number;
    latencyN: number;
    latency: number;
    costN: number;
    cost: number;
    safetyN: number;
    safety: number;
    /** Whether it was counted as served at its weight, and the minute of that; null before there was such a thing. */
    exposed: Generated<number>;
    minute: number | null;
    /** Of all its requests: those of this hour (since 1970), and those before it. */
    hour: number | null;
    hourN: Generated<number>;
    hourGood: Generated<number>;
    beforeN: Generated<number>;
    beforeGood: Generated<number>;
  };
  /** Who was served which arm how often, while a rollout is open; minutes since 1970. */
  exposures: { rollout: number; minute: number; unit: string; arm: "control" | "candidate"; weight: number; n: number };
  /** Exposures that were told one by one, and the newest batch of each process that counts them: a repeat is harmless. */
  exposureTokens: { environment: string; target: string; exposure: string; minute: number };
  exposureSources: { source: string; batch: number; at: string };
  /** Units of a rollout by the minute they were served first: all, and those whose outcome is known. */
  servedMinutes: { rollout: number; minute: number; arm: "control" | "candidate"; exposed: number; known: number };
  /** Units that were served, by look, weight and arm; of those the ones that were drawn anew before an outcome was known. */
  arrivals: {
    rollout: number;
    look: number;
    weight: number;
    arm: "control" | "candidate";
    exposed: number;
    superseded: number;
  };
  /** Requests of units that come again, by the hour and by what their unit was like before. */
  returns: {
    rollout: number;
    look: number;
    hour: number;
    class: string;
    arm: "control" | "candidate";
    n: number;
    good: number;
  };
  /** Outcomes whose time to settle has not passed, with the weight they were served at, and what they will be paired by. */
  unsettled: { rollout: number; minute: number; observation: number; weight: number | null; exposure: string | null };
  /** How late outcomes were known after they were served: by the day it was served and success; within 2^bucket seconds. */
  delays: {
    environment: string;
    target: string;
    version: string;
    day: string;
    success: number;
    bucket: number;
    n: number;
  };
  /** Lines of which nobody has said yet whether it was a success; JSON of their fields, and of when each was known. */
  openOutcomes: { environment: string; target: string; id: string; fields: string; knownAt: string };
  /** What an outcome, open or an observation, says beside what is counted of every one: see migration 11. */
  outcomeDetails: {
    environment: string;
    target: string;
    id: string;
    taskId: string | null;
    taskType: string | null;
    feature: string | null;
    user: string | null;
    session: string | null;
    model: string | null;
    errorCategory: string | null;
    escalated: string | null;
    overridden: number | null;
    confidence: number | null;
    faithfulness: number | null;
    toolCalls: number | null;
    toolCostUsd: number | null;
    valueUsd: number | null;
    valueHours: number | null;
    feedback: string | null;
    state: string | null;
    traceId: string | null;
    at: string;
    knownAt: string | null;
    traced: string | null;
  };
  /** Other names of outcomes: `id` is the one that it is stored under. */
  outcomeNames: { environment: string; target: string; name: string; id: string };
  observations: {
    seq: Generated<number>;
    environment: string;
    target: string;
    id: string;
    /** Empty: of none that is known. */
    version: string;
    unit: string | null;
    success: number;
    latencyMs: number | null;
    costUsd: number | null;
    inputTokens: number | null;
    outputTokens: number | null;
    safe: number | null;
    breach: string | null;
    shadow: number;
    /** When it was known; also when it was served, where `servedAt` is null. */
    at: string;
    rollout: number | null;
    servedAt: string | null;
    /** JSON: when each field was known, where that is not all at `at`. */
    knownAt: string | null;
  };
  /** Outcomes that were changed after they were stored, how often, and as what they were counted before that. */
  corrections: { observation: number; n: number; version: string; shadow: number; latencyMs: number | null; costUsd: number | null }; // prettier-ignore
  /** What was served and observed of each version, by the minute (since 1970) it was served. */
  outcomeMinutes: {
    environment: string;
    target: string;
    minute: number;
    version: string;
    shadow: number;
    exposed: number;
    n: number;
    succeeded: number;
    latencyN: number;
    latencyMs: number;
    costN: number;
    costUsd: number;
    safetyN: number;
    unsafe: number;
  };
  /** What was observed of each version, by the hour. */
  outcomes: {
    environment: string;
    target: string;
    version: string;
    hour: string;
    shadow: number;
    n: number;
    succeeded: number;
    latencyN: number;
    latencyMs: number;
    costN: number;
    costUsd: number;
    safetyN: number;
    unsafe: number;
  };
}
