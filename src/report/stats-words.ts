import { trimmed } from "./numbers.ts";

/** 3200 → "3,200". */
export function whole(n: number): string {
  return n.toLocaleString("en-US", { maximumFractionDigits: 0 });
}

/** A difference of shares: 0.05 → "5 points". */
export function points(difference: number): string {
  const shown = trimmed(difference * 100, 2);
  return `${shown} point${shown === "1" ? "" : "s"}`;
}

/** A share's difference in points with its sign: −0.0042 → "−0.42". */
export function signedPoints(difference: number): string {
  return withSign(difference, trimmed(Math.abs(difference) * 100, 2));
}

/** A number with its sign and as many digits as carry meaning: 12.3456 → "+12.35". */
export function signed(value: number): string {
  return withSign(value, String(Number(Math.abs(value).toPrecision(4))));
}

function withSign(value: number, shown: string): string {
  return Number(shown) === 0 ? "0" : `${value < 0 ? "−" : "+"}${shown}`;
}

/** A p-value without a wall of zeros. */
export function pText(p: number): string {
  return p < 0.0001 ? "p < 0.0001" : `p = ${Number(p.toPrecision(2))}`;
}
