import { isAlphanumeric, isEscaped } from "../text/characters.ts";
import type { Finding } from "../text/finding.ts";

const [LONGEST_LOCAL, LONGEST_DOMAIN] = [64, 253];
/** What is written of what RFC 5321 allows. */
const MARKS = "._%+-'";
const DOMAIN = /^(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,62})\.){1,8}[A-Za-z]{2,24}$/;
/** `logo@2x.png` is a file, and `name@next.js` a package. */
const FILE = /\.(?:png|jpe?g|gif|svg|webp|ico|css|js|mjs|cjs|ts|tsx|jsx|json|py|rs|go|md|ya?ml|toml|lock|tgz|zip)$/i;

/** The address around an `@`, or around `%40`, as queries have it: `at` is its place and `after` what follows it. */
export function emailAround(text: string, at: number, after: number): Finding<"email"> | undefined {
  let start = at;
  while (at - start < LONGEST_LOCAL && isLocal(text, start - 1)) start--;
  if (isEscaped(text, start)) start++;
  // What is encoded before it, and marks at its beginning, are the sentence's.
  const encoded = /^.*%[0-9A-Fa-f]{2}/.exec(text.slice(start, at));
  if (encoded !== null) start += encoded[0].length;
  while (start < at && MARKS.includes(text.charAt(start))) start++;
  if (start >= at || ".'".includes(text.charAt(at - 1)) || isUserOfAddress(text, start)) return undefined;
  const end = endOfDomain(text, after);
  const domain = text.slice(after, end);
  if (!DOMAIN.test(domain) || FILE.test(domain)) return undefined;
  // Of a repository, as ssh names it.
  if (text.charAt(end) === ":" && text.slice(start, at) === "git") return undefined;
  return { kind: "email", start, end };
}

function isLocal(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return isAlphanumeric(code) || isForeignLetter(code) || (code < 0x80 && MARKS.includes(text.charAt(at)));
}

/** Latin with accents, Greek, Cyrillic: written in words with spaces between, so that an address ends where it ends. */
function isForeignLetter(code: number): boolean {
  return (code >= 0xc0 && code <= 0x24f) || (code >= 0x370 && code <= 0x52f);
}

function endOfDomain(text: string, after: number): number {
  let end = after;
  while (
    end - after < LONGEST_DOMAIN &&
    (isAlphanumeric(text.charCodeAt(end)) || ".-".includes(text.charAt(end) || " "))
  )
    end++;
  while (end > after && ".-".includes(text.charAt(end - 1))) end--;
  return end;
}

/** `https://user:password@host`: what is secret of it, the secrets find. */
function isUserOfAddress(text: string, start: number): boolean {
  const before = text.slice(Math.max(0, start - 100), start);
  return /:\/\/[^\s/"'<>]*$/.test(before);
}
