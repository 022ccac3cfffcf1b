/** Weights on ascending values: probabilities, or 1 each to count pairs. */
export interface WeightedValues {
  values: ArrayLike<number>;
  weights: ArrayLike<number>;
  /** `upTo[i]` is the weight of the first i values; `from[i]` that of the others. Both, so that neither tail is 1 − the other. */
  upTo: ArrayLike<number>;
  from: ArrayLike<number>;
}

type Values = Pick<WeightedValues, "values">;

/** What is measured between a value of each arm; falls with the control's value and rises with the candidate's. */
export type Contrast = (control: number, candidate: number) => number;

export const difference: Contrast = (control, candidate) => candidate - control;
/** For positive values only. */
export const ratio: Contrast = (control, candidate) => candidate / control;

/** Each of n values once: what makes `kth` the k-th smallest of all n·m differences. */
export function counted(values: ArrayLike<number>): WeightedValues {
  const n = values.length;
  return {
    values,
    weights: new Float64Array(n).fill(1),
    upTo: Float64Array.from({ length: n + 1 }, (_, i) => i),
    from: Float64Array.from({ length: n + 1 }, (_, i) => n - i),
  };
}

/**
 * Weight of the pairs whose contrast is at most `bound`, and of those above it, for independent arms: one pass with two
 * pointers, as a higher control value needs a higher candidate value to stay above the bound.
 */
export function tails(
  control: WeightedValues,
  candidate: WeightedValues,
  contrast: Contrast,
  bound: number,
): { atMost: number; above: number } {
  let atMost = 0;
  let above = 0;
  let reached = 0;
  for (let i = 0; i < control.values.length; i++) {
    const x = control.values[i] as number;
    while (reached < candidate.values.length && contrast(x, candidate.values[reached] as number) <= bound) reached += 1;
    atMost += (control.weights[i] as number) * (candidate.upTo[reached] as number);
    above += (control.weights[i] as number) * (candidate.from[reached] as number);
  }
  return { atMost, above };
}

/**
 * The smallest contrast v of a pair for which `enough(v)` holds (true from some v on): bisects on the value, then steps
 * from pair to pair, so that the answer is a contrast that occurs, to the last bit, without a table of all pairs.
 */
export function smallest(
  control: WeightedValues,
  candidate: WeightedValues,
  contrast: Contrast,
  enough: (bound: number) => boolean,
): number {
  const last = (arm: WeightedValues) => arm.values[arm.values.length - 1] as number;
  const highest = contrast(control.values[0] as number, last(candidate));
  let low = contrast(last(control), candidate.values[0] as number);
  if (enough(low)) return low;
  let high = highest;
  const close = Number.EPSILON * 4 * Math.max(Math.abs(low), Math.abs(high));
  while (high - low > close) {
    const middle = low + (high - low) / 2;
    if (enough(middle)) high = middle;
    else low = middle;
  }
  for (let next = above(control, candidate, contrast, low); next < highest;) {
    if (enough(next)) return next;
    next = above(control, candidate, contrast, next);
  }
  return highest;
}

/** The smallest contrast of a pair that is above `bound`; Infinity where none is. */
export function above(control: Values, candidate: Values, contrast: Contrast, bound: number): number {
  let found = Infinity;
  let reached = 0;
  for (let i = 0; i < control.values.length; i++) {
    const x = control.values[i] as number;
    while (reached < candidate.values.length && contrast(x, candidate.values[reached] as number) <= bound) reached += 1;
    if (reached === candidate.values.length) break;
    found = Math.min(found, contrast(x, candidate.values[reached] as number));
  }
  return found;
}
