import type { GuardrailResult, Phase, RatioResult, RolloutDocument } from "../../rollout/schema.ts";
import { signed, trimmed, whole } from "../numbers.ts";
import type { Style } from "../style.ts";

/** Good ends green, bad ones red, what waits for a person yellow. */
export function paintPhase(phase: Phase, style: Style): string {
  if (phase === "promoted") return style.good(phase);
  if (phase === "rolled-back" || phase === "invalid") return style.bad(phase);
  if (phase === "paused" || phase === "inconclusive") return style.unsure(phase);
  return phase === "pending" || phase === "aborted" ? style.dim(phase) : style.bold(phase);
}

type Stepped = Pick<RolloutDocument, "phase" | "step" | "steps" | "weight" | "cohort"> & {
  cohorts: readonly { name: string }[];
};

/** "step 2 of 5 (5 %)", "step 1 of 5 (cohort internal)"; null before the first. */
export function stepText({ phase, step, steps, weight, cohort, cohorts }: Stepped) {
  if (phase === "pending" || phase === "promoted") return null;
  const name = cohorts[step]?.name;
  const what = name === undefined ? shareText(steps[step] ?? weight) : `cohort ${name}`;
  const at = `step ${step + 1} of ${steps.length} (${what})`;
  if (weight > 0 || cohort !== null) return at;
  return phase === "shadow" || phase === "paused" || phase === "inconclusive" ? "on copies of inputs" : `was at ${at}`;
}

/** What a look counts: units; of cohorts their answers as well. */
export function arrivalWord({ cohorts }: { cohorts: readonly unknown[] }): string {
  return cohorts.length === 0 ? "unit" : "arrival";
}

/** Whether its next step lies behind copies of inputs; a pause does not say what it came from. */
export function isInShadow({ phase, weight, cohort, plan }: RolloutDocument): boolean {
  return (
    plan.shadow !== null &&
    weight === 0 &&
    cohort === null &&
    (phase === "shadow" || phase === "paused" || phase === "inconclusive")
  );
}

/** 0.05 → "5 %". */
export function shareText(share: number): string {
  return `${trimmed(share * 100, 2)} %`;
}

/** "--steps 25%,50%,100%". */
export function sharesText(steps: readonly number[]): string {
  return `--steps ${steps.map((share) => shareText(share).replace(" ", "")).join(",")}`;
}

const LARGE = 10_000;
/** What lies beyond is beyond doubt. */
const LARGEST_POWER = 9;

/** An e-value: two digits are enough, and beyond 10,000 its power of ten. */
export function eText(e: number): string {
  if (e >= LARGE) return `>10^${Math.min(LARGEST_POWER, Math.floor(Math.log10(e)))}`;
  if (e >= 100) return whole(e);
  return e > 0 && e < 0.01 ? "<0.01" : String(Number(e.toPrecision(2)));
}

export function eOf(e: number, threshold: number): string {
  return `${eText(e)}/${eText(threshold)}`;
}

/** Points with one decimal and the interval: "−1.1 [−6, +3.2]". */
export function differenceText({ difference, bounds }: GuardrailResult): string {
  const interval = bounds === null ? "" : `[${boundText(bounds[0], Math.floor)}, ${boundText(bounds[1], Math.ceil)}]`;
  return [difference === null ? "" : signed(difference * 100, 1), interval].join(" ").trim() || "—";
}

/** From ten points on without decimals, outwards. */
function boundText(bound: number, outwards: (value: number) => number): string {
  const shown = Number((bound * 100).toFixed(1));
  return signed(Math.abs(shown) < 10 ? shown : outwards(shown), 1);
}

/** A rate in percent and of how many units: "95.1 (1,900)". */
export function rateText(arm: GuardrailResult["control"]): string {
  return arm?.rate == null ? "—" : `${trimmed(arm.rate * 100, 1)} (${countText(arm.n)})`;
}

/** "×1.08 [0.97, 1.19]"; beyond what is excluded "…". */
export function ratioText({ estimate, bounds: [low, high] }: RatioResult): string {
  const interval = `[${downwards(low)}, ${high === null ? "…" : upwards(high)}]`;
  return estimate === null ? interval : `×${trimmed(estimate, 2)} ${interval}`;
}

/** Outwards, but for what rounding made of a number that is one. */
function downwards(value: number): string {
  return trimmed(Math.floor(value * 100 + 1e-6) / 100, 2);
}

function upwards(value: number): string {
  return trimmed(Math.ceil(value * 100 - 1e-6) / 100, 2);
}

/** 1,900 stays, 19,400 becomes 19k: a table has little room. */
export function countText(n: number): string {
  if (n < LARGE) return whole(n);
  return n < 1_000_000 ? `${Math.round(n / 1000)}k` : `${trimmed(n / 1_000_000, 1)}M`;
}

export function verdictWord({ verdict }: GuardrailResult): string {
  return verdict === "unmeasured" ? "no data" : verdict;
}

export function paintVerdict(result: GuardrailResult, style: Style, text = verdictWord(result)): string {
  if (result.verdict === "harm") return style.bad(text);
  if (result.verdict === "safe") return style.good(text);
  return result.verdict === "unmeasured" || result.verdict === "unproven" ? style.unsure(text) : text;
}
