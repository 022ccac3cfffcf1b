import { logGamma } from "../distributions/gamma.ts";
import { normalCdf } from "../distributions/normal.ts";
import { studentQuantile } from "../distributions/student.ts";
import type { Sides } from "./normal-test.ts";

/** Even; the density is smooth, so that Simpson's rule on so many intervals is exact to about 1e-10. */
const INTERVALS = 400;

/**
 * Power of a t test towards the effect: P(T > t_{1−α/s, df}) of a noncentral t, by conditioning on the standard error,
 *
 *   ∫ Φ(δ − t u) f(u) du,   u = √(χ²_df / df),   ln f(u) = ln 2 + (df/2) ln(df/2) − lnΓ(df/2) + (df − 1) ln u − df u²/2
 *
 * Source: Johnson, Kotz, Balakrishnan (1995), Continuous Univariate Distributions 2, §31.5; R's power.t.test.
 * @param shift δ ≥ 0: the effect over its true standard error
 * @param df degrees of freedom, ≥ 1
 */
export function studentPower(shift: number, df: number, { alpha, sides }: { alpha: number; sides: Sides }): number {
  if (!(shift >= 0 && df >= 1)) throw new RangeError(`t power: need a shift >= 0 and df >= 1, got ${shift}, ${df}`);
  if (shift === Infinity) return 1;
  const critical = studentQuantile(1 - alpha / sides, df);
  const half = df / 2;
  const constant = Math.LN2 + half * Math.log(half) - logGamma(half);
  const at = (u: number) =>
    u === 0 && df > 1
      ? 0
      : normalCdf(shift - critical * u) * Math.exp(constant + (df === 1 ? 0 : (df - 1) * Math.log(u)) - half * u * u);
  // The square root of a χ²/df has a standard deviation of about 1/√(2 df); nothing is left nine of them away.
  const reach = 9 / Math.sqrt(2 * df);
  return Math.min(1, simpson(at, Math.max(0, 1 - reach), 1 + reach));
}

function simpson(f: (x: number) => number, from: number, to: number): number {
  const step = (to - from) / INTERVALS;
  let sum = f(from) + f(to);
  for (let i = 1; i < INTERVALS; i++) sum += f(from + i * step) * (i % 2 === 1 ? 4 : 2);
  return (sum * step) / 3;
}
