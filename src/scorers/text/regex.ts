import { messageOf } from "../../core/errors.ts";
import { fault, passOrFail, type Prepare } from "../measure.ts";
import { loadRe2, remembering, type Pattern } from "../re2.ts";
import { referenceText } from "../reference.ts";
import { quote, textOf } from "../wording.ts";

/** RE2 pattern found anywhere in the output; without a value the case's expected is the pattern. */
export const regex: Prepare<"regex"> = async (spec) => {
  const compile = remembering(await loadRe2());
  const { value } = spec;
  if (value !== undefined) {
    try {
      compile(value);
    } catch (error) {
      throw fault(["value"], messageOf(error), "patterns are RE2: no look-around and no back-references");
    }
  }
  return (subject) => {
    const source = referenceText(value, subject);
    const pattern: Pattern = compile(source);
    const pass = pattern.test(textOf(subject.output));
    return passOrFail(pass, `output ${pass ? "matches" : "does not match"} ${source}: ${quote(subject.output)}`);
  };
};
