/** What is made one before two texts are compared; each but `exact` also folds line ends. */
export const NORMALIZATIONS = ["exact", "nfc", "nfkc", "typography"] as const;

export type Normalization = (typeof NORMALIZATIONS)[number];

export const DEFAULT_NORMALIZATION = "nfc" satisfies Normalization;

/** Typeset characters and what a keyboard has for them. A dash is a hyphen whatever its length; a space is a space. */
const TYPOGRAPHY: readonly [RegExp, string][] = [
  [/[\u2018\u2019\u201A\u201B\u2032\u2039\u203A\u02BC\u0060\u00B4]/g, "'"],
  [/[\u201C\u201D\u201E\u201F\u2033\u00AB\u00BB]/g, '"'],
  [/[\u2010-\u2015\u2212\uFE58\uFE63\uFF0D]/g, "-"],
  [/\u2026/g, "..."],
  [/[\u00A0\u1680\u2000-\u200A\u202F\u205F\u3000]/g, " "],
  [/[\u00AD\u200B\u2060\uFEFF]/g, ""],
];

/** Quotes, dashes, spaces and dots as a keyboard has them; soft hyphens and zero-width spaces are left out. */
export function keyboardForm(text: string): string {
  return TYPOGRAPHY.reduce((folded, [from, to]) => folded.replace(from, to), text);
}

const FORMS: Record<Normalization, (text: string) => string> = {
  exact: (text) => text,
  nfc: (text) => lineEnds(text).normalize("NFC"),
  nfkc: (text) => lineEnds(text).normalize("NFKC"),
  typography: (text) => keyboardForm(lineEnds(text).normalize("NFC")),
};

function lineEnds(text: string): string {
  return text.replace(/\r\n?/g, "\n");
}

/** Folds every text in a JSON value, keys too; other values stay as they are. */
export type Fold = <T>(value: T) => T;

export function foldOf(level: Normalization): Fold {
  if (level === "exact") return (value) => value;
  const form = FORMS[level];
  return (value) => deep(value, form) as typeof value;
}

function deep(value: unknown, form: (text: string) => string): unknown {
  if (typeof value === "string") return form(value);
  if (Array.isArray(value)) return value.map((item) => deep(item, form));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [form(key), deep(entry, form)]));
}
