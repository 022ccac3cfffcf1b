import { isAlphanumeric, isDigit, startsWord } from "../text/characters.ts";
import type { Finding } from "../text/finding.ts";

/** How long each country's are. Source: SWIFT's IBAN registry, release 99. */
const LENGTHS = new Map(
  (
    "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24 FI18 FK18 FO18 " +
    "FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 " +
    "MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 " +
    "SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30"
  )
    .split(" ")
    .map((each) => [each.slice(0, 2), Number(each.slice(2))]),
);

/** The IBAN whose check digits begin a run of digits. */
export function ibanAt(text: string, digits: number): Finding<"iban"> | undefined {
  const start = digits - 2;
  if (start < 0 || !isDigit(text.charCodeAt(digits + 1)) || !startsWord(text, start)) return undefined;
  const length = LENGTHS.get(text.slice(start, digits).toUpperCase());
  if (length === undefined) return undefined;
  let plain = "";
  let end = start;
  while (plain.length < length) {
    // Printed in fours, with a space between.
    if (plain.length > 0 && plain.length % 4 === 0 && " -\u00a0".includes(text.charAt(end) || ".")) end++;
    if (!isAlphanumeric(text.charCodeAt(end))) return undefined;
    plain += text.charAt(end++);
  }
  if (isAlphanumeric(text.charCodeAt(end)) || remainder(plain.toUpperCase()) !== 1) return undefined;
  return { kind: "iban", start, end };
}

/** ISO 7064, modulus 97-10: the first four go last, letters are 10 to 35. */
function remainder(plain: string): number {
  let rest = 0;
  for (const each of plain.slice(4) + plain.slice(0, 4)) {
    const value = Number.parseInt(each, 36);
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest;
}
