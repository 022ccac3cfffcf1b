import { createRequire } from "node:module";
import { messageOf } from "../../core/errors.ts";
import { isPlainSchema } from "./plain-schema.ts";

const require = createRequire(import.meta.url);

/** Checks a value; returns what is wrong with it, in sentences; empty when it fits. */
export type SchemaCheck = (value: unknown) => string[];

type Ajv = import("ajv/dist/2020.js").Ajv2020;
type ErrorObject = import("ajv/dist/2020.js").ErrorObject;

const loaded = new Map<string, Ajv>();

/**
 * JSON Schema 2020-12 with formats; loaded at the first use, since most commands check no schema.
 * @param validateSchema false for one that is known to be a schema: compiling the schema of schemas takes as long as loading ajv
 */
function ajv({ strictSchema, validateSchema }: { strictSchema: boolean; validateSchema: boolean }): Ajv {
  const key = `${strictSchema} ${validateSchema}`;
  const before = loaded.get(key);
  if (before) return before;
  const { Ajv2020 } = require("ajv/dist/2020.js") as typeof import("ajv/dist/2020.js");
  const { default: addFormats } = require("ajv-formats") as { default: (ajv: Ajv) => void };
  const made = new Ajv2020({ allErrors: true, strict: false, strictSchema, validateSchema, allowUnionTypes: true });
  addFormats(made);
  loaded.set(key, made);
  return made;
}

/**
 * Compiles a JSON Schema that a user wrote; a schema that is not valid is a value, not an exception. `strict` also
 * refuses unknown keywords and formats, so that a mistyped `maxium` is not a bound nobody enforces.
 */
export function compileSchema(
  schema: Readonly<Record<string, unknown>>,
  { strict = false } = {},
): { check: SchemaCheck } | { error: string } {
  try {
    // A $schema of another draft would make ajv look for that draft's meta-schema; an $id would clash when used twice.
    const own = Object.entries(schema).filter(([key]) => key !== "$schema" && key !== "$id");
    const plain = Object.fromEntries(own);
    const validate = ajv({ strictSchema: strict, validateSchema: strict || !isPlainSchema(plain) }).compile(plain);
    return { check: (value) => (validate(value) ? [] : (validate.errors ?? []).map(sentence)) };
  } catch (error) {
    return { error: messageOf(error) };
  }
}

function sentence({ instancePath, message = "is not valid", params }: ErrorObject): string {
  const where = instancePath === "" ? "variables" : instancePath.slice(1).replaceAll("/", ".");
  const extra = (params as { additionalProperty?: string }).additionalProperty;
  return `${where} ${message}${extra === undefined ? "" : ` ("${extra}")`}`;
}
