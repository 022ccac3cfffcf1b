import { messageOf } from "../../core/errors.ts";
import { findJson } from "./find-json.ts";
import { prepareSchema } from "./json-schema.ts";
import { passOrFail, type Prepare } from "../measure.ts";
import { quote } from "../wording.ts";

/** The whole output is JSON, valid against the schema when there is one. */
export const isJson: Prepare<"is-json"> = async (spec) => {
  const violation = await prepareSchema(spec.value);
  return ({ output }) => {
    if (output === undefined || output === null) return passOrFail(false, "no answer was recorded, so none is JSON");
    let value: unknown = output;
    try {
      if (typeof output === "string") value = JSON.parse(output);
    } catch (error) {
      return passOrFail(false, `output is not JSON (${messageOf(error)})`);
    }
    const found = violation(value);
    if (found !== undefined) return passOrFail(false, `output is JSON, but ${found}`);
    return passOrFail(true, `output is JSON${spec.value === undefined ? "" : " that fits the schema"}`);
  };
};

/** Somewhere in the output stands a JSON object or list, valid against the schema when there is one. */
export const containsJson: Prepare<"contains-json"> = async (spec) => {
  const violation = await prepareSchema(spec.value);
  return ({ output }) => {
    let first: string | undefined;
    for (const value of typeof output === "string" ? findJson(output) : structured(output)) {
      const found = violation(value);
      if (found === undefined) return passOrFail(true, `output contains JSON: ${quote(value)}`);
      first ??= found;
    }
    return passOrFail(
      false,
      first === undefined ? `no JSON object or list in ${quote(output)}` : `output contains JSON, but ${first}`,
    );
  };
};

/** An agent's value is looked for in itself: a number, a boolean or nothing is no object and no list. */
function structured(output: unknown): unknown[] {
  return typeof output === "object" && output !== null ? [output] : [];
}
