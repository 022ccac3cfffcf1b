/** JSON of another's making: nothing is known of its fields. */
export type Loose = Readonly<Record<string, unknown>>;

export function looseIn(value: unknown): Loose {
  return typeof value === "object" && value !== null ? (value as Loose) : {};
}

/** The objects of a list; of anything else none. */
export function listIn(value: unknown): Loose[] {
  return Array.isArray(value) ? value.filter((item): item is Loose => typeof item === "object" && item !== null) : [];
}

export function textIn(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** JSON in a text, as it is where it is none. */
export function unpacked(value: unknown): unknown {
  if (typeof value !== "string" || !/^\s*[{[]/.test(value)) return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}

/** What is said, and not only there: an empty text, null and an empty object or list say nothing. */
export function says(value: unknown): boolean {
  if (value === undefined || value === null || value === "") return false;
  return typeof value !== "object" || Object.keys(value).length > 0;
}
