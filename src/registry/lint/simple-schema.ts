const TYPES = new Set(["string", "number", "integer", "boolean", "object", "array", "null"]);

type Check = (value: unknown) => boolean;

const isNumber: Check = (v) => typeof v === "number" && Number.isFinite(v);
const isCount: Check = (v) => Number.isInteger(v) && (v as number) >= 0;
const isText: Check = (v) => typeof v === "string";
const isSchemas: Check = (v) => isMap(v) && Object.values(v).every(isSimpleSchema);

/** Compiled as ajv would: a JSON Schema pattern is a Unicode regex. */
const isPattern: Check = (v) => {
  try {
    return typeof v === "string" && new RegExp(v, "u") instanceof RegExp;
  } catch {
    return false;
  }
};

const KEYWORDS: Readonly<Record<string, Check>> = {
  type: (v) => typeof v === "string" && TYPES.has(v),
  title: isText,
  description: isText,
  default: () => true,
  const: () => true,
  enum: (v) => Array.isArray(v) && v.length > 0,
  required: (v) => Array.isArray(v) && v.every(isText) && new Set(v).size === v.length,
  properties: isSchemas,
  additionalProperties: (v) => typeof v === "boolean" || isSimpleSchema(v),
  items: isSimpleSchema,
  minimum: isNumber,
  maximum: isNumber,
  exclusiveMinimum: isNumber,
  exclusiveMaximum: isNumber,
  minLength: isCount,
  maxLength: isCount,
  minItems: isCount,
  maxItems: isCount,
  pattern: isPattern,
};

/**
 * True when a JSON Schema is certainly valid: it uses only everyday keywords, in their right form. False says nothing;
 * then the real validator decides. Spares `lint` from loading it, which costs as much as starting node.
 */
export function isSimpleSchema(schema: unknown): boolean {
  return isMap(schema) && Object.entries(schema).every(([key, value]) => KEYWORDS[key]?.(value) === true);
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
