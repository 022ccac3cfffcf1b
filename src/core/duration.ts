const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `90s`, `30m`, `1.5h`, `14d`; 0 needs a unit too. */
export const DURATION_PATTERN = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/;

/** A century: what is longer is mistyped, and ends beyond the dates there are. */
const LONGEST_MS = 36_525 * 86_400_000;

/** Milliseconds; undefined for what is no duration, and for more than a century. */
export function durationMs(text: string): number | undefined {
  const match = DURATION_PATTERN.exec(text);
  if (match === null) return undefined;
  const ms = Number(match[1]) * (UNITS[match[2] ?? ""] as number);
  return ms <= LONGEST_MS ? ms : undefined;
}
