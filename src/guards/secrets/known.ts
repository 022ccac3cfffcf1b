import type { Finding } from "../text/finding.ts";

/** Shorter ones would shred ordinary text. */
const SHORTEST = 8;

/** Every way in which the given values may stand in a text: as they are, escaped once or twice for JSON, encoded for an address. */
export function waysOf(values: readonly string[]): string[] {
  const long = values.filter(({ length }) => length >= SHORTEST);
  return [...new Set(long.flatMap(ways))].sort((a, b) => b.length - a.length);
}

function ways(value: string): string[] {
  const json = JSON.stringify(value).slice(1, -1);
  // A lone surrogate cannot be encoded, and no variable has one.
  const encoded = encodeURIComponent(Buffer.from(value).toString());
  const small = encoded.replace(/%../g, (each) => each.toLowerCase());
  const form = encoded.replaceAll("%20", "+");
  return [value, json, JSON.stringify(json).slice(1, -1), encoded, small, form];
}

/** Where one of the values stands. */
export function findKnown(text: string, ways: readonly string[], found: Finding[]): void {
  for (const way of ways) {
    if (way.length > text.length) continue;
    for (let start = text.indexOf(way); start >= 0; start = text.indexOf(way, start + way.length))
      found.push({ kind: "secret", start, end: start + way.length });
  }
}
