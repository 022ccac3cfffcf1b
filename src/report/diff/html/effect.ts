import type { ComparedMetric } from "../../../comparison/schema.ts";
import { trimmed } from "../../numbers.ts";
import { TIE } from "./words.ts";
import { linearScale, logScale, type Scale } from "./scale.ts";

/** A metric's change on the axis it is drawn on: points (hundredths) or candidate / control. */
export interface Effect {
  estimate: number;
  /** Null where the interval is open or undefined. */
  low: number | null;
  high: number | null;
  hasInterval: boolean;
  /** From where to where a change counts as none; null without a margin on this axis. */
  band: readonly [number, number] | null;
  /** Edge of the band on the side of the worse. */
  limit: number | null;
}

type AxisKind = "points" | "change";

/** Metrics that share an axis: the same kind of change, good in the same direction. */
export interface EffectGroup {
  kind: AxisKind;
  higherIsBetter: boolean;
  metrics: ComparedMetric[];
}

export function effectGroups(metrics: readonly ComparedMetric[]): EffectGroup[] {
  const groups: EffectGroup[] = [];
  for (const metric of metrics) {
    const { higherIsBetter } = metric;
    const kind = axisKind(metric);
    const found = groups.find((g) => g.kind === kind && g.higherIsBetter === higherIsBetter);
    if (found === undefined) groups.push({ kind, higherIsBetter, metrics: [metric] });
    else found.metrics.push(metric);
  }
  return groups;
}

/** Null where the change has no place on the axis: an amount without a ratio. */
export function effectOf(metric: ComparedMetric): Effect | null {
  return axisKind(metric) === "points" ? inPoints(metric) : asRatio(metric);
}

export function effectScale({ kind, metrics }: EffectGroup): Scale {
  const effects = metrics.map(effectOf).filter((e) => e !== null);
  if (kind === "points") return linearScale([0, ...effects.flatMap(extentOf)], 5);
  const drawn = [1, ...effects.map((e) => e.estimate)];
  const [least, most] = [Math.min(...drawn) / WIDEST, Math.max(...drawn) * WIDEST];
  return logScale([...drawn, ...effects.flatMap(extentOf).map((v) => Math.min(most, Math.max(least, v)))], RATIOS, 18);
}

/** "+5", or "+50 %" of a ratio. */
export function tickLabel(kind: AxisKind, value: number): string {
  const change = Number(trimmed(kind === "points" ? value : (value - 1) * 100, 2));
  const text = `${change > 0 ? "+" : change < 0 ? "−" : ""}${Math.abs(change)}`;
  return kind === "points" || change === 0 ? text : `${text}${TIE}%`;
}

/** An interval that goes on by more than this factor is drawn as an arrow, rather than squeeze the others. */
const WIDEST = 4;
const RATIOS = [
  1, 2, 0.5, 5, 0.2, 10, 0.1, 1.5, 0.75, 3, 0.3, 1.2, 0.8, 1.1, 0.9, 1.3, 0.7, 1.05, 0.95, 30, 0.03, 100, 0.01, 1000,
  0.001,
];

function axisKind({ unit }: ComparedMetric): AxisKind {
  return unit === "proportion" || unit === "score" ? "points" : "change";
}

function inPoints({ difference, ci95, margin, relative, higherIsBetter }: ComparedMetric): Effect {
  const [low, high] = ci95 ?? [null, null];
  const edge = relative || margin === 0 ? null : margin * 100;
  return {
    estimate: difference * 100,
    low: low === null ? null : low * 100,
    high: high === null ? null : high * 100,
    hasInterval: ci95 !== null,
    band: edge === null ? null : [-edge, edge],
    limit: edge === null ? null : higherIsBetter ? -edge : edge,
  };
}

function asRatio({ ratio, margin, relative, higherIsBetter }: ComparedMetric): Effect | null {
  if (ratio === null || !(ratio.estimate > 0)) return null;
  const [low, high] = ratio.ci95 ?? [null, null];
  const edge = relative && margin > 0 ? 1 + margin : null;
  return {
    estimate: ratio.estimate,
    low: low !== null && low > 0 ? low : null,
    high,
    hasInterval: ratio.ci95 !== null,
    band: edge === null ? null : [1 / edge, edge],
    limit: edge === null ? null : higherIsBetter ? 1 / edge : edge,
  };
}

function extentOf({ estimate, low, high, band }: Effect): number[] {
  return [estimate, low, high, ...(band ?? [])].filter((v) => v !== null);
}
