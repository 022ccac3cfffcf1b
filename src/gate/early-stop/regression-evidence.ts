import { signLogE } from "../../stats/sequential/sign-e-process.ts";

/** Shares of the stake that are bet where changes are fractions. */
const STAKES = Float64Array.from({ length: 64 }, (_, i) => (i + 0.5) / 64);

/** What the changes of cases say against "the candidate is no worse". */
export interface RegressionEvidence {
  /** @param change candidate − control of one independent group of cases, in [−1, 1] */
  add(change: number): void;
  /** May be looked at after every group: it reaches 1/α with probability at most α when the candidate is no worse. */
  e(): number;
}

/**
 * E-value against "the mean change is not below 0": the wealth of a gambler who bets on regressions, with the stake λ mixed,
 *
 *   E = ∫₀¹ ∏ (1 − λ dᵢ) dλ
 *
 * Where every dᵢ is −1, 0 or 1 this is the sign e-process in closed form. Fractions (several trials, clusters) take the mean over
 * 64 stakes, an e-value too. Counting their signs instead would call a candidate worse that loses a little in many cases and
 * wins a lot in few.
 *
 * Source: Waudby-Smith & Ramdas (2024), J. R. Stat. Soc. B 86:1, §4; Robbins (1970), Ann. Math. Stat. 41:1397 (mixtures).
 */
export function regressionEvidence(whole: boolean): RegressionEvidence {
  return whole ? ofSigns() : ofFractions();
}

function ofSigns(): RegressionEvidence {
  let [worse, better] = [0, 0];
  return {
    add: (change) => {
      if (change < 0) worse += 1;
      if (change > 0) better += 1;
    },
    e: () => Math.exp(signLogE(worse, better)),
  };
}

function ofFractions(): RegressionEvidence {
  const logs = new Float64Array(STAKES.length);
  return {
    add: (change) => {
      STAKES.forEach((stake, i) => (logs[i] = (logs[i] as number) + Math.log1p(-stake * change)));
    },
    e: () => logs.reduce((sum, log) => sum + Math.exp(log), 0) / logs.length,
  };
}
