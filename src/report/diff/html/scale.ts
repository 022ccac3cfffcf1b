/** A value's place on an axis, in percent of its length, and the values the axis names. */
export interface Scale {
  at: (value: number) => number;
  low: number;
  high: number;
  ticks: readonly number[];
}

/** Room at both ends, as a share of the axis. */
const PAD = 0.06;
/** A linear axis over the values, with about `count` ticks at round steps. */
export function linearScale(values: readonly number[], count: number): Scale {
  const [low, high] = extent(values);
  return { at: placed(low, high, (v) => v), low, high, ticks: niceTicks(low, high, count) };
}

/**
 * A logarithmic axis over positive values; of the ticks offered, most important first, those that have room.
 * @param gap percent of the axis that a label takes
 */
export function logScale(values: readonly number[], offered: readonly number[], gap: number): Scale {
  const [low, high] = extent(values.map((v) => Math.log(v))).map((v) => Math.exp(v)) as [number, number];
  const at = placed(Math.log(low), Math.log(high), (v) => Math.log(v));
  const ticks: number[] = [];
  for (const tick of offered) {
    const inside = tick >= low && tick <= high;
    if (inside && ticks.every((other) => Math.abs(at(other) - at(tick)) >= gap)) ticks.push(tick);
  }
  return { at, low, high, ticks: ticks.length > 1 ? ticks.sort((a, b) => a - b) : niceTicks(low, high, 4) };
}

/** 1, 2, 5 and 3 times every power of ten from a billionth to a billion, the powers first. */
export function decades(): number[] {
  const powers = Array.from({ length: 19 }, (_, i) => i - 9);
  return [1, 5, 2, 3].flatMap((m) => powers.map((e) => Number(`${m}e${e}`)));
}

/** A number for an attribute: short, and the same on every machine. */
export function fixed(value: number): string {
  return String(Number(value.toFixed(2)));
}

function extent(values: readonly number[]): [number, number] {
  const low = values.reduce((a, b) => Math.min(a, b), Infinity);
  const high = values.reduce((a, b) => Math.max(a, b), -Infinity);
  if (!(low <= high)) return [0, 1];
  const span = high - low || Math.abs(low) * 0.2 || 1;
  return [low - span * PAD, high + span * PAD];
}

function placed(low: number, high: number, by: (value: number) => number): Scale["at"] {
  return (value) => Math.min(100, Math.max(0, ((by(value) - low) / (high - low)) * 100));
}

function niceTicks(low: number, high: number, count: number): number[] {
  const least = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(least));
  const step = power * ([1, 2, 2.5, 5].find((m) => m * power >= least * (1 - 1e-9)) ?? 10);
  const first = Math.ceil(low / step);
  // Twelve digits: without the dust of binary fractions.
  return Array.from({ length: Math.floor(high / step) - first + 1 }, (_, i) =>
    Number(((first + i) * step).toPrecision(12)),
  );
}
