/** ½ ln 2π */
export const HALF_LOG_TWO_PI = 0.9189385332046728;

/** Bernoulli numbers of Stirling's series: 1/12, −1/360, 1/1260, −1/1680, 1/1188, −691/360360. */
const SERIES = [1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360];

/**
 * What Stirling's formula misses: δ(x) = ln Γ(x) − (x − ½) ln x + x − ½ ln 2π. The parts of a binomial or Poisson term that
 * are huge cancel on paper when it is written with δ, not in the computer: that is what keeps the far tails exact.
 *
 * From 15 up by its asymptotic series, below by δ(x) = δ(x + 1) + (x + ½) ln(1 + 1/x) − 1.
 * Source: Loader (2000), Fast and Accurate Computation of Binomial Probabilities; Abramowitz and Stegun 6.1.41.
 * @param x > 0
 * @returns δ(x) > 0, with an absolute error of about 1e-15
 */
export function stirlingError(x: number): number {
  let shift = 0;
  let y = x;
  while (y < 15) {
    shift += (y + 0.5) * Math.log1p(1 / y) - 1;
    y += 1;
  }
  const inverse = 1 / y;
  const squared = inverse * inverse;
  return shift + SERIES.reduceRight((sum, term) => sum * squared + term, 0) * inverse;
}

/**
 * Deviance x ln(x/m) + m − x, without cancellation where x is near m.
 *
 *   v = (x − m)/(x + m):  (x − m) v + 2 x Σ_{j≥1} v^{2j+1} / (2j + 1)
 *
 * Source: Loader (2000), function bd0.
 * @param x > 0
 * @param m > 0
 * @returns ≥ 0
 */
export function deviance(x: number, m: number): number {
  if (Math.abs(x - m) >= 0.1 * (x + m)) return x * Math.log(x / m) + m - x;
  const v = (x - m) / (x + m);
  let sum = (x - m) * v;
  let power = 2 * x * v;
  for (let j = 1; j < 1000; j++) {
    power *= v * v;
    const next = sum + power / (2 * j + 1);
    if (next === sum) break;
    sum = next;
  }
  return sum;
}

/**
 * ln of the binomial term Γ(a+b+1)/(Γ(a+1) Γ(b+1)) · x^a y^b in Loader's saddle-point form, also for a and b that are not whole.
 * Source: Loader (2000).
 * @param a, b > 0: successes and failures
 * @param x, y in (0, 1): their probabilities; both are passed since 1 − x loses digits that a caller may still have
 */
export function logBinomialTerm(a: number, b: number, x: number, y: number): number {
  const n = a + b;
  const remainder = stirlingError(n) - stirlingError(a) - stirlingError(b);
  return remainder - deviance(a, n * x) - deviance(b, n * y) - HALF_LOG_TWO_PI - 0.5 * Math.log(a / (1 + a / b));
}
