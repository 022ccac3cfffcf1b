import type { Found, PlanNote } from "../../planning/found.ts";
import { testSayings } from "../../testing/sayings.ts";
import { statsDocument } from "./document.ts";

const noteText = (note: PlanNote) => statsDocument({ notes: [note] } as unknown as Found).notes[0]!;

testSayings<PlanNote>("a note on a plan", noteText, {
  "not-complete": [
    [{ run: null, status: "running" }, "the run is running: only what it scored so far counts"],
    [{ run: "0199", status: "interrupted" }, "run 0199 is interrupted: only what it scored so far counts"],
  ],
  "several-trials": [[{ trials: 3 }, "the plan counts observations of different cases; this run has 3 trials a case"]],
  "one-run": [
    [
      {},
      "one run shows how trials of a case vary, not how versions differ: a candidate that changes more cases needs more",
    ],
  ],
  "left-out": [
    [{ cases: 1, twice: true }, "1 case not scored twice: left out"],
    [{ cases: 2, twice: false }, "2 cases not scored on both sides: left out"],
  ],
  "few-cases": [[{ cases: 12 }, "this rests on 12 cases: take it as a rough guess"]],
  "clusters-unknown": [
    [{}, "cases come in clusters, which one run or one cluster cannot account for: expect to need more"],
  ],
  "few-clusters": [[{ clusters: 5 }, "how much clusters differ is known from 5 of them: take it as a rough guess"]],
  clusters: [[{ effect: 2.4 }, "cases come in clusters, which takes 2.4 times as many"]],
  "more-discordance": [
    [
      { seen: 0.01234, planned: 0.05 },
      "a difference that large takes more cases that change than these runs show (1.23 %): planned with 5 %",
    ],
  ],
  "false-alarms": [
    [
      { test: "pooled", exactSize: 0.0583, alpha: 0.05, units: 3620 },
      "the pooled test at these sizes raises a false alarm in 5.83 % of comparisons, not in 5 %: Fisher's exact test keeps to that, and takes about 3,620 observations (stats sample-size --method continuity)",
    ],
    [
      { test: "unpooled", exactSize: 0.1, alpha: 0.05, units: null },
      "the unpooled test at these sizes raises a false alarm in 10 % of comparisons, not in 5 %: Fisher's exact test keeps to that",
    ],
  ],
  rough: [
    [
      { least: 30, exact: false },
      "with fewer than 30 a side this is a rough guess: the normal approximation does not hold",
    ],
    [
      { least: 30, exact: true },
      "with fewer than 30 a side this is a rough guess: the normal approximation does not hold; stats power --method exact counts outcomes",
    ],
  ],
  raised: [
    [
      { least: 30 },
      "the formula asks for fewer, but below about 30 a side the approximation it rests on does not hold",
    ],
  ],
  ties: [
    [
      { exact: true },
      "some values are equal: p counts all arrangements of these very values, the interval errs on the wide side",
    ],
    [{ exact: false }, "some values are equal: p allows for it, the interval errs on the wide side"],
  ],
  simulated: [[{}, "latency is simulated on a virtual clock"]],
  "thin-step": [
    [
      {
        weight: 0.01,
        perHour: 1234.5,
        candidatePerHour: 12.345,
        observations: 50,
        hours: 4.05,
        mde: 0.05,
        aloneHours: 310.4,
      },
      "1 % of 1235 an hour gives 12 of the candidate an hour: 50 take 4 hours, and at that weight alone a drop of 5 points would take 12.9 days",
    ],
  ],
  "past-deadline": [
    [
      { deadlineHours: 336, perHour: 5, hours: 1800, drop: 0.359, margin: null, steps: [0.5, 1] },
      "the deadline of 14 days comes before nine of ten are decided: with 5 an hour only a drop of 35.9 points or more is found, and nothing is shown to be safe by then, and it pauses as inconclusive; what helps: --steps 0.5,1, --deadline 75d, more of the proof on the suite beforehand (agentops gate)",
    ],
    [
      { deadlineHours: 24, perHour: 0.5, hours: 30, drop: undefined, margin: 0.04, steps: null },
      "the deadline of 24 hours comes before nine of ten are decided: with 0.5 an hour only a margin of 4 points or more is shown to be kept by then, and it pauses as inconclusive; what helps: --margin 0.04, --deadline 2d, more of the proof on the suite beforehand (agentops gate)",
    ],
  ],
  "within-margin": [
    [
      { mde: 0.02, margin: 0.03 },
      "a drop of 2 points lies within the margin of 3 points: such a candidate may be promoted",
    ],
  ],
  "one-of-guardrails": [
    [
      { guardrails: 4 },
      "planned for one of 4 guardrails, with the success rate's baseline; a promotion waits for the slowest of them",
    ],
  ],
});
