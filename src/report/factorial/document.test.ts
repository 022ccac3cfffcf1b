import { expect, test } from "vitest";
import type { Effect, Experiment } from "../../comparison/factorial/schema.ts";
import type { FactorialNote } from "../../comparison/factorial/measure.ts";
import { testSayings } from "../../testing/sayings.ts";
import { factorialNoteText } from "./document.ts";
import { conclusion, effectWords, pWords } from "./words.ts";

testSayings<FactorialNote>("a note on a 2 × 2", factorialNoteText, {
  "partly-fresh": [
    [
      { metric: "latencyMs.mean", cases: 1, leftOut: 3 },
      "latencyMs.mean is of 1 case answered afresh in all four cells; 3 left out",
    ],
  ],
  "not-everywhere": [
    [{ metric: "costUsd.perTask", cases: 1, leftOut: 3 }, "costUsd.perTask is not measured: 3 cases lack it in a cell"],
  ],
  "stand-in": [[{}, "answered by the offline stand-in, which is not a model: its scores say nothing about one"]],
  "not-fresh": [
    [
      { metric: "costUsd.perTask", simulated: false },
      "costUsd.perTask is not measured: no case was answered afresh in all four cells (--no-cache asks again, --live ignores recordings)",
    ],
    [
      { metric: "latencyMs.mean", simulated: true },
      "latencyMs.mean is not measured: it is simulated on a virtual clock",
    ],
  ],
});

type Verdict = Effect["verdict"];

function told(prompt: Verdict, model: Verdict, interaction: Verdict): string {
  const effect = (verdict: Verdict) => ({ verdict, estimate: verdict === "down" ? -0.1 : 0.1, ci95: [0.05, 0.15] });
  const metric = {
    name: "successRate",
    unit: "proportion",
    margin: 0.03,
    effects: [prompt, model, interaction].map(effect),
  };
  return conclusion({ metrics: [metric], stopped: null } as unknown as Experiment);
}

test.each<[Verdict, Verdict, Verdict, string]>([
  ["up", "down", "inconclusive", "the prompt raises success: +10 points [+5, +15]; the model lowers success: −10 points [+5, +15]; whether they act on each other is not told"],
  ["no-difference", "inconclusive", "no-difference", "the prompt changes success by no more than 3 points on average; what the model does to success is not told by these cases; together they do what they do apart, within 3 points"],
  ["up", "up", "up", "the prompt raises success: +10 points [+5, +15]; the model raises success: +10 points [+5, +15]; they act on each other (+10 points [+5, +15]), so read each at the levels of the other and not on average"],
])("a conclusion of %s, %s and %s", (prompt, model, interaction, sentence) => {
  expect(told(prompt, model, interaction)).toBe(sentence);
}); // prettier-ignore

test("without all four cells there is no conclusion, and it says why", () => {
  expect(conclusion({ metrics: [], stopped: "no money left" } as unknown as Experiment)).toBe(
    "not all four cells were filled: no money left",
  );
});

test.each<["proportion" | "ms" | "usd", number, Effect["ci95"], string]>([
  ["proportion", 0.205, [0.1, null], "+20.5 points [+10, open]"],
  ["usd", -0.0021, [-0.003, -0.001], "−$0.0021 [−$0.003, −$0.001]"],
  ["ms", 120, null, "+120 ms"],
])("an effect in %s", (unit, estimate, ci95, words) => {
  expect(effectWords({ unit }, { estimate, ci95 })).toBe(words);
});

test.each<[string, Partial<Effect>, string]>([
  ["decided", { pValue: 0.001, adjustedPValue: 0.003, verdict: "up" }, "0.003"],
  ["undecided", { pValue: 0.3, adjustedPValue: 0.9, verdict: "inconclusive" }, "0.9"],
  ["undecided among the three only", { pValue: 0.02, adjustedPValue: 0.06, verdict: "inconclusive" }, "0.06, alone 0.02 as its interval"],
  ["too small to matter", { pValue: 0.02, adjustedPValue: 0.06, verdict: "no-difference" }, "0.06"],
  ["without a test", { pValue: null, adjustedPValue: null, verdict: "inconclusive" }, ""],
])("the p of an effect: %s", (_, effect, words) => expect(pWords(effect as Effect)).toBe(words)); // prettier-ignore
