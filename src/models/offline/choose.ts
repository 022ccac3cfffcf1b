import type { KeywordRules } from "./rules.ts";
import { stem, wordsOf } from "./words.ts";

/**
 * The label whose keywords the text speaks of most: each phrase found, word for word by stem, counts the square of
 * its words, so that "double charge" outweighs "charge". Ties go to the rule written first.
 * `draw` in [0, 1) and the temperature decide whether a close runner-up is taken instead.
 */
export function chooseLabel(rules: KeywordRules, text: string, temperature: number, draw: () => number): string {
  const stems = wordsOf(text).map(stem);
  const ranked = rules.labels
    .filter(({ label }) => !rules.never.has(label))
    .map(({ label, phrases }) => ({ label, score: scoreOf(phrases, stems) }))
    .sort((a, b) => b.score - a.score);
  const [best, second] = ranked;
  if (best === undefined) return rules.fallback ?? "";
  if (best.score === 0) return rules.fallback ?? best.label;
  const rival = second?.score === 0 ? rules.fallback : second?.label;
  const lead = best.score - (second?.score ?? 0);
  return rival !== undefined && draw() < slip(lead, temperature) ? rival : best.label;
}

function scoreOf(phrases: readonly string[], stems: readonly string[]): number {
  let score = 0;
  for (const phrase of phrases) {
    const wanted = wordsOf(phrase).map(stem);
    if (wanted.length > 0 && includesRun(stems, wanted)) score += wanted.length ** 2;
  }
  return score;
}

function includesRun(stems: readonly string[], wanted: readonly string[]): boolean {
  return stems.some((_, at) => wanted.every((word, i) => stems[at + i] === word));
}

/** Chance of taking the runner-up: up to a half for a tie at temperature 1 and above, none at 0. */
function slip(lead: number, temperature: number): number {
  const heat = Math.min(1, Math.max(0, temperature));
  return (heat * 0.5) / (1 + lead * 2);
}
