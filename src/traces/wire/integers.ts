import { Unreadable } from "./unreadable.ts";

/** 64 bits as protobufjs gives them: in two halves. */
interface Halves {
  low: number;
  high: number;
}

const UINT64_MOST = "18446744073709551615";

/** Nanoseconds since 1970 as decimal text: from text, a number, or 64 bits of protobuf. Nothing at all is "0". */
export function nanoOf(value: unknown, what: string): string {
  if (value === undefined || value === null) return "0";
  const text = isHalves(value) ? unsignedText(value) : typeof value === "number" ? String(value) : value;
  if (typeof text !== "string" || !/^\d{1,30}$/.test(text)) throw new Unreadable(`${what} cannot be read`);
  const plain = text.replace(/^0+(?=\d)/, "");
  if (isBefore(UINT64_MOST, plain)) throw new Unreadable(`${what} has more than 64 bits`);
  return plain;
}

/** Of two decimal texts without leading zeros: whether the first is less. */
export function isBefore(a: string, b: string): boolean {
  return a.length === b.length ? a < b : a.length < b.length;
}

/**
 * An integer of 64 bits: a number where that is exact, else its digits as text, so that an id beyond 2^53 is still itself when it is shown,
 * searched or exported.
 */
export function int64Of(value: unknown): number | string {
  if (typeof value === "number" && Number.isSafeInteger(value)) return value + 0;
  if (isHalves(value)) return signed(value);
  // What JSON.parse made of more than 2^53 is lost already: the digits that it would print.
  const text = typeof value === "number" && Number.isInteger(value) ? BigInt(value).toString() : value;
  if (typeof text !== "string" || !/^-?\d{1,20}$/.test(text)) throw new Unreadable("an integer cannot be read");
  return exactOr(text);
}

function exactOr(text: string): number | string {
  const number = Number(text);
  return Number.isSafeInteger(number) ? number + 0 : BigInt(text).toString();
}

function isHalves(value: unknown): value is Halves {
  if (typeof value !== "object" || value === null || !("low" in value) || !("high" in value)) return false;
  return Number.isInteger(value.low) && Number.isInteger(value.high);
}

function unsignedText({ low, high }: Halves): string {
  return (BigInt(high >>> 0) * 0x100000000n + BigInt(low >>> 0)).toString();
}

function signed({ low, high }: Halves): number | string {
  const near = (high | 0) * 2 ** 32 + (low >>> 0);
  if (Number.isSafeInteger(near)) return near;
  return (BigInt(high | 0) * 0x100000000n + BigInt(low >>> 0)).toString();
}
