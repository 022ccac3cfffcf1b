import { fault } from "./measure.ts";

/** Inclusive bounds of a count. */
export interface Bounds {
  min: number;
  max: number;
}

interface CountSpec {
  value?: number | { min?: number | undefined; max?: number | undefined } | undefined;
  min?: number | undefined;
  max?: number | undefined;
}

/** An exact number, or min and max; throws a fault when nothing is bounded or nothing can pass. */
export function boundsOf({ value, min, max }: CountSpec): Bounds {
  if (typeof value === "number") return { min: value, max: value };
  const bounds = { min: value?.min ?? min ?? 0, max: value?.max ?? max ?? Infinity };
  if (bounds.min === 0 && bounds.max === Infinity) throw fault(["value"], "missing; give a number, or min: and max:");
  if (bounds.min > bounds.max) throw fault(["min"], `min ${bounds.min} is above max ${bounds.max}; nothing could pass`);
  return bounds;
}

export function inBounds(count: number, { min, max }: Bounds): boolean {
  return count >= min && count <= max;
}

/** `exactly 3`, `at least 1`, `at most 5`, `2 to 4`. */
export function describeBounds({ min, max }: Bounds): string {
  if (min === max) return `exactly ${min}`;
  if (max === Infinity) return `at least ${min}`;
  return min === 0 ? `at most ${max}` : `${min} to ${max}`;
}
