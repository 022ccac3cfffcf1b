import type { SpanKind } from "./kinds.ts";

/** What went wrong, as the playbooks divide it; the last three are of quality, and only a scorer or a person says them. */
export const ERROR_CATEGORIES = [
  "tool-failure",
  "timeout",
  "invalid-output",
  "rate-limit",
  "internal",
  "hallucination",
  "reasoning",
  "lost-context",
] as const;
export type ErrorCategory = (typeof ERROR_CATEGORIES)[number];

/** The first that fits; what was waited for and what was refused for its number say so wherever they happen, in a tool too. */
const WORDS: readonly (readonly [ErrorCategory, RegExp])[] = [
  ["rate-limit", /\b429\b|rate.?limit|too many requests|quota|RESOURCE_EXHAUSTED|overloaded|throttl/i],
  ["timeout", /\b(?:408|504)\b|time.?d?.?out|deadline|ETIMEDOUT|DEADLINE_EXCEEDED/i],
  ["invalid-output", /(?:json|output|schema|response).{0,20}(?:pars|valid|decod)|(?:pars|valid|decod)\w*.{0,20}(?:json|output|schema|response)|OutputParser|NoObjectGenerated|ToolInputError|unexpected token/i], // prettier-ignore
];

/** The category of a span that failed, by what it says of itself. */
export function categoryOf(kind: SpanKind, said: string | undefined, words: string): ErrorCategory {
  const own = ERROR_CATEGORIES.find((category) => category === said?.toLowerCase().replaceAll(/[ _]/g, "-"));
  if (own !== undefined) return own;
  const found = WORDS.find(([, pattern]) => pattern.test(words));
  return found?.[0] ?? (kind === "tool" || kind === "retrieval" ? "tool-failure" : "internal");
}
