/** What a short text states: a number, and what it is a number of. */
export interface Quantity {
  value: number;
  /** `$`, `€`, `EUR` …, before or behind the number; `%`; null without one. A text without a sign does not contradict one that has it. */
  sign: string | null;
  /** The words behind it that are no scale, as they are compared; empty without any. */
  unit: string;
}

const MINUS = /[\u2212\u2012\u2013\u2014\uFE63\uFF0D]/g;

const CURRENCY = "[$€£¥₹]|(?:USD|EUR|GBP)(?!\\p{L})";
const DIGITS = "(?:\\d{1,3}(?:,\\d{2,3})*,\\d{3}|\\d+)(?:\\.\\d*)?|\\.\\d+";

/** Sign, currency, sign, digits (with thousands separators or without), exponent, then whatever follows. */
const NUMBER = new RegExp(`^([-+]?)\\s*(${CURRENCY})?\\s*([-+]?)(${DIGITS})(e[-+]?\\d+)?(.*)$`, "isu");

/** A unit, not another number and not a second sentence: `dollars per day`, `%`, `km/h`, `°C`. */
const UNIT = /^\s*%?[\p{L}\p{M}\s/°²³$€£¥₹'’()-]{0,40}[.!]?$/u;

/** Scale words as powers of ten, in lower case. `billion` is short scale; what means two numbers in two languages is left out. */
const WORDS: Record<string, number> = {
  hundred: 2, thousand: 3, million: 6, mn: 6, billion: 9, bn: 9, trillion: 12, tn: 12, lakh: 5, crore: 7,
  tausend: 3, tsd: 3, mio: 6, millionen: 6, mrd: 9, milliarde: 9, milliarden: 9,
  mille: 3, milliard: 9, mil: 3, millones: 6, millón: 6, milione: 6, milioni: 6, miliardi: 9, milhão: 6, milhões: 6,
}; // prettier-ignore

/** Letters that scale a number; small ones only an amount of money, because 5 m are metres and 5 t tonnes. */
const LETTERS: Record<string, number> = { K: 3, k: 3, M: 6, MM: 6, B: 9, T: 12 };
const MONEY_LETTERS: Record<string, number> = { m: 6, mm: 6, b: 9, t: 12 };
const HAN: Record<string, number> = { 百: 2, 千: 3, 万: 4, 萬: 4, 億: 8, 亿: 8, 兆: 12 };

const SIGNS: Record<string, string> = {
  "%": "%", percent: "%", pct: "%", prozent: "%", "€": "€", eur: "€", euro: "€", $: "$", usd: "$", dollar: "$", "£": "£", gbp: "£",
  "¥": "¥", "₹": "₹",
}; // prettier-ignore

/**
 * The quantity a short text states: `1,000` = `1000` = `$1000` = `1e3`; a trailing period is ignored. A letter or word behind the number
 * scales it (`1.5M`, `3 hundred thousand`) or is its unit. Undefined when the text is no number, several, or a fraction.
 */
export function parseQuantity(value: unknown): Quantity | undefined {
  if (typeof value === "number") return Number.isFinite(value) ? { value, sign: null, unit: "" } : undefined;
  if (typeof value !== "string") return undefined;
  const trimmed = value.trim();
  if (trimmed.length > 100) return undefined;
  const text = trimmed.replace(/^[*_`]+|[*_`]+$/g, "").trim();
  const match = NUMBER.exec(text.replace(MINUS, "-"));
  if (match === null) return undefined;
  const [, before = "", currency = "", after = "", digits = "", exponent = "", rest = ""] = match;
  if ((before !== "" && after !== "") || !UNIT.test(rest)) return undefined;
  const read = readRest(rest, currency);
  if (read === undefined) return undefined;
  // Written out before it is read: 1.1 × 1,000,000 is no whole number in floating point.
  const power = Number(exponent.slice(1)) + read.power;
  const magnitude = Number(`${digits.replaceAll(",", "")}e${power}`);
  if (!Number.isFinite(magnitude)) return undefined;
  return { value: before + after === "-" ? -magnitude : magnitude, sign: read.sign, unit: read.unit };
}

/** The words behind a number; undefined when two currencies are named. */
function readRest(rest: string, currency: string): { power: number; sign: string | null; unit: string } | undefined {
  const words = tokens(rest);
  const named = [currency, ...words].map(signOf).filter((sign) => sign !== undefined);
  const money = named.some((sign) => sign !== "%");
  let power = 0;
  let index = 0;
  for (; index < words.length; index++) {
    const factor = scaleOf(words[index] ?? "", money);
    if (factor === undefined) break;
    power += factor;
  }
  const unit = words.slice(index);
  const first = signOf(unit[0] ?? "");
  if (currency !== "" && first !== undefined && first !== signOf(currency)) return undefined;
  const left = first === undefined ? unit : unit.slice(1);
  return { power, sign: signOf(currency) ?? first ?? null, unit: left.map(unitForm).join(" ") };
}

/** Words and signs; a Han digit word is one by itself, because no space sets it apart from its unit. */
function tokens(rest: string): string[] {
  const plain = rest.replace(/[.!]$|[()]/g, "");
  return plain.match(/[百千万萬億亿兆]|[%$€£¥₹]|[^\s%$€£¥₹百千万萬億亿兆]+/gu) ?? [];
}

function scaleOf(word: string, money: boolean): number | undefined {
  if (Object.hasOwn(HAN, word)) return HAN[word];
  if (Object.hasOwn(LETTERS, word)) return LETTERS[word];
  if (money && Object.hasOwn(MONEY_LETTERS, word)) return MONEY_LETTERS[word];
  const lower = word.toLowerCase();
  const plain = Object.hasOwn(WORDS, lower) ? lower : lower.replace(/s$/, "");
  return Object.hasOwn(WORDS, plain) ? WORDS[plain] : undefined;
}

function signOf(word: string): string | undefined {
  const lower = word.toLowerCase();
  const plain = Object.hasOwn(SIGNS, lower) ? lower : lower.replace(/s$/, "");
  return Object.hasOwn(SIGNS, plain) ? SIGNS[plain] : undefined;
}

/** Words are compared without their case and plural; short ones as they stand, for a mW is no MW. */
function unitForm(word: string): string {
  return word.length < 4 ? word : word.toLowerCase().replace(/s$/, "");
}
