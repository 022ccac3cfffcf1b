import { normalQuantile } from "../distributions/normal.ts";
import type { Interval } from "../proportions/proportion.ts";

export interface Agreement {
  /** Share of the subjects both raters put in the same category. */
  observed: number;
  /** Cohen's kappa; null where it is undefined: both raters always use one and the same category. */
  kappa: { estimate: number; error: number; /** Null with error 0. */ interval: Interval | null } | null;
  /** Gwet's AC1, which a rare category does not pull to 0 as it does kappa. */
  ac1: number;
}

/**
 * Agreement of two raters beyond chance, from the table of counts (rows: one rater, columns: the other).
 *
 *   κ = (p_o − p_e)/(1 − p_e), p_e = Σ p_i· p_·i;   AC1 the same with p_e = Σ π_i(1 − π_i)/(k − 1), π_i = (p_i· + p_·i)/2
 *   Var κ = [Σ p_ii((1−p_e) − (p_i·+p_·i)(1−p_o))² + (1−p_o)² Σ_{i≠j} p_ij(p_·i+p_j·)² − (p_o p_e − 2p_e + p_o)²] / (n(1−p_e)⁴)
 *
 * Source: Cohen (1960), Educ. Psychol. Meas. 20:37; the error: Fleiss, Cohen, Everitt (1969), Psychol. Bull. 72:323; AC1: Gwet
 * (2008), Br. J. Math. Stat. Psychol. 61:29. All values are at most 1; 0 is what chance gives.
 *
 * Edges: perfect agreement → κ = 1, a rater who never varies → κ = 0, both with error 0. That is no certainty but an approximation
 * with nothing to go by, so there is no interval. Few subjects give intervals that are guesses: the caller asks for enough.
 * @param table square, at least 2 × 2, of counts ≥ 0 that need not be whole (an effective sample size)
 * @param alpha in (0, 1); the interval holds 1 − alpha and is clamped to [−1, 1]
 * @throws RangeError on another shape, a negative count, or a table that counts nothing
 */
export function agreement(table: readonly (readonly number[])[], alpha = 0.05): Agreement {
  const n = requireTable(table, alpha);
  const p = table.map((row) => row.map((count) => count / n));
  const rows = p.map((row) => sum(row));
  const columns = p.map((_, j) => sum(p.map((row) => row[j] as number)));
  const observed = sum(p.map((row, i) => row[i] as number));
  const chance = sum(rows.map((r, i) => r * (columns[i] as number)));
  const shares = rows.map((r, i) => (r + (columns[i] as number)) / 2);
  const chanceOfAc1 = sum(shares.map((share) => share * (1 - share))) / (table.length - 1);
  const ac1 = (observed - chanceOfAc1) / (1 - chanceOfAc1);
  // p_e is 1 exactly when one cell holds everything; rounding may leave it a bit short.
  if (1 - chance < 1e-12) return { observed, kappa: null, ac1 };
  const estimate = (observed - chance) / (1 - chance);
  const error = Math.sqrt(variance(p, rows, columns, observed, chance) / n);
  const half = normalQuantile(1 - alpha / 2) * error;
  const interval: Interval | null = error === 0 ? null : [Math.max(-1, estimate - half), Math.min(1, estimate + half)];
  return { observed, kappa: { estimate, error, interval }, ac1 };
}

/** n Var κ. */
function variance(p: number[][], rows: number[], columns: number[], observed: number, chance: number): number {
  let spread = 0;
  for (const [i, row] of p.entries()) {
    for (const [j, share] of row.entries()) {
      const margins =
        i === j
          ? 1 - chance - ((rows[i] as number) + (columns[i] as number)) * (1 - observed)
          : (1 - observed) * ((columns[i] as number) + (rows[j] as number));
      spread += share * margins * margins;
    }
  }
  const centre = observed * chance - 2 * chance + observed;
  const left = spread - centre * centre;
  // Perfect agreement leaves 0; rounding of it would be an error of 1e-8.
  return left <= 4 * Number.EPSILON ? 0 : left / (1 - chance) ** 4;
}

function requireTable(table: readonly (readonly number[])[], alpha: number): number {
  const counts = table.flat();
  const square = table.length >= 2 && table.every((row) => row.length === table.length);
  const n = sum(counts);
  if (!(square && counts.every((count) => count >= 0) && n > 0 && Number.isFinite(n))) {
    throw new RangeError("agreement: need a square table of counts >= 0 that counts something");
  }
  if (!(alpha > 0 && alpha < 1)) throw new RangeError(`agreement: alpha must be in (0, 1), got ${alpha}`);
  return n;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
