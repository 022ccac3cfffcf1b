import { scoreOf } from "../answer.ts";
import { celToJson, loadCel } from "../cel.ts";
import { fault, type Prepare } from "../measure.ts";
import { foldFor } from "../subject.ts";
import { clip } from "../wording.ts";

/** Static types that can be a verdict; `dyn` is known only at run time. */
const VERDICTS = ["bool", "double", "int", "dyn"];

/** A CEL expression whose value is the verdict. */
export const expression: Prepare<"expression"> = async (spec) => {
  const compile = await loadCel();
  const compiled = compile(foldFor(spec)(spec.value), ["value"]);
  if (!VERDICTS.includes(compiled.type)) {
    throw fault(["value"], `the expression gives a ${compiled.type}, not a boolean: ${spec.value}`);
  }
  const name = clip(spec.value, 200);
  return (subject) => scoreOf(celToJson(compiled.evaluate(subject)), spec.threshold, name);
};
