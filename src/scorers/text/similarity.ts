import { passOrFail, type Prepare } from "../measure.ts";
import { referenceText } from "../reference.ts";
import { quote, short, textOf } from "../wording.ts";

const DEFAULT_DISTANCE = 5;
const DEFAULT_ROUGE = 0.75;

/**
 * Edit distance (Levenshtein 1966). Passes up to `max` edits (default 5), or, with `threshold`, from that share of the
 * longer text on. The score is the similarity, 1 - distance / longer length.
 */
export const levenshtein: Prepare<"levenshtein"> = async (spec) => {
  const { distance } = await import("fastest-levenshtein");
  const max = spec.max ?? (spec.threshold === undefined ? DEFAULT_DISTANCE : Infinity);
  return (subject) => {
    const output = textOf(subject.output);
    const expected = referenceText(spec.value, subject);
    const edits = distance(output, expected);
    const score = 1 - edits / Math.max(output.length, expected.length);
    const pass = edits <= max && score >= (spec.threshold ?? 0);
    const limit = spec.threshold === undefined ? `${max} edits` : `similarity ${spec.threshold}`;
    const reason = `${edits} edits from ${quote(expected)}, similarity ${short(score)} (limit ${limit})`;
    return { score, pass, reason };
  };
};

/**
 * ROUGE-N F-measure (Lin 2004) of the output against the reference; passes from `threshold` (default 0.75) on. A reference of fewer than n
 * words has nothing to share: the same text scores 1, and for another there is no measure.
 */
export const rougeN: Prepare<"rouge-n"> = async (spec) => {
  const rouge = await import("js-rouge");
  const n = spec.n ?? 1;
  const threshold = spec.threshold ?? DEFAULT_ROUGE;
  return (subject) => {
    const expected = referenceText(spec.value, subject);
    const output = textOf(subject.output);
    if (output.trim() === "") return passOrFail(false, `output is empty; ROUGE-${n} is 0`);
    const score = output === expected ? 1 : rouge.n(output, expected, { n });
    if (score === 0 && rouge.n(expected, expected, { n }) === 0)
      throw new Error(`no ${n}-gram in the reference ${quote(expected)}: it has fewer than ${n} words`);
    return { score, pass: score >= threshold, reason: `ROUGE-${n} ${short(score)} (threshold ${threshold})` };
  };
};
