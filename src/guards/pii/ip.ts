import { isIPv6 } from "node:net";
import { isAbout, isAlphanumeric, isHex, startsWord } from "../text/characters.ts";
import type { Finding } from "../text/finding.ts";

const FOUR = /(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})(?![\d])(?!\.\d)/y;
/** What stands before a version, not before an address. */
const VERSION =
  /(?:\b(?:v|ver|version|release|build|rev|revision|firmware|sdk)\b\W{0,4}|\bv|[\w)]\/|[A-Za-z]-|[=~^<>]=? ?)$/i;
const ABOUT = /\b(?:ips?|address|addr|host|server|client|peer|remote|dns|from)\b/i;
const NEAR = 24;
/** Of an address with one more for IPv4 in its end. */
const LONGEST = 45;

/** The IPv4 address whose first digits are a run of them. This machine and masks are nobody's. */
export function ipv4At(text: string, start: number, runEnd: number, name?: string): Finding<"ip"> | undefined {
  if (runEnd - start > 3 || text.charAt(runEnd) !== "." || !startsWord(text, start)) return undefined;
  if (text.charAt(start - 1) === "." && isAlphanumeric(text.charCodeAt(start - 2))) return undefined;
  FOUR.lastIndex = start;
  const match = FOUR.exec(text);
  if (match === null || isAlphanumeric(text.charCodeAt(start + match[0].length))) return undefined;
  const parts = match.slice(1);
  const numbers = parts.map(Number);
  if (parts.some((part) => part.length > 1 && part.startsWith("0")) || numbers.some((each) => each > 255))
    return undefined;
  const [first = 0, second] = numbers;
  if (first === 0 || first === 127 || (first === 255 && second === 255)) return undefined;
  if (VERSION.test(text.slice(Math.max(0, start - NEAR), start)) || /version/i.test(name ?? "")) return undefined;
  // 1.2.3.4 is a version or a heading more often than a machine.
  if (numbers.every((each) => each < 10) && !isAbout(ABOUT, text, start, name)) return undefined;
  return { kind: "ip", start, end: start + match[0].length };
}

/** The IPv6 address whose first colon this is. */
export function ipv6At(text: string, colon: number): Finding<"ip"> | undefined {
  let start = colon;
  while (colon - start < 5 && isHex(text.charCodeAt(start - 1))) start--;
  const first = colon - start;
  if (first > 4 || (first === 0 && text.charAt(colon + 1) !== ":")) return undefined;
  if (!startsWord(text, start) || ":.".includes(text.charAt(start - 1) || " ")) return undefined;
  let end = colon;
  while (end - start <= LONGEST && (isHex(text.charCodeAt(end)) || ":.".includes(text.charAt(end) || " "))) end++;
  // The end of a sentence or of a list's item.
  while (text.charAt(end - 1) === "." || (text.charAt(end - 1) === ":" && text.charAt(end - 2) !== ":")) end--;
  if (isAlphanumeric(text.charCodeAt(end))) return undefined;
  const address = text.slice(start, end);
  return isIPv6(address) && isSomebodys(address) ? { kind: "ip", start, end } : undefined;
}

/** `a::b` is code; what is shortened begins as networks do, with at least three digits, and has one of the ten in it. */
function isSomebodys(address: string): boolean {
  if (!address.includes("::")) return true;
  return /^[0-9a-f]{3,4}:/i.test(address) && /\d/.test(address);
}
