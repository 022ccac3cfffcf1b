import { binomialCdf, binomialPmf } from "../distributions/binomial.ts";
import { mcnemarTest } from "../proportions/mcnemar.ts";
import { smallestEffect } from "./normal-test.ts";

const ALPHA = 0.05;

/** Cases that are run once on both sides, few enough that every outcome can be counted. */
export interface FewCases {
  /** Whole, ≥ 0. */
  cases: number;
  /** Share of cases on which the two sides differ, in [0, 1]. */
  discordance: number;
  /** Drop of the success rate, in [0, discordance]. */
  drop: number;
}

/**
 * Chance that McNemar's test, as this project judges by it, calls a drop one at the two-sided 5 %, counted outcome by outcome:
 *
 *   Σₓ P(X = x) P(R significantly above x/2 | x),  X ~ Bin(n, ψ),  R ~ Bin(x, (ψ + d)/2ψ)
 *
 * Where cases are few the formulas of Connor and Miettinen promise too much: they do not know that fewer than six changed cases
 * can show nothing. Source: Fagerland, Lydersen, Laake (2013), BMC Med. Res. Methodol. 13:91 (enumeration of the paired test).
 */
export function mcnemarPower(plan: FewCases): number {
  return powerWith(limits(plan.cases), plan);
}

function powerWith(most: readonly number[], { cases, discordance, drop }: FewCases): number {
  let power = 0;
  for (const [changed, improvements] of most.entries()) {
    const chance = binomialPmf(changed, cases, discordance);
    if (chance === 0 || improvements < 0) continue;
    // Rounding may put (ψ + d)/2ψ just above 1.
    const better = Math.max(0, (discordance - drop) / (2 * discordance));
    power += chance * binomialCdf(improvements, changed, better);
  }
  return power;
}

/**
 * The smallest drop that so many cases show with the stated power, at the share of cases that changes or, where a drop takes more of
 * them, at that. @returns in (0, 1]; null when not even a drop of everything is shown
 */
export function mcnemarDrop({ cases, discordance }: Omit<FewCases, "drop">, power: number): number | null {
  const most = limits(cases);
  const at = (drop: number) => powerWith(most, { cases, drop, discordance: Math.max(discordance, drop) });
  return smallestEffect(at, 1, power);
}

function limits(cases: number): number[] {
  return Array.from({ length: cases + 1 }, (_, changed) => mostImprovements(changed));
}

/** Improvements among so many changed cases with which the regressions are still called beyond chance; −1 where none are few enough. */
function mostImprovements(changed: number): number {
  let most = -1;
  while (2 * (most + 1) < changed && mcnemarTest(changed - (most + 1), most + 1).pValue < ALPHA) most += 1;
  return most;
}
