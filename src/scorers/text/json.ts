import { type JsonProblem, placeIn, readJson, type ReadJson } from "../../core/json.ts";
import { findJson } from "./find-json.ts";
import { prepareSchema } from "./json-schema.ts";
import { passOrFail, type Prepare } from "../measure.ts";
import { quote } from "../wording.ts";

/** The whole output is JSON, valid against the schema when there is one. */
export const isJson: Prepare<"is-json"> = async (spec) => {
  const violation = await prepareSchema(spec.value);
  return ({ output }) => {
    if (output === undefined || output === null) return passOrFail(false, "no answer was recorded, so none is JSON");
    const read = typeof output === "string" ? readJson(output) : { value: output };
    if ("problem" in read) return passOrFail(false, notJson(read.problem, output as string));
    const found = violation(read.value);
    if (found !== undefined) return passOrFail(false, `output is JSON, but ${found}`);
    return passOrFail(true, `output is JSON${spec.value === undefined ? "" : " that fits the schema"}`);
  };
};

function notJson({ syntax, message, offset }: JsonProblem, output: string): string {
  const { line, column } = placeIn(output, offset);
  const place = `line ${line}, column ${column}`;
  return syntax ? `output is ${message} (${place}): ${quote(output)}` : `output is JSON, but ${message} (${place})`;
}

/** Somewhere in the output stands a JSON object or list, valid against the schema when there is one. */
export const containsJson: Prepare<"contains-json"> = async (spec) => {
  const violation = await prepareSchema(spec.value);
  return ({ output }) => {
    let first: string | undefined;
    for (const value of typeof output === "string" ? findJson(output) : structured(output)) {
      const found = "problem" in value ? value.problem.message : violation(value.value);
      if (found === undefined && "value" in value)
        return passOrFail(true, `output contains JSON: ${quote(value.value)}`);
      first ??= found;
    }
    return passOrFail(
      false,
      first === undefined ? `no JSON object or list in ${quote(output)}` : `output contains JSON, but ${first}`,
    );
  };
};

/** An agent's value is looked for in itself: a number, a boolean or nothing is no object and no list. */
function structured(output: unknown): ReadJson[] {
  return typeof output === "object" && output !== null ? [{ value: output }] : [];
}
