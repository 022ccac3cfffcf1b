import type { Reason } from "../../rollout/reason.ts";
import { testSayings } from "../../testing/sayings.ts";
import { reasonText } from "./reasons.ts";

const arm = (n: number, rate: number | null) => ({ n, rate });
const guardrail = (more: object) =>
  ({
    ...{ name: "success", control: arm(9000, 0.95), candidate: arm(1000, 0.9), tolerance: 0 },
    ...{ ratio: null, harmE: 31.456, harmThreshold: 20, ...more },
  }) as Extract<Reason, { code: "harm" }>["guardrail"];
const kill = { environment: "production", target: "prompts/x", actor: "eve", reason: "leaks", at: "2026-11-21T10:37:20.000Z" }; // prettier-ignore
const NOTHING = { timeMs: null, trafficMs: null, units: null, proof: null, outcomes: null, approval: null };
const VERSIONS = { control: "v6", candidate: "v7" };
const waits = (waiting: object, step: Extract<Reason, { code: "waits" }>["step"] = null, noData = false) =>
  ({
    step,
    target: "prompts/x",
    versions: VERSIONS,
    noData,
    unproven: null,
    waiting: { ...NOTHING, ...waiting },
  }) as Omit<Extract<Reason, { code: "waits" }>, "code">;

testSayings<Reason>("a reason", reasonText, {
  ended: [
    [{ how: "abort", actor: "ada", reason: "enough" }, "aborted by ada: enough"],
    [{ how: "rollback", actor: "ada", reason: "enough" }, "rolled back by ada: enough"],
    [{ how: "promote", actor: "ada", reason: "enough" }, "promoted by ada: enough"],
  ],
  breach: [
    [{ kind: "pii", observation: 7, more: 0 }, "a critical safety breach (pii) in observation 7"],
    [{ kind: "pii", observation: 7, more: 2 }, "a critical safety breach (pii) in observation 7 and 2 more"],
  ],
  harm: [
    [
      { guardrail: guardrail({}) },
      "success: the candidate has 90 % of 1,000, the control 95 % of 9,000: worse (E 31.5 of 20)",
    ],
    [
      { guardrail: guardrail({ tolerance: 0.02, harmE: 3.4e9 }) },
      "success: the candidate has 90 % of 1,000, the control 95 % of 9,000: worse, beyond the 2 points that are accepted (E 10^9 of 20)",
    ],
    [
      { guardrail: guardrail({ candidate: arm(0, null) }) },
      "success: the candidate reports none, the control 95 % of 9,000: worse (E 31.5 of 20)",
    ],
    [
      { guardrail: guardrail({ name: "success.floor", control: null, tolerance: 0.93 }) },
      "success.floor: the candidate has 90 % of 1,000, below 93 % (E 31.5 of 20)",
    ],
    [
      { guardrail: guardrail({ name: "success.floor", control: null, tolerance: 0.93, configured: 0.95 }) },
      "success.floor: the candidate has 90 % of 1,000, below 93 %, what the control leaves of 95 % (E 31.5 of 20)",
    ],
    [
      { guardrail: guardrail({ name: "success.floor", control: null, tolerance: 0.93, configured: 0.93 }) },
      "success.floor: the candidate has 90 % of 1,000, below 93 % (E 31.5 of 20)",
    ],
  ],
  "sample-ratio": [
    [
      { split: [{ candidate: 90, units: 1000, weight: 0.05 }, { candidate: 9, units: 20, weight: 0.5 }], e: 5312, threshold: 1000, served: true },
      "the arms do not have the sizes that the weights give: 90 of 1000 units at 5 %, 9 of 20 units at 50 % (E 5310 of 1000); check that callers take the version that resolve gives a unit",
    ],
    [
      { split: [{ candidate: 90, units: 1000, weight: 0.05 }], e: 5312, threshold: 1000, served: false },
      "the arms do not have the sizes that the weights give: 90 of 1000 units at 5 % (E 5310 of 1000); either callers do not take the version that resolve gives a unit, or outcomes of one arm come later or not at all: exposures would tell (resolve in the SDK counts them, others report them with agentops observe --served)",
    ],
  ],
  "control-elsewhere": [
    [{ control: "v1", stable: "v3" }, "everybody is served v3 by now, and what was compared with is v1: nothing more can be learned"],
  ],
  recorded: [[{ reason: "what was said then" }, "what was said then"]],
  safe: [
    [{ safe: ["success", "latency"], noHarm: [] }, "shown to be not worse by the margin: success, latency"],
    [{ safe: ["success"], noHarm: ["success.floor"] }, "shown to be not worse by the margin: success; no harm is shown: success.floor"],
  ],
  frozen: [
    [{ by: { actor: "ada", authenticated: false, reason: "holidays", at: "2026-11-21T10:00:00.000Z", until: "2026-12-27T08:00:00.000Z" }, environment: "production" }, "production is frozen by ada until 2026-12-27 08:00 UTC: holidays"],
  ], // prettier-ignore
  ready: [
    [{ turns: "anybody", target: "prompts/x", environment: "production" }, "it moves on with the next outcome that is recorded"],
    [{ turns: "watcher", target: "prompts/x", environment: "production" }, "it may move on; only a watcher moves it: agentops canary advance prompts/x --env production"],
  ], // prettier-ignore
  due: [
    [{ overdueSince: null, target: "prompts/x", environment: "production" }, "no look has acted on it yet: agentops canary advance prompts/x --env production"],
    [{ overdueSince: "2026-11-21T02:51:00.000Z", target: "prompts/x", environment: "production" }, "a look is due since 2026-11-21 02:51 UTC and nobody takes it, though outcomes arrive: agentops canary advance prompts/x --env production"],
  ], // prettier-ignore
  "step-over": [
    [{ cohort: null }, "the least time and units of the step are over, and no harm is shown"],
    [{ cohort: "internal" }, "the least time and answers of cohort internal are over, with no breach and no missed floor shown; nothing was compared"],
  ],
  deadline: [[{ at: "2026-12-01T08:09:10.000Z" }, "the deadline 2026-12-01 08:09 UTC passed without a decision"]],
  held: [
    [
      { kill, target: "prompts/x" },
      "held: prompts/x is killed by eve since 2026-11-21 10:37 UTC: leaks",
    ],
    [
      { kill: { ...kill, target: "all" }, target: "prompts/x" },
      "held: everything is killed by eve since 2026-11-21 10:37 UTC: leaks",
    ],
  ],
  waits: [
    [waits({ timeMs: 40_000 }), "shadow waits for 40 s"],
    [waits({ timeMs: 61_000 }), "shadow waits for 2 min"],
    [
      waits({ timeMs: 3 * 3_600_000, outcomes: { lastMs: 4 * 3_600_000, open: null, differ: null } }),
      "shadow waits for 3 h, outcomes of the last 4 h, which are still coming in",
    ],
    [
      waits({ outcomes: { lastMs: 4 * 3_600_000, open: { arm: "candidate", share: 0.31, other: 0.004, most: 0.05 }, differ: null } }),
      "shadow waits for outcomes: 31 % of v7's units served more than 4 h ago have none (5 % may), 0.4 % of v6's; what is missing may be what was bad: ask who reports them",
    ],
    [
      waits({ outcomes: { lastMs: 0, open: { arm: "control", share: 0.062, other: 0.062, most: 0.05 }, differ: null } }),
      "shadow waits for outcomes: 6.2 % of v6's units served have none (5 % may), 6.2 % of v7's; what is missing may be what was bad: ask who reports them",
    ],
    [
      waits({ outcomes: { lastMs: 3_600_000, open: null, differ: { control: 0.01, candidate: 0.04, e: 5312, threshold: 1000 } } }),
      "shadow waits for outcomes: 4 % of v7's units served more than 1 h ago have none, 1 % of v6's: the arms differ in it (E 5310 of 1000)",
    ],
    [waits({ timeMs: 2 * 3_600_000 }), "shadow waits for 2 h"],
    [waits({ timeMs: 2 * 3_600_000 + 300_000 }), "shadow waits for 2 h 5 min"],
    [
      waits({ trafficMs: 3 * 3_600_000 }, { number: 4, of: 5, weight: 0.5, cohort: null }),
      "step 4 of 5 (50 %) waits for a whole day of traffic before 100 % (3 h left)",
    ],
    [waits({ timeMs: 3.5 * 86_400_000 }), "shadow waits for 3.5 days"],
    [
      waits({ units: 40, proof: true, approval: true }, { number: 2, of: 5, weight: 0.05, cohort: null }, true),
      "step 2 of 5 (5 %) waits for 40 more units of the candidate, proof that it is not worse by the margin, an approval: agentops canary approve prompts/x; no data is never success",
    ],
    [
      waits({ units: 12 }, { number: 1, of: 6, weight: 0, cohort: "internal" }),
      "step 1 of 6 (cohort internal) waits for 12 more answers of the candidate to cohort internal",
    ],
    [
      waits({ timeMs: 60_000, units: 50 }, { number: 1, of: 6, weight: 0, cohort: "internal" }, true),
      "step 1 of 6 (cohort internal) waits for 1 min, 50 more answers of the candidate to cohort internal; none of it came yet: agentops resolve prompts/x --unit ID says whether one is of it, and agentops canary abort prompts/x ends it, to start without",
    ],
  ],
  unmeasured: [[{ names: ["latency", "cost"] }, "not measured: latency, cost"]],
  "cohort-on-control": [
    [{ cohort: "internal", answers: 7 }, "7 answers to cohort internal came from the control: its callers do not ask resolve with these units, or run an older release"],
  ],
  unasked: [
    [{ answers: 300 }, "300 answers of the candidate to units of no served cohort: some caller does not ask resolve; they are in no count"],
  ],
  "floor-waits": [[{ floor: 0.9, least: 50 }, "the floor of success (90 %) waits: fewer than 50 outcomes of the control are known; { absolute: 0.9 } waits for none"]],
  "floor-out-of-reach": [
    [
      { floor: 0.9, control: { n: 1200, rate: 0.806, ci95: [0.77, 0.84] } },
      "the floor of 90 % is above what the control reaches (80.6 % [77 %, 84 %]), and { absolute } is meant as written: a candidate like the control will be taken back",
    ],
  ],
  unproven: [
    [{ names: ["latency", "cost"], accepted: [] }, "not shown, and not required: latency, cost"],
    [{ names: ["success", "latency"], accepted: ["success"] }, "not shown, and let pass by a person: success; not shown, and not required: latency"],
  ], // prettier-ignore
  idle: [
    [{ step: { number: 1, of: 4, weight: 0.01, cohort: null }, ms: 172_800_000, ended: false }, "step 1 of 4 (1 %) saw no outcome of the candidate in 2 days: it is given as much time again, and then taken back"],
    [{ step: null, ms: 345_600_000, ended: true }, "shadow saw no outcome of the candidate in 4 days: nothing was learned, so it is taken back"],
  ], // prettier-ignore
  "one-sided": [
    [{ name: "cost", arm: "candidate" }, "cost is reported by the candidate only, which compares nothing"],
  ],
}); // prettier-ignore
