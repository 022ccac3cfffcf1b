import { isOfKey } from "../text/characters.ts";

/**
 * Calls with each run of at least so many characters that keys are written in. From the right of each window, as Boyer and Moore search:
 * words are short, so most characters of a text are never looked at. @returns how many there were
 */
export function eachLongRun(text: string, least: number, visit: (start: number, end: number) => void): number {
  let runs = 0;
  let from = 0;
  while (from + least <= text.length) {
    let at = from + least - 1;
    while (at >= from && isOfKey(text.charCodeAt(at))) at--;
    if (at >= from) {
      from = at + 1;
      continue;
    }
    let end = from + least;
    while (isOfKey(text.charCodeAt(end))) end++;
    visit(from, end);
    runs++;
    from = end + 1;
  }
  return runs;
}
