import { AgentopsError } from "../../core/errors.ts";
import { readJson } from "../../core/json.ts";
import type { ModelParameters, ModelRequest, ResponseFormat, ToolSpec } from "../../models/client/client.ts";
import { compilePrompt } from "../../registry/render/render.ts";
import type { Prompt } from "../../registry/schema.ts";
import type { FrozenTarget } from "./run-spec.ts";

/** Compiles a target once; the result makes the request of each case. Throws RENDER_FAILED for a case that lacks a variable. */
export function requestMaker(
  target: Pick<FrozenTarget, "prompt" | "agent"> | null,
): (vars: Readonly<Record<string, unknown>>) => ModelRequest {
  if (target === null) return (vars) => ({ messages: [], parameters: {}, vars });
  const render = compilePrompt(target.prompt);
  const parameters = parametersOf(target.prompt);
  const responseFormat = responseFormatOf(target.prompt);
  const tools = target.agent?.tools?.map((t): ToolSpec => ({
    name: t.name,
    description: t.description,
    inputSchema: t.inputSchema,
  }));
  return (vars) => ({
    messages: render(vars),
    parameters,
    ...(tools !== undefined && { tools }),
    ...(responseFormat !== undefined && { responseFormat }),
    vars,
  });
}

function parametersOf({ modelParameters: p }: Prompt): ModelParameters {
  if (p === undefined) return {};
  const { stop, ...rest } = p;
  return { ...rest, ...(stop !== undefined && { stop: typeof stop === "string" ? [stop] : stop }) };
}

/** GitHub keeps the schema as a JSON text `{name, schema}`; a plain JSON Schema works too. */
function responseFormatOf(prompt: Prompt): ResponseFormat | undefined {
  if (prompt.responseFormat === "text") return { type: "text" };
  if (prompt.responseFormat === undefined) return undefined;
  if (prompt.jsonSchema === undefined || prompt.responseFormat === "json_object") return { type: "json" };
  const given = typeof prompt.jsonSchema === "string" ? schemaIn(prompt.name, prompt.jsonSchema) : prompt.jsonSchema;
  const wrapped = typeof given["schema"] === "object" && given["schema"] !== null;
  return {
    type: "json",
    schema: wrapped ? (given["schema"] as Record<string, unknown>) : given,
    ...(wrapped && typeof given["name"] === "string" && { name: given["name"] }),
  };
}

function schemaIn(name: string, text: string): Record<string, unknown> {
  const json = readJson(text);
  if ("value" in json && typeof json.value === "object" && json.value !== null)
    return json.value as Record<string, unknown>;
  const why = "problem" in json ? json.problem.message : "no JSON object";
  throw new AgentopsError("RENDER_FAILED", `prompts/${name}: jsonSchema: ${why}`, {
    hint: `agentops lint prompts/${name}`,
  });
}
