/** A difference of shares as points: 0.03 → "3 points". */
export function points(difference: number): string {
  const shown = Number((difference * 100).toFixed(2));
  return `${shown} point${shown === 1 ? "" : "s"}`;
}

/** A share as percent: 0.2 → "20 %". */
export function share(value: number): string {
  return `${Number((value * 100).toFixed(1))} %`;
}
