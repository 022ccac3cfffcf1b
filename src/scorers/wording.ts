/** Longest reason that is kept, in characters. */
const REASON_LIMIT = 300;

/** Text cut to a length, with an ellipsis; never in the middle of a surrogate pair. */
export function clip(text: string, limit: number = REASON_LIMIT): string {
  return text.length <= limit ? text : `${text.slice(0, limit - 1).replace(/[\uD800-\uDBFF]$/, "")}…`;
}

/** A value as a reason quotes it: text in double quotes, other values as JSON. */
export function quote(value: unknown, limit = 100): string {
  if (typeof value === "string") return JSON.stringify(clip(value, limit));
  return clip(textOf(value) || String(value), limit);
}

/** The text view of an output: strings as they are, nothing as empty text, other values as compact JSON. */
export function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  if (value === undefined || value === null) return "";
  return JSON.stringify(value);
}

/** A list of names for a reason. */
export function listing(names: readonly string[]): string {
  return names.length === 0 ? "none" : names.join(", ");
}

/** A number for a reason: at most four decimals. */
export function short(value: number): string {
  return String(Math.round(value * 1e4) / 1e4);
}
