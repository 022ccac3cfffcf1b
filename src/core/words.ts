/** That many of something: `plural(1, "case")` → "1 case", `plural(2, "pass", "passes")` → "2 passes". */
export function plural(n: number, one: string, several = `${one}s`, shown = String(n)): string {
  return `${shown} ${n === 1 ? one : several}`;
}

/** A difference of shares as points, with enough digits to be seen: 0.03 → "3 points", 1e-7 → "0.00001 points". */
export function points(difference: number): string {
  const shown = Number((difference * 100).toFixed(decimalsFor(difference)));
  return plural(shown, "point");
}

/** A share as percent: 0.2 → "20 %". */
export function share(value: number): string {
  return `${Number((value * 100).toFixed(1))} %`;
}

/** Decimals in which a difference of shares, in points, keeps two digits; at least two. */
export function decimalsFor(difference: number): number {
  return Math.max(2, Math.min(20, 1 - Math.floor(Math.log10(Math.abs(difference) * 100 + Number.MIN_VALUE))));
}
