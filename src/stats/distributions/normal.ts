import { gammaP, gammaQ } from "./gamma.ts";

/**
 * Standard normal Φ(z) = P(Z ≤ z), through the incomplete gamma function: Φ(−|z|) = ½ Q(½, z²/2).
 * Source: Abramowitz and Stegun 26.2.29 with 6.5.17. Relative accuracy about 1e-13 down to z = −38, where it is subnormal.
 * @param z any number, also ±∞
 * @throws RangeError on NaN
 */
export function normalCdf(z: number): number {
  return normalSurvival(-z);
}

/** Upper tail 1 − Φ(z) = P(Z > z), exact in the tail where 1 − normalCdf(z) would be 0. As `normalCdf`. */
export function normalSurvival(z: number): number {
  if (Number.isNaN(z)) throw new RangeError("normal: z is not a number");
  const half = (z * z) / 2;
  return z > 0 ? 0.5 * gammaQ(0.5, half) : 0.5 + 0.5 * gammaP(0.5, half);
}

/** Coefficients of PPND16, numerator and denominator, lowest power first: |p − ½| ≤ 0.425, then r ≤ 5, then the far tail. */
const CENTRE = [
  [
    3.3871328727963665, 133.14166789178438, 1971.5909503065513, 13731.69376550946, 45921.95393154987, 67265.7709270087,
    33430.57558358813, 2509.0809287301227,
  ],
  [
    1, 42.31333070160091, 687.1870074920579, 5394.196021424751, 21213.794301586597, 39307.89580009271,
    28729.085735721943, 5226.495278852854,
  ],
] as const;
const MIDDLE = [
  [
    1.4234371107496835, 4.630337846156546, 5.769497221460691, 3.6478483247632045, 1.2704582524523684,
    0.2417807251774506, 0.022723844989269184, 0.0007745450142783414,
  ],
  [
    1, 2.053191626637759, 1.6763848301838038, 0.6897673349851, 0.14810397642748008, 0.015198666563616457,
    0.0005475938084995345, 1.0507500716444169e-9,
  ],
] as const;
const TAIL = [
  [
    6.657904643501103, 5.463784911164114, 1.7848265399172913, 0.29656057182850487, 0.026532189526576124,
    0.0012426609473880784, 2.7115555687434876e-5, 2.0103343992922881e-7,
  ],
  [
    1, 0.599832206555888, 0.1369298809227358, 0.014875361290850615, 0.0007868691311456133, 1.8463183175100548e-5,
    1.421511758316446e-7, 2.0442631033899397e-15,
  ],
] as const;

/**
 * Standard normal quantile Φ⁻¹(p): algorithm AS 241, PPND16, relative accuracy about 1e-15 for p from 1e-316 to 1 − 1e-16.
 * Source: Wichura (1988), Appl. Statist. 37:477.
 * @param p in [0, 1]; 0 gives −∞ and 1 gives ∞
 * @throws RangeError outside
 */
export function normalQuantile(p: number): number {
  if (!(p >= 0 && p <= 1)) throw new RangeError(`normalQuantile: p must be in [0, 1], got ${p}`);
  if (p === 0 || p === 1) return p === 0 ? -Infinity : Infinity;
  const q = p - 0.5;
  if (Math.abs(q) <= 0.425) return q * ratio(CENTRE, 0.180625 - q * q);
  const r = Math.sqrt(-Math.log(q < 0 ? p : 1 - p));
  const z = r <= 5 ? ratio(MIDDLE, r - 1.6) : ratio(TAIL, r - 5);
  return q < 0 ? -z : z;
}

function ratio([top, bottom]: readonly [readonly number[], readonly number[]], x: number): number {
  const at = (coefficients: readonly number[]) => coefficients.reduceRight((sum, c) => sum * x + c, 0);
  return at(top) / at(bottom);
}
