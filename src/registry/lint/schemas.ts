import { placeIn, readJson } from "../../core/json.ts";
import type { Problem } from "../../core/problems.ts";
import type { Path } from "../../core/yaml.ts";
import { isSimpleSchema } from "./simple-schema.ts";
import { type LintFile, problemAt } from "./file.ts";

/** invalid-json-schema: a tool's inputSchema and a prompt's agentops.input must be schemas that can be enforced. */
export async function schemas(file: LintFile): Promise<Problem[]> {
  const text = schemaText(file);
  const unsure = schemasOf(file).filter(({ schema }) => !isSimpleSchema(schema));
  if (unsure.length === 0) return text;
  const { compileSchema } = await import("../render/json-schema.ts");
  const found = unsure.flatMap(({ schema, path }) => {
    const result = compileSchema(schema, { strict: true });
    if ("check" in result) return [];
    const message = `not a usable JSON Schema: ${firstComplaint(result.error)}`;
    return [problemAt(file, path, { rule: "invalid-json-schema", message })];
  });
  return [...text, ...found];
}

/** GitHub's form is a text that holds JSON. */
function schemaText(file: LintFile): Problem[] {
  const text = file.prompt?.jsonSchema;
  const json = typeof text === "string" ? readJson(text) : undefined;
  if (typeof text !== "string" || json === undefined || "value" in json) return [];
  const { line, column } = placeIn(text, json.problem.offset);
  const message = `${json.problem.message} (line ${line}, column ${column} of this text)`;
  return [problemAt(file, ["jsonSchema"], { rule: "invalid-json-schema", message, hint: json.problem.hint })];
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
