/** A share as points: 0.03 → "3 points". */
export function points(value: number): string {
  return `${Number((value * 100).toFixed(2))} points`;
}

/** A share as percent: 0.2 → "20 %". */
export function share(value: number): string {
  return `${Number((value * 100).toFixed(1))} %`;
}
