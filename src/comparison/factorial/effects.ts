import { holm } from "../../stats/samples/multiple.ts";
import type { CaseMeans } from "../pairs/pair.ts";
import { ALPHA, type Tested, testMeans, testRate, testShare } from "../metrics/tested.ts";
import { type Effect, EFFECTS, type FactorialMetric, SIMPLE_EFFECTS } from "./schema.ts";

/**
 * Per case its mean in each cell: control prompt with control model, candidate prompt with control model, control prompt with candidate
 * model, candidate prompt with candidate model.
 */
export interface CellMeans {
  cells: readonly [Float64Array, Float64Array, Float64Array, Float64Array];
  /** Group of each case; null when every case is a group of its own. */
  groups: Int32Array | null;
  /** Every case has one trial in each cell. */
  single: boolean;
}

type Found = Pick<FactorialMetric, "cells" | "effects" | "simple">;
type Measured = Pick<Effect, "estimate" | "ci95" | "pValue" | "test">;

/**
 * The main effects of prompt and model and their interaction in a 2 × 2 within cases. With yₚₘ a case's mean,
 *
 *   prompt ½[(y₁₀ − y₀₀) + (y₁₁ − y₀₁)],  model ½[(y₀₁ − y₀₀) + (y₁₁ − y₁₀)],  interaction (y₁₁ − y₀₁) − (y₁₀ − y₀₀)
 *
 * Each is a mean over cases of one number a case, so that it is tested as a paired difference is: CR1 errors over clusters with t, sign
 * flips where few groups differ (specification §3). One trial a case makes the simple effects McNemar's.
 * Source: contrasts of a within-subject 2 × 2, Maxwell, Delaney and Kelley (2018), Designing Experiments, ch. 12.
 * @param share the measure is in [0, 1]
 * @param margin largest effect that counts as none; null: no effect is said to be none
 */
export function effectsOf({ cells, groups, single }: CellMeans, share: boolean, margin: number | null): Found {
  const [y00, y10, y01, y11] = cells;
  const at = Int32Array.from(y00.keys());
  const pair = (control: Float64Array, candidate: Float64Array, alone = false): CaseMeans => {
    return { control, candidate, groups, single: single && alone, at };
  };
  const test = share ? testShare : (means: CaseMeans) => testMeans(means);
  const simple = share ? testRate : (means: CaseMeans) => testMeans(means);
  const tested = [
    measured(test(pair(mean(y00, y01), mean(y10, y11)))),
    measured(test(pair(mean(y00, y10), mean(y01, y11)))),
    interaction(pair(halfChange(y00, y10), halfChange(y01, y11)), test),
  ];
  const contrasts: [Float64Array, Float64Array][] = [[y00, y10], [y01, y11], [y00, y01], [y10, y11]]; // prettier-ignore
  return {
    cells: cells.map((cell) => cell.reduce((sum, y) => sum + y, 0) / cell.length),
    effects: judged(tested, margin),
    simple: contrasts.map(([before, after], i) => ({
      name: SIMPLE_EFFECTS[i] as (typeof SIMPLE_EFFECTS)[number],
      ...measured(simple(pair(before, after, true))),
    })),
  };
}

/** Tested on half the changes, shifted into [0, 1] where the measure is a share, so that what holds for shares holds for it. */
function interaction(means: CaseMeans, test: (means: CaseMeans) => Tested): Measured {
  const { estimate, ci95, ...found } = measured(test(means));
  const twice = (end: number | null) => (end === null ? null : 2 * end);
  return { estimate: 2 * estimate, ci95: ci95 === null ? null : [twice(ci95[0]), twice(ci95[1])], ...found };
}

function mean(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((value, i) => (value + (b[i] as number)) / 2);
}

function halfChange(before: Float64Array, after: Float64Array): Float64Array {
  return before.map((value, i) => (1 + (after[i] as number) - value) / 2);
}

function measured({ difference, ci95, pValue, test }: Tested): Measured {
  return { estimate: difference, ci95, pValue, test: test as Effect["test"] };
}

function judged(found: readonly Measured[], margin: number | null): Effect[] {
  const values = found.flatMap(({ pValue }) => (pValue === null ? [] : [pValue]));
  const adjusted = holm(values);
  let next = 0;
  return found.map((effect, i) => {
    const adjustedPValue = effect.pValue === null ? null : (adjusted[next++] ?? null);
    return {
      name: EFFECTS[i] as Effect["name"],
      ...effect,
      adjustedPValue,
      verdict: verdictOf(effect, adjustedPValue, margin),
    };
  });
}

function verdictOf({ estimate, ci95 }: Measured, p: number | null, margin: number | null): Effect["verdict"] {
  if (p !== null && p < ALPHA && estimate !== 0) return estimate > 0 ? "up" : "down";
  const [low, high] = ci95 ?? [null, null];
  const within = margin !== null && low !== null && high !== null && low >= -margin && high <= margin;
  return within ? "no-difference" : "inconclusive";
}

/** Whether success tells prompt and model apart: both main effects are decided, or that they act on each other is shown. */
export function isDecided(effects: readonly Effect[]): boolean {
  const isShown = (name: Effect["name"]) => effects.some((e) => e.name === name && ["up", "down"].includes(e.verdict));
  const isOpen = effects.some((e) => e.name !== "interaction" && e.verdict === "inconclusive");
  return effects.length > 0 && (!isOpen || isShown("interaction"));
}

/**
 * An interval narrows with the root of the number of cases: so many bring the widest open main effect within the margin, or away from
 * nothing where what was seen is larger than that.
 */
export function casesNeeded(effects: readonly Effect[], cases: number, margin: number): number | null {
  const open = effects.filter((e) => e.name !== "interaction" && e.verdict === "inconclusive");
  const halves = open.map(({ ci95, estimate }) => {
    const half = ci95 === null ? null : ((ci95[1] ?? Infinity) - (ci95[0] ?? -Infinity)) / 2;
    return half === null ? null : half / Math.max(margin, Math.abs(estimate));
  });
  if (open.length === 0 || halves.some((half) => half === null || !Number.isFinite(half))) return null;
  return Math.max(cases + 1, Math.ceil(cases * Math.max(...(halves as number[])) ** 2));
}
