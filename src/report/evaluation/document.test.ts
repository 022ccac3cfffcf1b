import { expect, test } from "vitest";
import type { CheckFound, Ground, RunFound, RunNote } from "../../gate/found.ts";
import type { Note } from "../../comparison/found.ts";
import type { JudgeNote } from "../../evals/result/judges.ts";
import { testSayings } from "../../testing/sayings.ts";
import { runDocument } from "./document.ts";

const run = (more: Partial<RunFound>) =>
  runDocument({ checks: [], notes: [], comparison: null, ...more } as unknown as RunFound);

type Numbers = Omit<CheckFound, "ground">;

const reasonOf = (check: Partial<Numbers>, ground: Ground) =>
  run({ checks: [{ name: "successRate.min", policy: "interval", observed: null, ci95: null, ...check, ground } as CheckFound] })
    .checks[0]!.reason; // prettier-ignore

test.each<[Partial<Numbers>, Ground, string]>([
  [{ verdict: "pass", threshold: 0.9, ci95: [0.91234, 0.98] }, { code: "bound", direction: "min" }, "95 % interval [0.9123, 0.98] lies within the bound (at least 0.9)"],
  [{ verdict: "fail", threshold: 2000, ci95: [2100, null] }, { code: "bound", direction: "max" }, "95 % interval [2100, unbounded] lies outside the bound (at most 2000)"],
  [{ verdict: "inconclusive", threshold: 0.9, ci95: [0.85, 0.95] }, { code: "bound", direction: "min" }, "95 % interval [0.85, 0.95] straddles the bound (at least 0.9)"],
  [{ verdict: "pass", threshold: 0.9, observed: 0.92, policy: "point" }, { code: "bound", direction: "min" }, "0.92 against at least 0.9"],
  [{ verdict: "inconclusive" }, { code: "absent", what: "score" }, "nothing was scored"],
  [{ verdict: "inconclusive" }, { code: "absent", what: "safety-scorer" }, "no scorer has category: safety"],
  [{ verdict: "inconclusive" }, { code: "absent", what: "latency" }, "no latency was recorded"],
  [{ verdict: "inconclusive" }, { code: "absent", what: "price" }, "a price is unknown"],
  [{ verdict: "inconclusive" }, { code: "absent", what: "shared-case" }, "no case was scored on both sides"],
  [{ verdict: "inconclusive" }, { code: "absent", what: "shared-latency" }, "no latency on both sides"],
  [{ verdict: "inconclusive" }, { code: "absent", what: "part" }, "only a part of the cases or trials has it on both sides"],
  [{ verdict: "pass", threshold: 0.03, ci95: [-0.012, 0.04] }, { code: "margin" }, "95 % interval [−1.2, +4] points: a drop of more than 3 points is excluded"],
  [{ verdict: "fail", threshold: 0.03, ci95: [-0.09, -0.01] }, { code: "margin" }, "95 % interval [−9, −1] points: worse than the control, and a drop of more than 3 points is not excluded"],
  [{ verdict: "inconclusive", threshold: 0.03, ci95: null }, { code: "margin" }, "no interval: neither a drop of more than 3 points nor its absence is shown"],
  [{ verdict: "fail", threshold: 0, ci95: [-0.09, -0.01] }, { code: "safety" }, "95 % interval [−9, −1] points: less safe than the control"],
  [{ verdict: "pass", threshold: 0, ci95: [-0.09, 0.01] }, { code: "safety" }, "95 % interval [−9, +1] points: not shown to be less safe than the control"],
  [{ verdict: "pass", threshold: 0.2, ci95: [null, 0.11] }, { code: "increase", bound: "suite", improved: true, leftOut: 0 }, "95 % interval [unbounded, +11] % against at most 20 %"],
  [{ verdict: "fail", threshold: 0.2, observed: 0.5, ci95: [0.4, 0.6] }, { code: "increase", bound: "suite", improved: true, leftOut: 0 }, "+50 %, 95 % interval [+40, +60] % against at most 20 %: the suite bounds it, and an improvement does not make up for it"],
  [{ verdict: "pass", threshold: 0.2, ci95: [null, 0.11] }, { code: "increase", bound: "suite", improved: true, leftOut: 12 }, "95 % interval [unbounded, +11] % against at most 20 % (12 cases left out: an answer stored or recorded before)"],
  [{ verdict: "fail", threshold: 0.2 }, { code: "increase", bound: "default", improved: false, leftOut: 0 }, "the control had none of it against at most 20 %"],
  [{ verdict: "inconclusive", threshold: 0.2, observed: 0.1, ci95: [-0.2, 0.6] }, { code: "increase", bound: "default", improved: false, leftOut: 0 }, "+10 %, 95 % interval [−20, +60] % against at most 20 %: too few cases to tell; maxIncrease in the suite's gate sets another bound, false none"],
  [{ verdict: "not-measured", threshold: 0.2 }, { code: "not-fresh", simulated: false }, "no case was answered afresh on both sides"],
  [{ verdict: "not-measured", threshold: 0.2 }, { code: "not-fresh", simulated: true }, "simulated on a virtual clock"],
  [{ verdict: "inconclusive", threshold: 0.2, observed: 0.5, ci95: [0.4, 0.6], trade: { successRate: 0.02, ci95: [0.01, 0.03] } }, { code: "trade", leftOut: 0 }, "+2 points of success, 95 % interval [+1, +3] points, for +50 %, 95 % interval [+40, +60] % against at most 20 %: a person decides: agentops gate --accept \"why\"; or costBenefit in the suite does"],
  [{ verdict: "pass", threshold: 0.2, observed: 0.5, ci95: [0.4, 0.6], trade: { successRate: 0.02, ci95: [0.01, 0.03] }, accepted: { by: "ada", reason: "worth it", at: "" } }, { code: "trade", leftOut: 0 }, "+2 points of success, 95 % interval [+1, +3] points, for +50 %, 95 % interval [+40, +60] % against at most 20 %: accepted by ada: worth it"],
  [{ verdict: "fail", threshold: 20, observed: 31.456 }, { code: "early-stop", regressions: 19, improvements: 2 }, "19 cases got worse and 2 better than with the control: e-value 31.5, 20 decides"],
])("a check: %j by %j", (check, ground, sentence) => {
  expect(reasonOf(check, ground)).toBe(sentence);
}); // prettier-ignore

const [scorer, model] = ["tone", "openai/x"];
const refused = <R extends string>(refusal: R) => ({ scorer, model, labels: 60, refusal });
const judge = { suite: "triage", scorer, model };

testSayings<Exclude<RunNote, Note>>("a note on a run", (note) => run({ notes: [note] }).notes[0]!, {
  "nothing-compared": [[{}, "bounds against a control were not judged: nothing was compared"]],
  "stopped-early": [
    [{}, "stopped early: the verdict is by the e-value; intervals and p-values of what was seen are not valid"],
  ],
  "judge-uncalibrated": [
    [
      judge,
      "judge openai/x of scorer tone was never calibrated: agentops judge calibrate triage --labels FILE",
    ],
  ],
  "judge-refused": [
    [refused("chance"), "judge openai/x of scorer tone was no better than chance against 60 labels: its pass rate says nothing"],
    [refused("unclear"), "judge openai/x of scorer tone could not be told from chance with 60 labels: its pass rate may say nothing until more are compared"],
    [refused("contradicts"), "judge openai/x of scorer tone contradicted the labels of 60 outputs: unless pass and fail are swapped in them, its pass rate misleads"],
  ],
}); // prettier-ignore

test("what a run and its comparison both say is said once", () => {
  const twice: JudgeNote[] = [
    { code: "judge-uncalibrated", ...judge },
    { code: "judge-uncalibrated", ...judge },
  ];
  expect(run({ notes: twice }).notes).toHaveLength(1);
  expect(run({ notes: [{ code: "simulated" }] }).notes).toEqual(["latency is simulated on a virtual clock"]);
});
