import { passOrFail, type Subject } from "./measure.ts";
import type { BaseType, ScorerSpec } from "./schema.ts";
import type { Score } from "./scorer.ts";
import { quote, textOf } from "./wording.ts";

/** What looks for the case's expected text where the suite gives none. */
const LOOK_FOR = new Set<BaseType>([
  "contains",
  "icontains",
  "contains-all",
  "contains-any",
  "icontains-all",
  "icontains-any",
  "starts-with",
  "regex",
  "numeric",
  "levenshtein",
  "rouge-n",
]);

/**
 * The score where a case expects the empty text (or no text at all, of a list): every output contains nothing, so that looking for it
 * would pass them all, and an error would take the case out of the count. An empty answer is what was expected. Undefined elsewhere.
 */
export function emptyExpected(spec: ScorerSpec, { expected, output }: Subject): Score | undefined {
  const isEmpty = expected === "" || (Array.isArray(expected) && expected.length === 0);
  if (!isEmpty || ("value" in spec && spec.value !== undefined)) return undefined;
  if (!LOOK_FOR.has(spec.type.replace(/^not-/, "") as BaseType)) return undefined;
  const pass = textOf(output) === "";
  return passOrFail(
    pass,
    pass ? "an empty answer, as expected" : `an empty answer is expected, output is ${quote(output)}`,
  );
}
