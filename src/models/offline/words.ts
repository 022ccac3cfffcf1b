/** Lower-case words; letters, digits and what joins them (`e-mail`, `don't`). */
export function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+(?:['’-][\p{L}\p{N}]+)*/gu) ?? [];
}

const ENDINGS = ["ations", "ation", "ings", "ing", "ies", "ied", "ers", "ed", "es", "er", "s", "y", "e"];

/** A rough English stem, so that "refunded" and "refunds" meet "refund". Short words stay whole. */
export function stem(word: string): string {
  for (const ending of ENDINGS) {
    if (word.length - ending.length >= 4 && word.endsWith(ending)) return word.slice(0, -ending.length);
  }
  return word;
}

/** Tokens as a person would count them: words and punctuation marks. No tokenizer of any model. */
export function countTokens(text: string): number {
  return text.match(TOKEN)?.length ?? 0;
}

/** The text up to and including its n-th token. */
export function firstTokens(text: string, n: number): string {
  let count = 0;
  for (const match of text.matchAll(TOKEN)) {
    if (++count > n) return text.slice(0, match.index).trimEnd();
  }
  return text;
}

const TOKEN = /[\p{L}\p{N}_]+|[^\s\p{L}\p{N}_]/gu;
