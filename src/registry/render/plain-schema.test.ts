import { createRequire } from "node:module";
import { describe, expect, test } from "vitest";
import { isPlainSchema } from "./plain-schema.ts";

const { Ajv2020 } = createRequire(import.meta.url)("ajv/dist/2020.js") as typeof import("ajv/dist/2020.js");

/** What is called plain must be a schema by the schema of schemas; what is not may be one all the same. */
describe("a plain schema", () => {
  test.each<[unknown, boolean]>([
    [{}, true],
    [{ type: "object", properties: { q: { type: "string", minLength: 1, description: "what is asked" } }, required: ["q"], additionalProperties: false }, true], // prettier-ignore
    [{ type: ["string", "null"], enum: ["a", null], default: "a", title: "x", examples: [1] }, true],
    [{ type: "array", items: { type: "integer", minimum: -1, maximum: 3 }, minItems: 0, maxItems: 9 }, true],
    [{ additionalProperties: { type: "number" }, items: false }, true],
    [{ type: "objekt" }, false],
    [{ type: [] }, false],
    [{ type: ["string", "string"] }, false],
    [{ required: ["a", "a"] }, false],
    [{ required: "a" }, false],
    [{ enum: [] }, false],
    [{ minLength: -1 }, false],
    [{ maxItems: 1.5 }, false],
    [{ minimum: "1" }, false],
    [{ properties: { a: { type: "strin" } } }, false],
    [{ properties: [] }, false],
    [{ items: [{}] }, false],
    [{ pattern: "(" }, false],
    [{ $ref: "#/x" }, false],
    [{ constructor: {} }, false],
    [[], false],
    [null, false],
  ])("%j: %s", (schema, plain) => {
    expect(isPlainSchema(schema)).toBe(plain);
    if (plain) expect(new Ajv2020({ strict: false }).validateSchema(schema as object)).toBe(true);
  });
});
