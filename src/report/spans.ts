import { trimmed } from "./numbers.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Milliseconds for someone who reads a clock: "40 s", "25 min", "3 h 10 min", "4 days". */
export function spanText(ms: number): string {
  const length = Math.max(0, ms);
  if (length < MINUTE) return `${Math.floor(length / 1000)} s`;
  if (length < HOUR) return `${Math.floor(length / MINUTE)} min`;
  if (length >= 2 * DAY) return `${Math.floor(length / DAY)} days`;
  const minutes = Math.floor((length % HOUR) / MINUTE);
  return `${Math.floor(length / HOUR)} h${minutes === 0 ? "" : ` ${minutes} min`}`;
}

/** The same for a forecast, which has no minutes: "24 min", "5.5 h", "38 h", "10.4 days". */
export function roughSpan(ms: number): string {
  if (ms < HOUR) return `${Math.ceil(ms / MINUTE)} min`;
  if (ms >= 3 * DAY) return `${trimmed(ms / DAY, 1)} days`;
  return `${trimmed(ms / HOUR, ms < 10 * HOUR ? 1 : 0)} h`;
}

/** A moment in UTC: only the time where it is the day of `now`. Both ISO 8601. */
export function momentText(at: string, now: string): string {
  return at.slice(0, 10) === now.slice(0, 10) ? at.slice(11, 16) : at.slice(0, 16).replace("T", " ");
}

/** "since 10:12 UTC, 25 min". */
export function sinceText(at: string, now: string): string {
  return `since ${momentText(at, now)} UTC, ${spanText(Date.parse(now) - Date.parse(at))}`;
}
