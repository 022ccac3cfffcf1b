import { trimmed, withSign } from "../numbers.ts";

/** A share's difference in points with its sign: −0.0042 → "−0.42". */
export function signedPoints(difference: number): string {
  return withSign(difference, trimmed(Math.abs(difference) * 100, 2));
}

/** A number with its sign and as many digits as carry meaning: 12.3456 → "+12.35". */
export function signedDigits(value: number): string {
  return withSign(value, String(Number(Math.abs(value).toPrecision(4))));
}

/** A difference of shares as points, with enough digits to be seen: 0.03 → "3 points", 1e-7 → "0.00001 points". */
export function points(difference: number): string {
  const shown = trimmed(difference * 100, decimalsFor(difference));
  return `${shown} point${shown === "1" ? "" : "s"}`;
}

/** A share as percent with enough digits to tell it from one that is `apart` away: "94.99999 %". */
export function percentBeside(value: number, apart: number): string {
  return `${trimmed(value * 100, decimalsFor(apart))} %`;
}

/** Decimals in which a difference, in points, keeps two digits; at least two. */
function decimalsFor(difference: number): number {
  return Math.max(2, Math.min(20, 1 - Math.floor(Math.log10(Math.abs(difference) * 100 + Number.MIN_VALUE))));
}
