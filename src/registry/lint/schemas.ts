import type { Problem } from "../../core/problems.ts";
import type { Path } from "../../core/yaml.ts";
import { schemaText } from "../render/schema-text.ts";
import { isSimpleSchema } from "./simple-schema.ts";
import { type LintFile, problemAt } from "./file.ts";

/**
 * invalid-json-schema: a tool's inputSchema and a prompt's agentops.input must be schemas that can be enforced, and the jsonSchema of an
 * answer one that can be sent.
 */
export async function schemas(file: LintFile): Promise<Problem[]> {
  const ofAnswer = answerSchema(file);
  const unsure = schemasOf(file).filter(({ schema }) => !isSimpleSchema(schema));
  if (unsure.length === 0) return ofAnswer;
  const { compileSchema } = await import("../render/json-schema.ts");
  const ofInput = unsure.flatMap(({ schema, path }) => {
    const result = compileSchema(schema, { strict: true });
    if ("check" in result) return [];
    const message = `not a usable JSON Schema: ${firstComplaint(result.error)}`;
    return [problemAt(file, path, { rule: "invalid-json-schema", message })];
  });
  return [...ofAnswer, ...ofInput];
}

function answerSchema(file: LintFile): Problem[] {
  const { responseFormat, jsonSchema } = file.prompt ?? {};
  if (typeof jsonSchema === "string") {
    const read = schemaText(jsonSchema);
    if ("schema" in read) return [];
    return [problemAt(file, ["jsonSchema"], { rule: "invalid-json-schema", message: `jsonSchema ${read.wrong}` })];
  }
  if (responseFormat !== "json_schema" || jsonSchema !== undefined) return [];
  const message = "responseFormat: json_schema, and there is no jsonSchema to answer by";
  const hint = "jsonSchema: a JSON Schema, or GitHub's text {name, schema}; json_object asks for any JSON";
  return [problemAt(file, ["responseFormat"], { rule: "invalid-json-schema", message, hint })];
}

function schemasOf({ prompt, agent }: LintFile): { schema: Record<string, unknown>; path: Path }[] {
  const input = prompt?.agentops?.input;
  return [
    ...(input ? [{ schema: input, path: ["agentops", "input"] }] : []),
    ...(agent?.tools ?? []).map((tool, i) => ({ schema: tool.inputSchema, path: ["tools", i, "inputSchema"] })),
  ];
}

/** Ajv lists every branch of the meta-schema that did not fit; the first says what is wrong. */
function firstComplaint(error: string): string {
  return error.replace(/^schema is invalid: data/, "").split(", data")[0] ?? error;
}
