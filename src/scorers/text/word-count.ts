import { boundsOf, describeBounds, inBounds } from "../counting.ts";
import { passOrFail, type Prepare } from "../measure.ts";
import { textOf } from "../wording.ts";

/** Counts words separated by white space. */
export const wordCount: Prepare<"word-count"> = (spec) => {
  const bounds = boundsOf(spec);
  return (subject) => {
    const text = textOf(subject.output).trim();
    const count = text === "" ? 0 : text.split(/\s+/).length;
    return passOrFail(inBounds(count, bounds), `output has ${count} words; limit ${describeBounds(bounds)}`);
  };
};
