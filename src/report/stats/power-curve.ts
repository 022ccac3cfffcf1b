import { whole } from "../numbers.ts";
import type { Style } from "../style.ts";

const BLOCKS = [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];
const ROWS = 5;
const MARGIN = 8;

/** Power against n as a small column chart, as wide as the terminal allows up to 60 columns; `at` is marked below the axis. */
export function powerCurve(
  points: readonly { n: number; power: number }[],
  at: number,
  width: number,
  style: Style,
): string[] {
  const last = points.at(-1);
  if (last === undefined) return [];
  const across = Math.max(16, Math.min(60, width - MARGIN - 2));
  const heights = Array.from({ length: across }, (_, i) => powerAt(points, (last.n * (i + 1)) / across));
  const rows = Array.from({ length: ROWS }, (_, row) => {
    const floor = (ROWS - 1 - row) / ROWS;
    const bars = heights.map(
      (power) => BLOCKS[Math.max(0, Math.min(8, Math.round((power - floor) * ROWS * 8)))] ?? " ",
    );
    return `${style.dim(`${String(100 - (100 / ROWS) * row).padStart(4)} % ┤`)}${bars.join("").trimEnd()}`;
  });
  return [...rows, ...axis(last.n, at, across).map((line) => style.dim(line))];
}

function axis(end: number, at: number, across: number): string[] {
  const column = Math.max(0, Math.min(across - 1, Math.round((at / end) * across) - 1));
  const line = `${" ".repeat(MARGIN - 1)}└${"─".repeat(column)}┴${"─".repeat(across - column - 1)}`;
  const [label, most] = [whole(at), whole(Math.round(end))];
  const start = Math.max(0, Math.min(across - label.length, column - Math.floor(label.length / 2)));
  const left = `${" ".repeat(MARGIN + start)}${label}`;
  const gap = MARGIN + across - left.length - most.length;
  return [line, gap >= 2 ? `${left}${" ".repeat(gap)}${most}` : left];
}

/** Straight lines between the points; the first starts at no power. */
function powerAt(points: readonly { n: number; power: number }[], n: number): number {
  const next = points.findIndex((point) => point.n >= n - 1e-9);
  const above = points[next] ?? points.at(-1);
  const below = next > 0 ? points[next - 1] : { n: 0, power: 0 };
  if (above === undefined || below === undefined || above.n === below.n) return 0;
  return below.power + ((above.power - below.power) * (n - below.n)) / (above.n - below.n);
}
