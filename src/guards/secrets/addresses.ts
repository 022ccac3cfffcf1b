import type { Finding } from "../text/finding.ts";

/** The part of an address before its path is no longer. */
const LONGEST = 512;
const STOPS = new Set(" \t\r\n/\\?#\"'`<>");
const PLACEHOLDER = /^(?:\$|\{|<|%[A-Z_]+%$|\*+$)/;
/** What an earlier redactor left, which has a colon of its own. */
const MARKED = /^(?:[^:]*:)?\[redacted:[a-z]+\]$/;

/** The password in `scheme://user:password@host`, and a long user without one, which is a token. @param colon of `://` */
export function findInAddress(text: string, colon: number, found: Finding[]): void {
  const from = colon + 3;
  const last = Math.min(text.length, from + LONGEST);
  let user = -1;
  let host = -1;
  for (let at = from; at < last && !STOPS.has(text.charAt(at)); at++) {
    const each = text.charAt(at);
    if (each === "@") host = at;
    else if (each === ":" && user < 0 && host < 0) user = at;
  }
  if (host < 0 || MARKED.test(text.slice(from, host))) return;
  const start = user < 0 ? from : user + 1;
  const value = text.slice(start, host);
  if (value === "" || PLACEHOLDER.test(value)) return;
  if (user < 0 && (value.length < 16 || !/\d/.test(value))) return;
  found.push({ kind: "secret", start, end: host });
}
