import { deviance, HALF_LOG_TWO_PI, stirlingError } from "./stirling.ts";

const TINY = 1e-300;

/**
 * ln Γ(x) by Stirling's formula and its exact remainder.
 * Source: Abramowitz and Stegun 6.1.41. Absolute error about 1e-15 · max(1, x ln x).
 * @param x in (0, ∞)
 * @throws RangeError outside
 */
export function logGamma(x: number): number {
  if (!(x > 0 && Number.isFinite(x))) throw new RangeError(`logGamma: x must be positive and finite, got ${x}`);
  return (x - 0.5) * Math.log(x) - x + HALF_LOG_TWO_PI + stirlingError(x);
}

/**
 * Regularised lower incomplete gamma P(a, x) = γ(a, x)/Γ(a): P(X ≤ x) of a gamma variable with shape a and scale 1.
 * By its power series up to x = a + 1, above as 1 − Q.
 * Source: DLMF 8.11.4 and 8.9.2; Press et al. (2007), Numerical Recipes §6.2.
 * @param a in (0, ∞)
 * @param x in [0, ∞]; P(a, 0) = 0, P(a, ∞) = 1
 * @throws RangeError outside
 */
export function gammaP(a: number, x: number): number {
  requireDomain(a, x);
  if (x === 0) return 0;
  if (x === Infinity) return 1;
  return x < a + 1 ? Math.exp(logTerm(a, x) + Math.log(series(a, x))) : 1 - upper(a, x);
}

/**
 * Regularised upper incomplete gamma Q(a, x) = 1 − P(a, x), with its relative accuracy kept in the far tail.
 * By Legendre's continued fraction from x = a + 1, below as 1 − P. Source and ranges: as `gammaP`.
 */
export function gammaQ(a: number, x: number): number {
  requireDomain(a, x);
  if (x === 0) return 1;
  if (x === Infinity) return 0;
  return x < a + 1 ? 1 - Math.exp(logTerm(a, x) + Math.log(series(a, x))) : upper(a, x);
}

function requireDomain(a: number, x: number): void {
  if (!(a > 0 && Number.isFinite(a) && x >= 0)) {
    throw new RangeError(`incomplete gamma: need a > 0 and x >= 0, got a = ${a}, x = ${x}`);
  }
}

/** ln( x^a e^{−x} / Γ(a + 1) ), the Poisson term in Loader's form. */
function logTerm(a: number, x: number): number {
  return -stirlingError(a) - deviance(a, x) - HALF_LOG_TWO_PI - 0.5 * Math.log(a);
}

/** Σ x^n / ((a+1)…(a+n)) */
function series(a: number, x: number): number {
  let sum = 1;
  for (let term = 1, n = 1; term > sum * 1e-17; n++) {
    term *= x / (a + n);
    sum += term;
  }
  return sum;
}

/** The term times a/(x+1−a− 1(1−a)/(x+3−a− …)), evaluated by the modified Lentz method; one exp, so that it can be subnormal. */
function upper(a: number, x: number): number {
  let b = x + 1 - a;
  let c = 1 / TINY;
  let d = 1 / b;
  let h = d;
  for (let i = 1; i < 1_000_000; i++) {
    const numerator = -i * (i - a);
    b += 2;
    d = 1 / (numerator * d + b || TINY);
    c = b + numerator / c || TINY;
    h *= d * c;
    if (Math.abs(d * c - 1) < 3e-16) break;
  }
  return Math.exp(logTerm(a, x) + Math.log(a * h));
}
