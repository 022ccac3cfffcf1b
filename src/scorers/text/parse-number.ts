/** What a short text states: a number, and what it is a number of. */
export interface Quantity {
  value: number;
  /** All of its digits, where it is a whole number and was not cut to what a number holds; `value` is the nearest one. */
  whole?: bigint | undefined;
  /** `$`, `€`, `EUR` …, before or behind the number; `%`; null without one. A text without a sign does not contradict one that has it. */
  sign: string | null;
  /** The words behind it that are no scale, as they are compared; empty without any. */
  unit: string;
}

const MINUS = /[\u2212\u2012\u2013\u2014\uFE63\uFF0D]/g;

/** Dollars of other countries are written with their letters. */
const DOLLAR = "(?:US|CA|C|AU|A|NZ|HK|SG|S)?\\$";
const CURRENCY = `${DOLLAR}|[€£¥₹]|(?:USD|EUR|GBP|JPY|INR|CAD|AUD|NZD|HKD|SGD)(?!\\p{L})`;
/** A space, a thin one, and those at which no line breaks: the thousands separators of the SI. */
const SPACES = "[ \\u00A0\\u2007\\u2009\\u202F]";
const DIGITS = `(?:\\d{1,3}(?:,\\d{2,3})*,\\d{3}|\\d{1,3}(?:${SPACES}\\d{3})+(?!\\d)|\\d+)(?:\\.\\d*)?|\\.\\d+`;

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

/** A Billion is 10¹² in German, whose names of money have no plural; with no such word behind it, it is the English one. */
const GERMAN_BILLION = /^\s*Billion\s+(?:Euro|Dollar|Franken|Yen|Pfund)\b/u;

/** Behind an abbreviated scale a period ends no sentence. */
const ABBREVIATED = /(?<=(?<!\p{L})(?:mio|mrd|tsd|mn|bn))\.(?=\s*[\p{L}\p{Sc}])/giu;

const SIGNS: Record<string, string> = {
  "%": "%", percent: "%", pct: "%", prozent: "%", "€": "€", eur: "€", euro: "€", $: "$", us$: "$", usd: "$", dollar: "$",
  "£": "£", gbp: "£", pound: "£", pfund: "£", "¥": "¥", jpy: "¥", yen: "¥", "₹": "₹", inr: "₹", rupee: "₹",
  ca$: "CA$", c$: "CA$", cad: "CA$", au$: "A$", a$: "A$", aud: "A$", nz$: "NZ$", nzd: "NZ$", hk$: "HK$", hkd: "HK$",
  sg$: "S$", s$: "S$", sgd: "S$",
}; // prettier-ignore

/**
 * The quantity a short text states: `1,000` = `1000` = `$1000` = `1e3`; a trailing period is ignored. A letter or word behind the number
 * scales it (`1.5M`, `3 hundred thousand`) or is its unit. Undefined when the text is no number, several, or a fraction.
 */
export function parseQuantity(value: unknown): Quantity | undefined {
  if (typeof value === "number") return Number.isFinite(value) ? ofNumber(value) : undefined;
  if (typeof value !== "string") return undefined;
  const trimmed = value.trim();
  if (trimmed.length > 100) return undefined;
  const text = trimmed.replace(/^[*_`]+|[*_`]+$/g, "").trim();
  const match = NUMBER.exec(text.replace(MINUS, "-"));
  if (match === null) return undefined;
  const [, before = "", currency = "", after = "", digits = "", exponent = "", behind = ""] = match;
  const rest = behind.replace(ABBREVIATED, "");
  if (GERMAN_BILLION.test(rest)) return undefined;
  if ((before !== "" && after !== "") || !UNIT.test(rest)) return undefined;
  const read = readRest(rest, currency);
  if (read === undefined) return undefined;
  // Written out before it is read: 1.1 × 1,000,000 is no whole number in floating point.
  const power = Number(exponent.slice(1)) + read.power;
  const plain = `${before + after === "-" ? "-" : ""}${digits.replaceAll(/[^\d.]/g, "")}`;
  const magnitude = Number(`${plain}e${power}`);
  if (!Number.isFinite(magnitude)) return undefined;
  return { value: magnitude, whole: magnitude === 0 ? 0n : wholeOf(plain, power), sign: read.sign, unit: read.unit };
}

function ofNumber(value: number): Quantity {
  return { value, whole: Number.isSafeInteger(value) ? BigInt(value) : undefined, sign: null, unit: "" };
}

/** Undefined where the power leaves digits behind the point. Not of zero, whose power may be anything. */
function wholeOf(digits: string, power: number): bigint | undefined {
  const [whole = "", fraction = ""] = digits.split(".");
  const zeros = power - fraction.replace(/0+$/, "").length;
  if (zeros < 0) return undefined;
  return BigInt(`${whole}${fraction.replace(/0+$/, "")}${"0".repeat(zeros)}`);
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

const TOKENS = new RegExp(`[百千万萬億亿兆]|${DOLLAR}|[%€£¥₹]|[^\\s%$€£¥₹百千万萬億亿兆]+`, "giu");

/** Words and signs; a Han digit word is one by itself, because no space sets it apart from its unit. */
function tokens(rest: string): string[] {
  const plain = rest.replace(/[.!]$|[()]/g, "");
  return plain.match(TOKENS) ?? [];
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
