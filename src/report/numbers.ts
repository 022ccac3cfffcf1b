import { printable } from "../core/printable.ts";
import { plural } from "../core/words.ts";

/** 0.9367 → "93.67 %"; at most two decimals. */
export function percent(value: number): string {
  return `${trimmed(value * 100, 2)} %`;
}

export function percentInterval([low, high]: readonly [number, number]): string {
  return `[${percent(low)}, ${percent(high)}]`;
}

/** USD with as many decimals as a small amount needs: "$0.0014", "$12.50". */
export function usd(value: number): string {
  if (value === 0) return "$0";
  return value >= 1 ? `$${value.toFixed(2)}` : `$${Number(value.toPrecision(3))}`;
}

export function milliseconds(value: number): string {
  return `${value >= 100 ? Math.round(value) : trimmed(value, 1)} ms`;
}

/** At most `digits` decimals, no trailing zeros. */
export function trimmed(value: number, digits: number): string {
  return String(Number(value.toFixed(digits)));
}

/** 3200 → "3,200", the same on every machine. */
export function whole(n: number): string {
  return n.toLocaleString("en-US", { maximumFractionDigits: 0 });
}

/** At most `digits` decimals with a sign: "+4.2", "−4.2", "0". */
export function signed(value: number, digits: number): string {
  return withSign(value, trimmed(Math.abs(value), digits));
}

/** A number already written without its sign ("4.2", "$0.1"), with it. */
export function withSign(value: number, shown: string): string {
  return /[1-9]/.test(shown) ? `${value < 0 ? "−" : "+"}${shown}` : "0";
}

/** A p-value without a wall of zeros. */
export function pText(p: number): string {
  return p < 0.0001 ? "p < 0.0001" : `p = ${Number(p.toPrecision(2))}`;
}

/** "1 case", "1,240 cases". */
export function many(n: number, noun: string): string {
  return plural(n, noun, `${noun}s`, whole(n));
}

/** One line of at most `width` characters, with an ellipsis where it was cut. */
export function oneLine(value: unknown, width: number): string {
  const raw = typeof value === "string" ? value : value === undefined ? "" : JSON.stringify(value);
  const text = printable(raw.replace(/\s+/g, " ").trim());
  return text.length <= width ? text : `${text.slice(0, Math.max(1, width - 1))}…`;
}

/** Ids in a row, the first `most` of them; a hostile one stays on its line. */
export function idList(ids: readonly string[], most: number): string {
  return `${ids
    .slice(0, most)
    .map((id) => oneLine(id, 60))
    .join(", ")}${ids.length > most ? ", …" : ""}`;
}

/** Two texts as one-liners of at most `width` characters that show where they begin to differ. */
export function differingLines(a: unknown, b: unknown, width: number): [string, string] {
  const [x, y] = [oneLine(a, Infinity), oneLine(b, Infinity)];
  let same = 0;
  while (same < x.length && x[same] === y[same]) same += 1;
  const start = Math.max(0, same - Math.floor(width / 3));
  if (start === 0 || Math.max(x.length, y.length) <= width) return [oneLine(x, width), oneLine(y, width)];
  return [x, y].map((text) => oneLine(`…${text.slice(start)}`, width)) as [string, string];
}
