import { isDigit, startsWord } from "../text/characters.ts";
import { disjoint, type Finding, type PiiKind } from "../text/finding.ts";
import { cardAt } from "./card.ts";
import { emailAround } from "./email.ts";
import { ibanAt } from "./iban.ts";
import { ipv4At, ipv6At } from "./ip.ts";
import { phoneAt } from "./phone.ts";
import { ssnAt } from "./ssn.ts";

type AtDigits = (text: string, start: number, end: number, name?: string) => Finding<PiiKind> | undefined;
/**
 * Each looks at no more than some fifty characters around a run of digits, so all of them together are linear. Phones are last, for of two
 * that are as long the first gives the kind, and most numbers look like somebody's phone.
 */
const AT_DIGITS: readonly (readonly [PiiKind, AtDigits])[] = [
  ["card", cardAt],
  ["ip", ipv4At],
  ["ssn", ssnAt],
  ["phone", phoneAt],
];

/**
 * What is a person's, of the kinds asked for: sorted, not overlapping; of two that overlap the longer gives the kind.
 * @param name of the field that the text stands in, which says what a bare number is
 */
export function findPii(text: string, kinds: readonly PiiKind[], name?: string): Finding<PiiKind>[] {
  const found: Finding<PiiKind>[] = [];
  const finders = AT_DIGITS.filter(([kind]) => kinds.includes(kind)).map(([, at]) => at);
  const withIban = kinds.includes("iban");
  if (finders.length > 0 || withIban) findAtDigits(text, finders, withIban, found, name);
  if (kinds.includes("email")) findEmails(text, found);
  if (kinds.includes("ip")) findIpv6(text, found);
  return found.length === 0 ? found : disjoint(found);
}

function findAtDigits(
  text: string,
  finders: readonly AtDigits[],
  withIban: boolean,
  found: Finding<PiiKind>[],
  name?: string,
): void {
  for (let start = 0; start < text.length; start++) {
    if (!isDigit(text.charCodeAt(start))) continue;
    let end = start + 1;
    while (isDigit(text.charCodeAt(end))) end++;
    if (!startsWord(text, start)) {
      // Only an IBAN has letters before its digits.
      const iban = withIban ? ibanAt(text, start) : undefined;
      if (iban !== undefined) found.push(iban);
    } else {
      for (const finder of finders) {
        const finding = finder(text, start, end, name);
        if (finding !== undefined) found.push(finding);
      }
    }
    start = end;
  }
}

function findEmails(text: string, found: Finding<PiiKind>[]): void {
  for (const sign of ["@", "%40"]) {
    for (let at = text.indexOf(sign); at >= 0; at = text.indexOf(sign, at + 1)) {
      const finding = emailAround(text, at, at + sign.length);
      if (finding !== undefined) found.push(finding);
    }
  }
}

function findIpv6(text: string, found: Finding<PiiKind>[]): void {
  for (let at = text.indexOf(":"); at >= 0; at = text.indexOf(":", at + 1)) {
    const finding = ipv6At(text, at);
    if (finding !== undefined) found.push(finding);
  }
}
