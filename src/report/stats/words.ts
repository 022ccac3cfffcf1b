import { decimalsFor } from "../../core/words.ts";
import { trimmed, withSign } from "../numbers.ts";

/** A share's difference in points with its sign: −0.0042 → "−0.42". */
export function signedPoints(difference: number): string {
  return withSign(difference, trimmed(Math.abs(difference) * 100, 2));
}

/** A number with its sign and as many digits as carry meaning: 12.3456 → "+12.35". */
export function signedDigits(value: number): string {
  return withSign(value, String(Number(Math.abs(value).toPrecision(4))));
}

/** A share as percent with enough digits to tell it from one that is `apart` away: "94.99999 %". */
export function percentBeside(value: number, apart: number): string {
  return `${trimmed(value * 100, decimalsFor(apart))} %`;
}
