import type { Options } from "ajv";
import { parse } from "yaml";
import { messageOf } from "../../core/errors.ts";
import { fault } from "../measure.ts";
import { loadRe2, remembering, type CompilePattern } from "../re2.ts";
import { clip } from "../wording.ts";

/** The first violation of a value, as `/path must be …`; undefined when the value is valid. */
export type Violation = (value: unknown) => string | undefined;

/**
 * Compiles a JSON Schema (2020-12; draft 7 when its `$schema` says so) given as an object or as JSON or YAML text.
 * Without a schema every JSON value is valid. Patterns run on RE2. Throws a fault when the schema is invalid.
 */
export async function prepareSchema(value: Record<string, unknown> | string | undefined): Promise<Violation> {
  if (value === undefined) return () => undefined;
  const schema = typeof value === "string" ? fromText(value) : value;
  try {
    const ajv = await validator(schema);
    const validate = ajv.compile(schema);
    return (instance) => {
      if (validate(instance)) return undefined;
      const error = validate.errors?.[0];
      return clip(`${error?.instancePath ?? ""} ${error?.message ?? "is invalid"}`.trim(), 200);
    };
  } catch (error) {
    throw fault(["value"], `invalid JSON Schema: ${messageOf(error)}`);
  }
}

function fromText(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = parse(text);
  } catch (error) {
    throw fault(["value"], `the JSON Schema is neither JSON nor YAML: ${messageOf(error)}`);
  }
  if (value === null || typeof value !== "object") throw fault(["value"], "a JSON Schema is an object");
  return value as Record<string, unknown>;
}

async function validator(schema: Record<string, unknown>) {
  const options: Options = {
    strict: true,
    strictTypes: false,
    strictTuples: false,
    strictRequired: false,
    logger: false,
    code: { regExp: engine(remembering(await loadRe2())) },
  };
  const { default: formats } = await import("ajv-formats");
  const ajv = /draft-0[67]/.test(String(schema["$schema"]))
    ? new (await import("ajv")).Ajv(options)
    : new (await import("ajv/dist/2020.js")).Ajv2020(options);
  formats.default(ajv);
  return ajv;
}

function engine(compile: CompilePattern) {
  // ajv keeps compiled patterns by their toString(): without one of its own, every pattern would be the first.
  const pattern = (source: string) => {
    const compiled = compile(source);
    return { test: (text: string) => compiled.test(text), toString: () => source };
  };
  return Object.assign(pattern, { code: "" });
}
