import { ALPHA } from "../../comparison/metrics/tested.ts";
import type { Effect, Experiment, FactorialMetric } from "../../comparison/factorial/schema.ts";
import { points } from "../../core/words.ts";
import { metricValue } from "../diff/words.ts";
import { percent, pText, signed, withSign } from "../numbers.ts";

type Measured = Pick<Effect, "estimate" | "ci95">;

/** An effect with its interval: points of a share, else in the metric's unit. */
export function effectWords({ unit }: Pick<FactorialMetric, "unit">, { estimate, ci95 }: Measured): string {
  const share = unit === "proportion";
  const show = (value: number) =>
    share ? signed(value * 100, 1) : withSign(value, metricValue({ unit }, Math.abs(value)));
  const end = (value: number | null) => (value === null ? "open" : show(value));
  const interval = ci95 === null ? "" : ` [${end(ci95[0])}, ${end(ci95[1])}]`;
  return `${show(estimate)}${share ? " points" : ""}${interval}`;
}

export function cellWords({ unit }: Pick<FactorialMetric, "unit">, value: number): string {
  return unit === "proportion" ? percent(value) : metricValue({ unit }, value);
}

/** What the effect is judged by, among the three; also what it is alone, as its interval is, where that would decide it. */
export function pWords({ pValue, adjustedPValue, verdict }: Effect): string {
  if (pValue === null || adjustedPValue === null) return "";
  const show = (p: number) => pText(p).replace("p = ", "").replace("p ", "");
  const isOnlyAlone = verdict === "inconclusive" && pValue < ALPHA;
  return `${show(adjustedPValue)}${isOnlyAlone ? `, alone ${show(pValue)} as its interval` : ""}`;
}

export const VERDICTS = {
  up: "up",
  down: "down",
  "no-difference": "no difference",
  inconclusive: "inconclusive",
} as const;

export const SIMPLE_WORDS = {
  promptWithControlModel: "prompt, with the control's model",
  promptWithCandidateModel: "prompt, with the candidate's model",
  modelWithControlPrompt: "model, with the control's prompt",
  modelWithCandidatePrompt: "model, with the candidate's prompt",
} as const;

/** What the four cells say of success, in a sentence that claims no more than its intervals do. */
export function conclusion({ metrics, stopped }: Experiment): string {
  const success = metrics.find(({ name }) => name === "successRate");
  if (success === undefined)
    return stopped === null ? "nothing was measured" : `not all four cells were filled: ${stopped}`;
  const [prompt, model, interaction] = success.effects;
  const told = [mainWords("the prompt", prompt, success), mainWords("the model", model, success)].join("; ");
  return `${told}; ${interactionWords(interaction, success)}`;
}

function mainWords(who: string, effect: Effect | undefined, { margin, unit }: FactorialMetric): string {
  switch (effect?.verdict) {
    case "up":
      return `${who} raises success: ${effectWords({ unit }, effect)}`;
    case "down":
      return `${who} lowers success: ${effectWords({ unit }, effect)}`;
    case "no-difference":
      return `${who} changes success by no more than ${points(margin ?? 0)} on average`;
    case "inconclusive":
    case undefined:
      return `what ${who} does to success is not told by these cases`;
  }
}

function interactionWords(effect: Effect | undefined, { margin, unit }: FactorialMetric): string {
  switch (effect?.verdict) {
    case "up":
    case "down":
      return `they act on each other (${effectWords({ unit }, effect)}), so read each at the levels of the other and not on average`;
    case "no-difference":
      return `together they do what they do apart, within ${points(margin ?? 0)}`;
    case "inconclusive":
    case undefined:
      return "whether they act on each other is not told";
  }
}
