import type { Problem } from "../../../core/problems.ts";
import type { Tool } from "../../agent.schema.ts";
import { type LintFile, problemAt } from "../file.ts";

type Schema = Record<string, unknown>;

/**
 * What changes something outside must be bounded before it runs, and be able to fail and to be undone. unbounded-arguments,
 * missing-contract, missing-compensation: of tools with `sideEffects: true`.
 */
export function sideEffects(file: LintFile): Problem[] {
  return (file.agent?.tools ?? []).flatMap((tool, i) => (tool.sideEffects === true ? ofTool(file, tool, i) : []));
}

function ofTool(file: LintFile, { name, inputSchema, contract, compensate }: Tool, i: number): Problem[] {
  const warn = (rule: string, key: string, message: string, hint: string) =>
    problemAt(file, ["tools", i, key], { rule, severity: "warning", part: "key", message, hint });
  const open = unbounded(inputSchema);
  return [
    ...(open.length === 0
      ? []
      : [warn("unbounded-arguments", "inputSchema", `${name} has side effects, and takes any value as ${open.join(", ")}`, "bounds that a call must keep: maximum, maxLength, pattern, enum, maxItems, additionalProperties: false")]), // prettier-ignore
    ...(contract === undefined
      ? [warn("missing-contract", "name", `${name} has side effects, and nothing says how long it may take nor how often it is tried`, "contract: { timeoutMs: 5000, retries: 2, idempotencyKey: args.orderId }")] // prettier-ignore
      : []),
    ...(compensate === undefined
      ? [warn("missing-compensation", "name", `${name} has side effects, and nothing says what undoes it`, 'compensate: TOOL, or compensate: { none: "why not" }')] // prettier-ignore
      : []),
  ];
}

/** The arguments that no bound stands on, as `a.b` and `list[]`; `anything else` where unknown ones are taken. */
function unbounded(schema: Schema, at = ""): string[] {
  const properties = isSchema(schema["properties"]) ? schema["properties"] : {};
  const inner = Object.entries(properties).flatMap(([name, value]) => {
    const path = at === "" ? name : `${at}.${name}`;
    return isSchema(value) ? ofValue(value, path) : [path];
  });
  const closed = schema["additionalProperties"] === false || schema["unevaluatedProperties"] === false;
  return closed ? inner : [...inner, at === "" ? "arguments it does not name" : `${at}.*`];
}

const BOUNDS: Record<string, readonly string[]> = {
  number: ["maximum", "exclusiveMaximum"],
  integer: ["maximum", "exclusiveMaximum"],
  string: ["maxLength", "pattern", "format"],
};

function ofValue(value: Schema, path: string): string[] {
  const has = (key: string) => value[key] !== undefined;
  // What a reference or a combination says is looked at by the validator, not here.
  if (["enum", "const", "$ref", "oneOf", "anyOf", "allOf"].some(has)) return [];
  const types = [value["type"]].flat().filter((type) => type !== "null" && type !== "boolean");
  if (!has("type")) return [path];
  return types.flatMap((type) => {
    if (type === "object") return unbounded(value, path);
    if (type === "array") {
      const items = isSchema(value["items"]) ? ofValue(value["items"], `${path}[]`) : [`${path}[]`];
      return has("maxItems") ? items : [path, ...items];
    }
    return (BOUNDS[String(type)] ?? []).some(has) ? [] : [path];
  });
}

function isSchema(value: unknown): value is Schema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
