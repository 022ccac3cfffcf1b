import { Unreadable } from "../wire/unreadable.ts";

/** Seconds since 1970 have fewer than 11 digits until the year 5138, milliseconds fewer than 14, microseconds fewer than 17. */
const DECIMALS_BY_DIGITS = [
  { fewerThan: 12, decimals: 9 },
  { fewerThan: 15, decimals: 6 },
  { fewerThan: 18, decimals: 3 },
  { fewerThan: 21, decimals: 0 },
] as const;

/** 1973: what is less counts from something else than 1970. */
const FEWEST_DIGITS = 9;

const DECIMAL = /^(\d{1,20})(?:\.(\d+))?$/;
const ISO = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?)(?:[.,](\d{1,12}))?)?\s?(Z|UTC|[+-]\d\d:?(?:\d\d)?)?$/i;

/** A moment as people write it by hand: ISO 8601, or a number whose unit its size tells. In nanoseconds since 1970, every digit kept. */
export function looseNano(value: unknown, what: string): string {
  const text = typeof value === "number" ? String(value) : typeof value === "string" ? value.trim() : "";
  const nano = sinceEpoch(text) ?? fromIso(text);
  if (nano === undefined) throw new Unreadable(`${what} cannot be read: ${JSON.stringify(text.slice(0, 40))}`);
  return nano;
}

function sinceEpoch(text: string): string | undefined {
  const [, whole = "", part = ""] = DECIMAL.exec(text) ?? [];
  const digits = whole.replace(/^0+/, "");
  if (digits.length < FEWEST_DIGITS) return undefined;
  const unit = DECIMALS_BY_DIGITS.find(({ fewerThan }) => digits.length < fewerThan);
  return unit && digits + part.slice(0, unit.decimals).padEnd(unit.decimals, "0");
}

/** Without a zone it is UTC: the machine that imports is not the one that wrote. */
function fromIso(text: string): string | undefined {
  const [, day, time = "00:00:00", part = "", zone = "Z"] = ISO.exec(text) ?? [];
  if (day === undefined) return undefined;
  const ms = Date.parse(`${day}T${time}${zoneOf(zone)}`);
  if (Number.isNaN(ms) || ms <= 0) return undefined;
  return String(ms / 1000) + part.slice(0, 9).padEnd(9, "0");
}

function zoneOf(zone: string): string {
  if (/^(Z|UTC)$/i.test(zone)) return "Z";
  const digits = zone.slice(1).replace(":", "").padEnd(4, "0");
  return `${zone.slice(0, 1)}${digits.slice(0, 2)}:${digits.slice(2)}`;
}

/** A length of time in nanoseconds; `digits`: how many decimals its unit has of them (ms: 6). */
export function looseDuration(value: unknown, digits: number): bigint {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  if (typeof number !== "number" || !(number >= 0 && number < 1e12))
    throw new Unreadable("its duration cannot be read");
  return BigInt(Math.round(number * 10 ** digits));
}
