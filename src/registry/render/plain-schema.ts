const TYPES = new Set(["object", "array", "string", "number", "integer", "boolean", "null"]);

type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === "string";
const isFlag: Check = (value) => typeof value === "boolean";
const isNumber: Check = (value) => typeof value === "number" && Number.isFinite(value);
const isCount: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
const isType: Check = (value) => typeof value === "string" && TYPES.has(value);
const isListOf =
  (isOne: Check, { least = 0 } = {}): Check =>
  (value) =>
    Array.isArray(value) &&
    value.length >= least &&
    value.every(isOne) &&
    new Set(value.map((one) => JSON.stringify(one))).size === value.length;

/** What most people use of JSON Schema, and what its own schema asks of it. */
const KEYWORDS: Readonly<Partial<Record<string, Check>>> = {
  type: (value) => isType(value) || isListOf(isType, { least: 1 })(value),
  properties: (value) => isObject(value) && Object.values(value).every(isPlainSchema),
  required: isListOf(isText),
  additionalProperties: (value) => isFlag(value) || isPlainSchema(value),
  items: (value) => isFlag(value) || isPlainSchema(value),
  enum: isListOf(() => true, { least: 1 }),
  title: isText,
  description: isText,
  examples: Array.isArray,
  default: () => true,
  minimum: isNumber,
  maximum: isNumber,
  minLength: isCount,
  maxLength: isCount,
  minItems: isCount,
  maxItems: isCount,
}; // prettier-ignore

/** Whether a value is a JSON Schema for certain, as it uses only what everybody does; false says nothing. */
export function isPlainSchema(value: unknown): boolean {
  return isObject(value) && Object.entries(value).every(([key, given]) => Object.hasOwn(KEYWORDS, key) && KEYWORDS[key]?.(given) === true); // prettier-ignore
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
