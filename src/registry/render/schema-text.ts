/** The JSON Schema in a text, as GitHub Models keeps it, or what is wrong with the text. */
export function schemaText(text: string): { schema: Record<string, unknown> } | { wrong: string } {
  try {
    const schema: unknown = JSON.parse(text);
    if (typeof schema === "object" && schema !== null && !Array.isArray(schema)) {
      return { schema: schema as Record<string, unknown> };
    }
    return { wrong: "is no JSON object" };
  } catch {
    return { wrong: "is a text that is no JSON" };
  }
}
