const MINUS = /[\u2212\u2012\u2013\u2014\uFE63\uFF0D]/g;
const SCALES: Record<string, number> = { hundred: 1e2, thousand: 1e3, million: 1e6, billion: 1e9, trillion: 1e12 };

/** Sign, currency, sign, digits (with thousands separators or without), exponent, then whatever follows. */
const NUMBER =
  /^([-+]?)\s*(?:[$€£¥₹]|USD|EUR|GBP)?\s*([-+]?)((?:\d{1,3}(?:,\d{2,3})*,\d{3}|\d+)(?:\.\d*)?|\.\d+)(e[-+]?\d+)?(.*)$/isu;

/** A unit, not another number and not a second sentence: `dollars per day`, `%`, `km/h`, `°C`. */
const UNIT = /^\s*%?[\p{L}\p{M}\s/°²³$€£¥₹'’()-]{0,40}[.!]?$/u;

/**
 * The number a short text states: `1,000` = `1000` = `$1000` = `1e3`; a trailing period, percent sign or unit is
 * ignored, a scale word (`million`) is applied. Undefined when the text is no number, several, or a fraction.
 */
export function parseNumber(value: unknown): number | undefined {
  if (typeof value === "number") return finite(value);
  if (typeof value !== "string") return undefined;
  const trimmed = value.trim();
  if (trimmed.length > 100) return undefined;
  const text = trimmed.replace(/^[*_`]+|[*_`]+$/g, "").trim();
  const match = NUMBER.exec(text.replace(MINUS, "-"));
  if (match === null) return undefined;
  const [, before = "", after = "", digits = "", exponent = "", unit = ""] = match;
  if ((before !== "" && after !== "") || !UNIT.test(unit)) return undefined;
  const magnitude = Number(digits.replaceAll(",", "") + exponent) * scaleOf(unit);
  return finite(before + after === "-" ? -magnitude : magnitude);
}

function finite(value: number): number | undefined {
  return Number.isFinite(value) ? value : undefined;
}

function scaleOf(unit: string): number {
  const word = /^\s*(\p{L}+)/u.exec(unit)?.[1];
  return (word === undefined ? undefined : SCALES[word.toLowerCase()]) ?? 1;
}
