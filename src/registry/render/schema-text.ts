import { placeIn, readJson } from "../../core/json.ts";

/** The JSON Schema in a text, as GitHub Models keeps it, or what is wrong with the text. */
export function schemaText(text: string): { schema: Record<string, unknown> } | { wrong: string } {
  const json = readJson(text);
  if ("problem" in json) {
    const { message, offset, syntax } = json.problem;
    if (syntax) return { wrong: "is a text that is no JSON" };
    const { line, column } = placeIn(text, offset);
    return { wrong: `says two things: ${message} (line ${line}, column ${column} of this text)` };
  }
  const schema = json.value;
  if (typeof schema !== "object" || schema === null || Array.isArray(schema)) return { wrong: "is no JSON object" };
  return { schema: schema as Record<string, unknown> };
}
