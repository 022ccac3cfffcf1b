import { LEAST_OF_KEY } from "../text/characters.ts";
import type { Finding } from "../text/finding.ts";

/** Shorter ones would shred ordinary text. */
const SHORTEST = 8;

/** What the known values look like in a text. */
export interface KnownValues {
  /** Those that are one run of characters of keys, as nearly all are: looked for only where there is a run as long. */
  inRuns: readonly string[];
  anywhere: readonly string[];
  /** The length of the shortest of `anywhere`. */
  shortest: number;
}

/** Every way in which the given values may stand in a text: as they are, escaped once or twice for JSON, encoded for an address. */
export function knownValues(values: readonly string[]): KnownValues {
  const long = values.filter(({ length }) => length >= SHORTEST);
  const all = [...new Set(long.flatMap(ways))];
  const isRun = (way: string) => way.length >= LEAST_OF_KEY && /^[\w-]+$/.test(way);
  const anywhere = all.filter((way) => !isRun(way));
  return { inRuns: all.filter(isRun), anywhere, shortest: Math.min(...anywhere.map(({ length }) => length)) };
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
