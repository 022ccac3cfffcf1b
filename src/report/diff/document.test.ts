import { testSayings } from "../../testing/sayings.ts";
import type { Aim, ComparisonFound, MetricFound, Note, Remark } from "../../comparison/found.ts";
import { aimText, comparisonDocument, noteText } from "./document.ts";

function remarkText(remark: Remark): string {
  const metric = { name: "success", remarks: [remark] } as unknown as MetricFound;
  const found = { metrics: [metric], need: null, notes: [] } as unknown as ComparisonFound;
  return comparisonDocument(found).metrics[0]!.remarks[0]!;
}

testSayings<Remark>("a remark on a metric", remarkText, {
  "few-changed": [
    [{ cases: 1 }, "1 case changed: too few for any result to be significant"],
    [{ cases: 5 }, "5 cases changed: too few for any result to be significant"],
  ],
  "no-spread": [[{ of: "clusters" }, "too few clusters of cases to see a spread"]],
  "sign-flips": [[{ of: "cases", differing: 9, groups: 12 }, "9 of 12 cases differ: judged by exact sign flips"]],
  "partly-measured": [
    [{ of: "trials", measured: 3, all: 40 }, "only 3 of 40 trials have it on both sides, so it is not judged"],
  ],
  "few-values": [
    [{ quantile: 0.95, values: 31, least: 72 }, "too few latencies to be sure of a p95: 31 on one side, 72 are needed"],
  ],
  "few-latencies": [
    [
      { quantile: 0.95, of: "clusters", groups: 4 },
      "the latencies above the p95 lie in 4 clusters of cases: too few for any result to be significant, which takes 6",
    ],
  ],
  "few-differing": [
    [{ of: "cases", differing: 5 }, "5 cases differ: too few for any result to be significant, which takes 6"],
  ],
  "judged-together": [
    [
      { family: "other", metrics: 7, alone: 0.022, together: 0.154 },
      "p = 0.022 alone, as its 95 % interval is; p = 0.15 among the 7 metrics that inform, by which it is judged",
    ],
    [
      { family: "guardrail", metrics: 3, alone: 0.03, together: 0.09 },
      "p = 0.03 alone, as its 95 % interval is; p = 0.09 among the 3 guardrails, by which it is judged",
    ],
  ],
  "small-effect": [[{ minEffect: 0.02 }, "better, but by less than the 2 points the suite asks for (minEffect)"]],
  "within-margin": [
    [{ margin: 0.015, relative: false }, "worse, but within the margin of 1.5 points"],
    [{ margin: 0.1, relative: true }, "worse, but within the margin of 10 %"],
  ],
  benefit: [[{ improvement: 0.02, margin: 0.5 }, "2 points more success may cost 50 % more (costBenefit)"]],
  "fresh-pairs": [
    [
      { fresh: 70, all: 80 },
      "of 70 cases that were answered afresh on both sides; 10 left out: an answer stored or recorded before",
    ],
  ],
  "not-fresh": [
    [
      { simulated: false },
      "not measured: no case was answered afresh on both sides (--no-cache asks again, --live ignores recordings)",
    ],
    [{ simulated: true }, "not measured: simulated on a virtual clock"],
  ],
  price: [
    [{ metric: "costUsd", increase: 0.31, margin: 0.2 }, "bought with 31 % more costUsd; up to 20 % is accepted"],
  ],
});

testSayings<Note>("a note on a comparison", noteText, {
  "not-complete": [
    [{ side: "control", status: "interrupted" }, "the control's run is interrupted: not all of its trials are there"],
  ],
  errors: [
    [
      { side: "candidate", trials: 3, judge: 0, fellBack: 0 },
      "3 of the candidate's trials ended in an error and count nowhere",
    ],
    [
      { side: "control", trials: 3, judge: 2, fellBack: 0 },
      "3 of the control's trials ended in an error and count nowhere (2 of them: the judge gave no verdict)",
    ],
    [
      { side: "control", trials: 3, judge: 0, fellBack: 2 },
      "3 of the control's trials ended in an error and count nowhere (2 of them: only a fallback model answered, which is no part of this)",
    ],
  ],
  "only-on-one-side": [[{ side: "control", cases: 2 }, "left out: 2 cases only in the control's run"]],
  differing: [[{ cases: 1 }, "left out: 1 case whose input or expectation differs between the runs"]],
  unscored: [[{ cases: 4 }, "left out: 4 cases without a scored trial on one side"]],
  "other-suite": [[{ control: "a", candidate: "b" }, "the runs are of different suites: a and b"]],
  "few-cases": [
    [
      { cases: 40, drop: 0.19641, atBest: false },
      "only 40 cases: they show a drop of 19.7 points (80 % power); a smaller one may go unseen",
    ],
    [
      { cases: 22, drop: 0.335, atBest: true },
      "only 22 cases: against a control they show at best a drop of 33.5 points (80 % power); a smaller one may go unseen",
    ],
    [
      { cases: 4, drop: null, atBest: true },
      "only 4 cases: against a control they show no drop of success, however large",
    ],
  ],
  "few-clusters": [
    [
      { clusters: 5, least: 6, drop: null },
      "only 5 clusters of cases: fewer than 6 can show no difference, however large and however many cases they have",
    ],
    [{ clusters: 6, least: 6, drop: null }, "only 6 clusters of cases: they show no drop of success, however large"],
    [
      { clusters: 8, least: 6, drop: 0.19641 },
      "only 8 clusters of cases: they show a drop of 19.7 points (80 % power); a smaller one may go unseen",
    ],
  ],
  "suite-changed": [[{}, "the suite changed between the runs: its scorers may not be the same"]],
  "scoring-changed": [
    [{}, "the runs were scored by two releases, whose scorers judge some answers differently: run the older one again"],
  ],
  "scorer-on-one-side": [[{ scorer: "judge" }, "scorer judge is only on one side"]],
  simulated: [[{}, "latency is simulated on a virtual clock"]],
  "stand-in": [[{}, "answered by the offline stand-in, which is not a model: its scores say nothing about one"]],
  "too-many-errors": [[{ limit: 0.05 }, "more than 5 % of a side's trials ended in an error: nothing is decided"]],
  "same-content": [
    [{ oneRun: false }, "both sides have the same content: there is nothing to compare"],
    [{ oneRun: true }, "both sides have the same content and one run: there is nothing to compare"],
  ],
  "changed-together": [
    [
      { parts: ["prompt", "model"], suite: "s", control: "prompts/p@v1", candidate: "prompts/p" },
      "prompt and model changed together, so a difference may be the doing of either: agentops eval s --factorial --control prompts/p@v1 --target prompts/p tells them apart",
    ],
    [
      { parts: ["prompt", "tools", "settings"], suite: null, control: "agents/a@v1", candidate: "agents/a@v2" },
      "prompt, tools and settings changed together, so a difference may be the doing of any of them: one at a time would tell",
    ],
  ],
  "no-run": [
    [
      { suite: null, of: ["prompts/a@v1", "prompts/a@v2"] },
      "nothing was measured: no complete run of prompts/a@v1 and prompts/a@v2; agentops eval SUITE --target prompts/a@v1",
    ],
    [
      { suite: "triage", of: ["prompts/a@v2"] },
      "nothing was measured: no complete run of suite triage of prompts/a@v2; agentops eval SUITE --target prompts/a@v2",
    ],
  ],
  "no-common-suite": [
    [{ suite: null }, "nothing was measured: the sides have no run of the same suite"],
    [{ suite: "triage" }, "nothing was measured: the sides have no run of the same suite (triage)"],
  ],
  "control-reused": [[{ from: "2026-11-20T09:08:07.000Z" }, "the control's run is from 2026-11-20 09:08 UTC"]],
  "not-watched": [[{}, "no early stop: the stored run of the control had other cases or trials"]],
});

testSayings<Aim>("what cases are for", aimText, {
  exclude: [
    [{ of: "asked", target: 0.05, rough: null }, "to exclude a difference of 5 points if no case changes"],
    [
      { of: "asked", target: 0.05, rough: 20 },
      "to exclude a difference of 5 points if no case changes (a rough guess from 20)",
    ],
  ],
  see: [
    [
      { of: "asked", target: 0.05, rough: null, power: 0.8, discordance: 0.12 },
      "to see a difference of 5 points with 80 % power at 12 % of cases changing",
    ],
    [
      { of: "asked", target: 0.05, rough: null, power: 0.9, discordance: null },
      "to see a difference of 5 points with 90 % power at this spread between cases and trials",
    ],
  ],
});
