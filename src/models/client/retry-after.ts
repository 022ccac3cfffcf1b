import type { Clock } from "../../core/clock.ts";

export type Headers = Readonly<Record<string, string | undefined>>;

/**
 * Milliseconds the provider asks to wait, or undefined: `retry-after-ms`, `retry-after` in seconds or as an HTTP date
 * (RFC 9110, 10.2.3) that is to come, or the RetryInfo detail that Google puts into the error body.
 */
export function retryAfterMs(headers: Headers, body: unknown, clock: Clock): number | undefined {
  const exact = finite(headers["retry-after-ms"]);
  if (exact !== undefined) return exact;
  const header = headers["retry-after"];
  if (header === undefined) return retryInfoMs(body);
  const seconds = finite(header);
  if (seconds !== undefined) return seconds * 1000;
  // A negative number is no date, though Date.parse finds one in it; and what is over asks for nothing.
  const date = /[a-z]/i.test(header) ? Date.parse(header) : Number.NaN;
  const left = date - clock.now().getTime();
  return left > 0 ? left : undefined;
}

function finite(text: string | undefined): number | undefined {
  if (text === undefined || text.trim() === "") return undefined;
  const value = Number(text);
  return Number.isFinite(value) && value >= 0 ? value : undefined;
}

function retryInfoMs(body: unknown): number | undefined {
  for (const detail of googleDetails(body)) {
    const delay = detail["retryDelay"];
    const seconds = typeof delay === "string" ? /^(\d+(?:\.\d+)?)s$/.exec(delay)?.[1] : undefined;
    if (seconds !== undefined) return Number(seconds) * 1000;
  }
  return undefined;
}

/** `error.details[]` of a google.rpc.Status body; empty for any other body. */
export function googleDetails(body: unknown): Record<string, unknown>[] {
  const status: unknown = Array.isArray(body) ? body[0] : body;
  const error = (status as { error?: { details?: unknown } } | null | undefined)?.error;
  const details = error?.details;
  return Array.isArray(details)
    ? details.filter((d): d is Record<string, unknown> => typeof d === "object" && d !== null)
    : [];
}
