import { closest, distance } from "fastest-levenshtein";

/** The known name a mistyped one most likely meant, or undefined when none is near (distance over a third of its length). A name that goes on where the typed one ends wins. */
export function suggest(typed: string, known: readonly string[]): string | undefined {
  if (known.length === 0) return undefined;
  const longer = typed.length >= 4 ? known.find((k) => k.toLowerCase().startsWith(typed.toLowerCase())) : undefined;
  if (longer !== undefined) return longer;
  const near = closest(typed.toLowerCase(), known);
  // Two letters the wrong way round are one slip of the fingers, and two edits.
  const swapped = known.find((k) => distance(typed.toLowerCase(), k.toLowerCase()) === 2 && lettersOf(k) === lettersOf(typed)); // prettier-ignore
  const best = swapped !== undefined && distance(typed.toLowerCase(), near.toLowerCase()) > 1 ? swapped : near;
  const limit = Math.max(1, Math.floor(Math.max(typed.length, best.length) / 3) + 1);
  return distance(typed.toLowerCase(), best.toLowerCase()) <= limit ? best : undefined;
}

function lettersOf(text: string): string {
  return Array.from(text.toLowerCase()).sort().join("");
}

/** ` (did you mean x?)`, or the list of known names when nothing is near. */
export function didYouMean(typed: string, known: readonly string[]): string {
  const best = suggest(typed, known);
  const names = [...new Set(known)];
  if (best !== undefined) return `did you mean ${best}?`;
  return names.length === 0
    ? "there are none"
    : `known: ${names.slice(0, 12).join(", ")}${names.length > 12 ? ", …" : ""}`;
}
