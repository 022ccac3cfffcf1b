import type { WeightedValues } from "./difference-law.ts";

interface Points {
  values: Float64Array;
  weights: Float64Array;
}

/**
 * The exact law of Σ ± size, independent fair signs, of as many of the sizes as so many points hold: one size after the other.
 * @param sizes above 0, descending
 * @param slack sums that differ by no more are one point
 * @returns the law and of how many sizes it is
 */
export function signLaw(
  sizes: Float64Array,
  slack: number,
  mostPoints: number,
): { law: WeightedValues; count: number } {
  let points: Points = { values: Float64Array.of(0), weights: Float64Array.of(1) };
  let count = 0;
  for (const size of sizes) {
    const next = flipped(points, size, slack);
    if (next.values.length > mostPoints) break;
    points = next;
    count += 1;
  }
  return { law: summed(points), count };
}

/** Every sum less `size` and plus `size`, merged in order. */
function flipped({ values, weights }: Points, size: number, slack: number): Points {
  const [sums, shares] = [new Float64Array(2 * values.length), new Float64Array(2 * values.length)];
  let [n, down, up] = [0, 0, 0];
  while (up < values.length) {
    const low = down < values.length ? (values[down] as number) - size : Infinity;
    const high = (values[up] as number) + size;
    const isLow = low <= high;
    const next = isLow ? low : high;
    if (n === 0 || next - (sums[n - 1] as number) > slack) sums[n++] = next;
    shares[n - 1] = (shares[n - 1] as number) + (weights[isLow ? down++ : up++] as number) / 2;
  }
  return { values: sums.subarray(0, n), weights: shares.subarray(0, n) };
}

function summed({ values, weights }: Points): WeightedValues {
  const n = values.length;
  const [upTo, from] = [new Float64Array(n + 1), new Float64Array(n + 1)];
  for (let i = 0; i < n; i++) upTo[i + 1] = (upTo[i] as number) + (weights[i] as number);
  for (let i = n - 1; i >= 0; i--) from[i] = (from[i + 1] as number) + (weights[i] as number);
  return { values, weights, upTo, from };
}
