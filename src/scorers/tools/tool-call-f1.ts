import { type Prepare } from "../measure.ts";
import { refuseEmpty } from "../reference.ts";
import { expectedNames, namesOf } from "./tool-calls.ts";
import { listing, short } from "../wording.ts";

/**
 * F1 of the set of tool names called against the set expected (van Rijsbergen 1979), as promptfoo computes it: order and
 * repetition do not count. Nothing called where nothing is expected is 1. Passes from `threshold` (default 1) on.
 */
export const toolCallF1: Prepare<"tool-call-f1"> = (spec) => {
  const { value, threshold = 1 } = spec;
  refuseEmpty(value);
  return (subject) => {
    const wanted = new Set(expectedNames(value, subject));
    const called = new Set(namesOf(subject.input.toolCalls));
    const score = f1(wanted, called);
    const reason = `F1 ${short(score)} (threshold ${threshold}): called ${listing([...called])}; expected ${listing([...wanted])}`;
    return { score, pass: score >= threshold, reason };
  };
};

/** 2·|A∩B| / (|A| + |B|), which is the harmonic mean of precision and recall. */
function f1(wanted: ReadonlySet<string>, called: ReadonlySet<string>): number {
  if (wanted.size + called.size === 0) return 1;
  const both = [...wanted].filter((name) => called.has(name)).length;
  return (2 * both) / (wanted.size + called.size);
}
