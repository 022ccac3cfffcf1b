import { fault, passOrFail, type Prepare } from "../measure.ts";
import { parseNumber } from "./parse-number.ts";
import { reference } from "../reference.ts";
import { quote } from "../wording.ts";

/** Equality of two numbers however they are written, within an absolute or a relative tolerance. */
export const numeric: Prepare<"numeric"> = (spec) => {
  if (spec.value !== undefined && parseNumber(spec.value) === undefined) {
    throw fault(["value"], `${quote(spec.value)} is not a number`);
  }
  return (subject) => {
    const wanted = reference(spec.value, subject);
    const expected = parseNumber(wanted);
    if (expected === undefined) throw new Error(`the expected value ${quote(wanted)} is not a number`);
    const actual = parseNumber(subject.output);
    if (actual === undefined) return passOrFail(false, `output ${quote(subject.output)} is not a number`);
    const slack = Math.max(spec.tolerance ?? 0, (spec.relative ?? 0) * Math.abs(expected));
    const pass = actual === expected || Math.abs(actual - expected) <= slack;
    const within = slack > 0 ? ` within ${slack}` : "";
    return passOrFail(pass, `output ${actual} ${pass ? "equals" : "differs from"} ${expected}${within}`);
  };
};
