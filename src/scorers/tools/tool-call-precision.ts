import type { ToolCall } from "../../models/client/client.ts";
import { type Prepare } from "../measure.ts";
import { refuseEmpty } from "../reference.ts";
import { comparer } from "./tool-args.ts";
import { pairUp } from "./pairing.ts";
import { argsOf, type ExpectedCall, expectedCalls, namesIn, sameName } from "./tool-calls.ts";
import { listing, short } from "../wording.ts";

/**
 * Intended calls ÷ all calls of the trial. A call is intended when it can be paired with an expected call of its own: the same name and, where
 * the expectation has arguments, these among its own. So a call that is repeated without being expected twice lowers it, and so does the right
 * tool with wrong arguments. Without a call none was unintended: 1. Passes from `threshold` (default 1) on.
 */
export const toolCallPrecision: Prepare<"tool-call-precision"> = (spec) => {
  const { value, threshold = 1 } = spec;
  refuseEmpty(value);
  const agree = comparer({});
  return (subject) => {
    const wanted =
      value === undefined
        ? expectedCalls(subject)
        : namesIn(value).map((name): ExpectedCall => ({ name, args: undefined }));
    const calls = subject.input.toolCalls;
    const extra = pairUp(calls, wanted, (call, expected) => {
      if (!sameName(call.name, expected.name)) return false;
      return expected.args === undefined || agree(subject.fold(argsOf(call)), expected.args);
    });
    const score = calls.length === 0 ? 1 : (calls.length - extra.length) / calls.length;
    return { score, pass: score >= threshold, reason: told(calls, extra, threshold) };
  };
};

function told(calls: readonly ToolCall[], extra: readonly number[], threshold: number): string {
  if (calls.length === 0) return "no tool was called, so no call was unintended";
  const share = short((calls.length - extra.length) / calls.length);
  const counts = `${calls.length - extra.length} of ${calls.length} calls were intended: precision ${share} (threshold ${threshold})`;
  return extra.length === 0 ? counts : `${counts}; not ${listing(extra.map((index) => calls[index]?.name ?? ""))}`;
}
