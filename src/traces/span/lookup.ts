import { ALIASES, type Field, PLAIN } from "./aliases.ts";

/** What a key stands for: a field and how far it is preferred (less wins), `null` where it is of the general conventions, undefined where nobody knows it. */
export type Meaning = { field: Field; rank: number } | null | undefined;

const EXACT = new Map<string, Meaning>();
const PREFIXES: [prefix: string, meaning: Meaning][] = [];
ALIASES.forEach(([key, field], rank) => {
  if (key.endsWith(".*")) PREFIXES.push([key.slice(0, -1), { field, rank }]);
  else EXACT.set(key, { field, rank });
});
/** The longest first, so that a line for a part of a family holds against the line for the family. */
PREFIXES.sort(([a], [b]) => b.length - a.length);
const GENERAL = new Set(PLAIN);

/** Keys are few and spans many; a sender that makes up keys does not fill memory. */
const REMEMBERED = 20_000;
const seen = new Map<string, Meaning>();

export function meaningOf(key: string): Meaning {
  const known = EXACT.get(key);
  if (known !== undefined) return known;
  if (seen.has(key)) return seen.get(key);
  const meaning = find(key);
  if (seen.size < REMEMBERED) seen.set(key, meaning);
  return meaning;
}

function find(key: string): Meaning {
  for (const [prefix, meaning] of PREFIXES) if (key.startsWith(prefix)) return meaning;
  const dot = key.indexOf(".");
  return GENERAL.has(dot === -1 ? key : key.slice(0, dot)) ? null : undefined;
}
