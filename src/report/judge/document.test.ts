import type { CalibrationFound, CalibrationNote, JudgeReason, LabelsFor } from "../../evals/calibration/found.ts";
import { testSayings } from "../../testing/sayings.ts";
import { calibrationDocument } from "./document.ts";

const BARE = { reason: { code: "never-varies" }, need: null, notes: [], successRate: { raw: null, corrected: null } };
const worded = (more: Partial<CalibrationFound>) =>
  calibrationDocument({ ...BARE, ...more } as unknown as CalibrationFound);
const counts = { cases: 12, passes: 11, fails: 1, least: 30, leastOfAKind: 5 };

testSayings<JudgeReason>("why a judge may stand in for people", (reason) => worded({ reason }).reason, {
  agrees: [
    [{ kappa: { estimate: 0.714, ci95: [0.5, 0.86] } }, "it agrees with people beyond chance: kappa 0.71 [0.50, 0.86]"],
    [
      { kappa: { estimate: 1, ci95: null } },
      "it agrees with people beyond chance: kappa 1.00, without one disagreement",
    ],
  ],
  "never-varies": [[{}, "one of the two never varies"]],
  "no-better-than-chance": [
    [
      { passedOfPassed: 0.9, passedOfFailed: 0.88 },
      "it is no better than chance: it passes 90 % of what people passed and 88 % of what they failed",
    ],
  ],
  contradicts: [
    [
      { passedOfPassed: 0.1, passedOfFailed: 0.88 },
      "it contradicts the labels: it passes 10 % of what people passed and 88 % of what they failed; are pass and fail swapped in them?",
    ],
  ],
  unclear: [[{ kappa: null, labels: 40 }, "it cannot be told from chance: kappa unknown with 40 labels"]],
  "too-few": [
    [
      counts,
      "12 labelled cases with 11 passes and 1 fail are too few: at least 30 are needed, 5 of each kind among them: below that, intervals are guesses",
    ],
  ],
  "one-kind": [
    [counts, "12 labelled cases with 11 passes and 1 fail show nothing of the other kind: 5 of each are needed"],
  ],
});

testSayings<LabelsFor>(
  "what more labels are for",
  (why) => worded({ need: { labels: 1, casesLeft: 1, why } }).need!.why,
  {
    least: [
      [
        { least: 30, leastOfAKind: 5 },
        "at least 30 are needed, 5 of each kind among them: below that, intervals are guesses",
      ],
    ],
    "to-tell-apart": [[{}, "to tell a judge that agrees this much from chance"]],
    look: [
      [
        { kind: "failed", others: 0, judgedSo: 0 },
        "no labelled output was failed by people, and this run has no other: take one whose outputs differ more",
      ],
      [
        { kind: "failed", others: 20, judgedSo: 0 },
        "no labelled output was failed by people, and the judge failed none of the others: label others at random, or take a run whose outputs differ more",
      ],
      [
        { kind: "passed", others: 20, judgedSo: 7 },
        "no labelled output was passed by people: look among the 7 others that the judge passed (picked so they show its errors, but bias its corrected rate), or label others at random",
      ],
    ],
  },
);

testSayings<CalibrationNote>("a note on a calibration", (note) => worded({ notes: [note] }).notes[0]!, {
  "not-complete": [
    [{ run: "0199", status: "interrupted" }, "run 0199 is interrupted: rates are of the outputs it has"],
  ],
  "suite-changed": [
    [
      { suiteFile: "evals/a.suite.yml" },
      "evals/a.suite.yml has changed since: its judge is not the one that was calibrated",
    ],
  ],
  unjudged: [
    [{ labels: 1 }, "1 labelled output has no verdict: the trial ended in an error"],
    [{ labels: 2 }, "2 labelled outputs have no verdict: the trial ended in an error"],
  ],
  "same-case": [[{}, "several labels are of one case or cluster: intervals count them at what they are worth"]],
  picked: [
    [
      { labelled: 0.2, others: 0.91 },
      "the judge passes 20 % of the labelled outputs and 91 % of the others: they were hardly picked at random, which corrected rates rely on",
    ],
  ],
  swayed: [
    [
      { flips: 3, pairs: 20 },
      "the judge's comparison changed with the order in 3 of 20 pairs: compare in both orders, or not at all",
    ],
  ],
});
