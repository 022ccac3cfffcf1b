import { HALF_LOG_TWO_PI, logBinomialTerm, stirlingError } from "./stirling.ts";

const TINY = 1e-300;

/**
 * ln B(a, b) = ln Γ(a) + ln Γ(b) − ln Γ(a + b), without the cancellation of that sum for large a and b.
 * Source: Didonato and Morris (1992), ACM TOMS 18:360 (algorithm 708, betaln).
 * @param a, b in (0, ∞)
 * @throws RangeError outside
 */
export function logBeta(a: number, b: number): number {
  requireShapes(a, b);
  const powers = -a * Math.log1p(b / a) - b * Math.log1p(a / b);
  const remainder = stirlingError(a) + stirlingError(b) - stirlingError(a + b);
  return powers - 0.5 * Math.log(a / (1 + a / b)) + HALF_LOG_TWO_PI + remainder;
}

/**
 * Regularised incomplete beta function I_x(a, b): P(X ≤ x) of a beta variable.
 *
 *   x^a y^b / (a B(a, b)) · 1/(1 + d₁/(1 + d₂/(1 + …))),  below the mean; above it 1 − I_y(b, a)
 *
 * Source: DLMF 8.17.22; the factor in front by Loader (2000), so that the far tail keeps its relative accuracy (about 1e-13).
 * @param x in [0, 1]; I_0 = 0, I_1 = 1
 * @param a, b in (0, ∞)
 * @param y 1 − x, where the caller knows it with more digits
 * @throws RangeError outside
 */
export function regularizedBeta(x: number, a: number, b: number, y = 1 - x): number {
  requireShapes(a, b);
  if (!(x >= 0 && x <= 1 && y >= 0 && y <= 1)) throw new RangeError(`I_x: x must be in [0, 1], got ${x}`);
  return Math.exp(logRegularizedBeta(x, y, a, b));
}

/** ln I_x(a, b), which is finite where I itself is below the smallest number. */
function logRegularizedBeta(x: number, y: number, a: number, b: number): number {
  if (x === 0 || y === 0) return x === 0 ? -Infinity : 0;
  const direct = x <= (a + 1) / (a + b + 2);
  return direct ? logTail(x, y, a, b) : Math.log1p(-Math.exp(logTail(y, x, b, a)));
}

function logTail(x: number, y: number, a: number, b: number): number {
  return logBinomialTerm(a, b, x, y) - Math.log1p(a / b) + Math.log(betaFraction(x, a, b));
}

/** The continued fraction of I_x(a, b) (DLMF 8.17.22) by the modified Lentz method; for x ≤ (a + 1)/(a + b + 2). */
export function betaFraction(x: number, a: number, b: number): number {
  let c = 1;
  let d = 1 / (1 - ((a + b) * x) / (a + 1) || TINY);
  let h = d;
  const step = (numerator: number) => {
    d = 1 / (1 + numerator * d || TINY);
    c = 1 + numerator / c || TINY;
    h *= d * c;
    return Math.abs(d * c - 1) < 3e-16;
  };
  for (let m = 1; m < 1_000_000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    const settled = step(even);
    if (step(odd) && settled) return h;
  }
  throw new RangeError(`I_x(${a}, ${b}) does not settle at x = ${x}`);
}

/**
 * Quantile of a beta variable: the x with I_x(a, b) = p.
 * @param p in [0, 1]; 0 gives 0 and 1 gives 1
 * @param a, b in (0, ∞)
 * @throws RangeError outside
 */
export function betaQuantile(p: number, a: number, b: number): number {
  requireShapes(a, b);
  if (!(p >= 0 && p <= 1)) throw new RangeError(`betaQuantile: p must be in [0, 1], got ${p}`);
  return p === 0 || p === 1 ? p : logistic(betaLogitQuantile(p, a, b));
}

/**
 * ln(x/(1 − x)) of the beta quantile x: what keeps its digits where x is all but 0 or 1. Newton's method on the logarithm of
 * the smaller tail, kept between bounds that a bisection tightens.
 * @param p in (0, 1)
 */
export function betaLogitQuantile(p: number, a: number, b: number): number {
  if (p > 0.5) return -solveLogit(Math.log1p(-p), b, a);
  return solveLogit(Math.log(p), a, b);
}

function solveLogit(logP: number, a: number, b: number): number {
  let low = -745 / Math.min(1, a) - 1;
  let high = 745 / Math.min(1, b) + 1;
  let u = Math.log(a / b);
  for (let i = 0; i < 200; i++) {
    const [x, y] = [logistic(u), logistic(-u)];
    const logI = logRegularizedBeta(x, y, a, b);
    const miss = logI - logP;
    if (miss > 0) high = u;
    else low = u;
    // d ln I / du = x^a y^b / (B I)
    const slope = Math.exp(logBinomialTerm(a, b, x, y) - Math.log(1 / a + 1 / b) - logI);
    const newton = u - miss / slope;
    const next = newton > low && newton < high ? newton : (low + high) / 2;
    if (Math.abs(next - u) <= 1e-15 * Math.max(1, Math.abs(u))) return next;
    u = next;
  }
  return u;
}

function logistic(u: number): number {
  return u < 0 ? Math.exp(u) / (1 + Math.exp(u)) : 1 / (1 + Math.exp(-u));
}

function requireShapes(a: number, b: number): void {
  if (!(a > 0 && b > 0 && Number.isFinite(a) && Number.isFinite(b))) {
    throw new RangeError(`beta: a and b must be positive and finite, got ${a} and ${b}`);
  }
}
