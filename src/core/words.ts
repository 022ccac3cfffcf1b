/** That many of something: `plural(1, "case")` → "1 case", `plural(2, "pass", "passes")` → "2 passes". */
export function plural(n: number, one: string, several = `${one}s`, shown = String(n)): string {
  return `${shown} ${n === 1 ? one : several}`;
}

/** A difference of shares as points, with enough digits to be seen: 0.03 → "3 points", 1e-7 → "0.00001 points". */
export function points(difference: number): string {
  const shown = Number((difference * 100).toFixed(decimalsFor(difference)));
  return plural(shown, "point");
}

/** A share as percent: 0.2 → "20 %". */
export function share(value: number): string {
  return `${Number((value * 100).toFixed(1))} %`;
}

/** A length of time, rounded up unless told: "40 s", "25 min", "3 h 10 min", "4.5 days". */
export function lasting(ms: number, round: (value: number) => number = Math.ceil): string {
  if (ms < 60_000) return `${round(ms / 1000)} s`;
  const minutes = round(ms / 60_000);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  return `${round(ms / 8_640_000) / 10} days`;
}

/** How long somebody waits, and until when: "wait 20 s, until 2026-11-29 15:19:42 UTC"; both in epoch milliseconds. */
export function waitUntil(until: number, now: number): string {
  const moment = new Date(Math.ceil(until / 1000) * 1000).toISOString().slice(0, 19).replace("T", " ");
  return `wait ${lasting(until - now)}, until ${moment} UTC`;
}

/** Decimals in which a difference of shares, in points, keeps two digits; at least two. */
export function decimalsFor(difference: number): number {
  return Math.max(2, Math.min(20, 1 - Math.floor(Math.log10(Math.abs(difference) * 100 + Number.MIN_VALUE))));
}
