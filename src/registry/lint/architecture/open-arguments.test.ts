import { expect, test } from "vitest";
import { openArguments } from "./open-arguments.ts";

const of = (x: unknown) => ({ type: "object", additionalProperties: false, properties: { x } });
const OTHERS = "arguments it does not name";
const text = { type: "string", maxLength: 9 };

test.each<[string, Record<string, unknown>, string[]]>([
  ["no schema to speak of", {}, [OTHERS]],
  ["anything else, said", { ...of(text), additionalProperties: true }, [OTHERS]],
  ["no arguments at all", { type: "object", maxProperties: 0 }, []],
  ["a list of names, of bounded values", { type: "object", maxProperties: 3, additionalProperties: text }, []],
  ["as many as you like", { type: "object", additionalProperties: text }, [OTHERS]],
  ["open ones of it", { type: "object", maxProperties: 3, additionalProperties: { type: "string" } }, ["*"]],
  ["any names by a pattern", { ...of(text), patternProperties: { "^n": text } }, [`${OTHERS} (no maxProperties)`]],
  ["a number from below", of({ type: "number", minimum: 0 }), ["x (no maximum)"]],
  ["a number from above", of({ type: "integer", maximum: 5 }), ["x (no minimum)"]],
  ["a number with neither", of({ type: ["number", "null"] }), ["x"]],
  ["both sides", of({ type: "number", exclusiveMinimum: 0, exclusiveMaximum: 5 }), []],
  ["any text", of({ type: "string", minLength: 1 }), ["x"]],
  ["a pattern that is found anywhere", of({ type: "string", pattern: "A-[0-9]{4}" }), ["x (its pattern may stand anywhere in it: ^…$)"]], // prettier-ignore
  ["a pattern of anything", of({ type: "string", pattern: "^.*$" }), ["x"]],
  ["a pattern of the whole", of({ type: "string", pattern: "^A-[0-9]{4}$" }), []],
  ...["^.*$", "^.*$|^a$", "^(?:.*)$", "^.*?$", "^.{0,}$", "^[\\w\\W]+$", "^[^]*$", "^[^\\n]+$", "^A-.*$", "^(?!x).+$", "^(?:.{1,5})*$", "(^a$|^.+$)"].map((pattern): [string, Record<string, unknown>, string[]] => [`all that fits ${pattern}`, of({ type: "string", pattern }), ["x"]]), // prettier-ignore
  ...["^a|b$", "^a.*\\$", "\\^a$", "^a$|b", "(^a|b$)", "[^a$]"].map((pattern): [string, Record<string, unknown>, string[]] => [`a part that fits ${pattern}`, of({ type: "string", pattern }), ["x (its pattern may stand anywhere in it: ^…$)"]]), // prettier-ignore
  ...["^A-[0-9]{4}$", "^(a|b)$", "^[a-z-]{1,40}$", "^[A-Z]+$", "^.{1,9}$", "^\\.*$", "^[.]*$", "^[\\\\s\\\\S]+$", "(^a$|^b$)", "^a$|^(?:b|c)$", "^(?=.*[A-Z])[A-z]{8}$", "^[|)(]\\|b$"].map((pattern): [string, Record<string, unknown>, string[]] => [`nothing but ${pattern}`, of({ type: "string", pattern }), []]), // prettier-ignore
  ["an id by its format", of({ type: "string", format: "uuid" }), []],
  ["an address of anything", of({ type: "string", format: "uri" }), ["x"]],
  ["one of a few", of({ enum: ["a", "b"] }), []],
  ["no type", of({ description: "an amount" }), ["x"]],
  ["never there", of(false), []],
  ["a list without an end", of({ type: "array", items: text }), ["x (no maxItems)"]],
  ["a list of anything", of({ type: "array", maxItems: 3 }), ["x[]"]],
  ["a list of open objects", of({ type: "array", maxItems: 3, items: { type: "object", properties: { y: { type: "number" } } } }), ["x[].y", "x[].*"]], // prettier-ignore
  ["a pair", of({ type: "array", prefixItems: [text, { type: "number" }], items: false }), ["x[]"]],
  ["a choice of several", of({ type: "array", uniqueItems: true, items: { enum: [1, 2] } }), []],
  ["a definition that is open", { ...of({ $ref: "#/$defs/usd" }), $defs: { usd: { type: "number" } } }, ["x"]],
  ["a definition that is bounded", { ...of({ $ref: "#/$defs/usd" }), $defs: { usd: { type: "number", minimum: 1, maximum: 2 } } }, []], // prettier-ignore
  ["a definition with more beside it", { ...of({ $ref: "#/$defs/a", maxLength: 4 }), $defs: { a: { type: "string" } } }, []], // prettier-ignore
  ["a definition elsewhere", of({ $ref: "https://example.com/usd.json" }), ["x"]],
  ["one that leads back to itself", { $ref: "#/$defs/n", $defs: { n: { type: "object", additionalProperties: false, properties: { next: { $ref: "#/$defs/n" }, v: text } } } }, []], // prettier-ignore
  ["one branch of two is open", of({ oneOf: [{ const: "all" }, { type: "number" }] }), ["x"]],
  ["both are bounded", of({ anyOf: [{ type: "null" }, text] }), []],
  ["bounds beside branches without a type", { ...of({ type: "number", minimum: 0, maximum: 3 }), anyOf: [{ required: ["x"] }, { required: [] }] }, []], // prettier-ignore
  ["the bound is in another part", of({ allOf: [{ type: "string" }, { maxLength: 4 }] }), []],
  ["two say something of one property", { allOf: [of({ type: "string" }), { properties: { x: { maxLength: 4 } } }] }, []], // prettier-ignore
  ["the arguments in one of two forms", { oneOf: [of(text), of({ type: "string" })] }, ["x"]],
])("%s", (_, schema, open) => {
  expect(openArguments(schema)).toEqual(open);
});
