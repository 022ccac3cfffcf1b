import { fault, passOrFail, type Prepare } from "../measure.ts";
import { parseQuantity, type Quantity } from "./parse-number.ts";
import { reference } from "../reference.ts";
import { quote } from "../wording.ts";

/**
 * Equality of two numbers however they are written, within an absolute or a relative tolerance. Two that are of different things (`5 km` and
 * `5 miles`, `$5` and `€5`, `18 apples` and a bare 18) are not equal, whatever the tolerance.
 */
export const numeric: Prepare<"numeric"> = (spec) => {
  if (spec.value !== undefined && parseQuantity(spec.value) === undefined) {
    throw fault(["value"], `${quote(spec.value)} is not a number`);
  }
  return (subject) => {
    const wanted = reference(spec.value, subject);
    const expected = parseQuantity(wanted);
    if (expected === undefined) throw new Error(`the expected value ${quote(wanted)} is not a number`);
    const actual = parseQuantity(subject.output);
    if (actual === undefined) return passOrFail(false, `output ${quote(subject.output)} is not a number`);
    const unlike = unlikeUnits(actual, expected);
    if (unlike !== undefined) {
      return passOrFail(
        false,
        `output ${quote(subject.output)} and expected ${quote(wanted)} are no numbers of one thing: ${unlike}`,
      );
    }
    const slack = Math.max(spec.tolerance ?? 0, (spec.relative ?? 0) * Math.abs(expected.value));
    const pass = isWithin(actual, expected, slack);
    const within = slack > 0 ? ` within ${slack}` : "";
    return passOrFail(pass, `output ${told(actual)} ${pass ? "equals" : "differs from"} ${told(expected)}${within}`);
  };
};

/** Whole numbers to their last digit, though no number holds it. */
function isWithin(a: Quantity, b: Quantity, slack: number): boolean {
  if (a.whole === undefined || b.whole === undefined)
    return a.value === b.value || Math.abs(a.value - b.value) <= slack;
  const apart = Number(a.whole - b.whole);
  return Math.abs(apart) <= slack;
}

function told({ value, whole }: Quantity): string {
  return whole === undefined || Number.isSafeInteger(value) ? String(value) : String(whole);
}

/** What one is of and the other not. A currency or percent sign may be left out on one side, a word may not. */
function unlikeUnits(actual: Quantity, expected: Quantity): string | undefined {
  if (actual.unit !== expected.unit) {
    return `${actual.unit === "" ? "no unit" : quote(actual.unit)} against ${expected.unit === "" ? "none" : quote(expected.unit)}`;
  }
  if (actual.sign === null || expected.sign === null || actual.sign === expected.sign) return undefined;
  return `${actual.sign} against ${expected.sign}`;
}
