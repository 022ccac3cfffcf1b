import { RE2JS } from "re2js";

type Schema = Record<string, unknown>;

/** Arguments for a tool, picked out of the user's words by its JSON Schema; a property with nothing to say is left out. */
export function fillArguments(inputSchema: Schema, text: string): Record<string, unknown> {
  const properties = (inputSchema["properties"] ?? {}) as Record<string, Schema>;
  const filled: Record<string, unknown> = {};
  for (const [name, schema] of Object.entries(properties)) {
    const value = valueFor(name, schema, text);
    if (value !== undefined) filled[name] = value;
  }
  return filled;
}

function valueFor(name: string, schema: Schema, text: string): unknown {
  if ("const" in schema) return schema["const"];
  if (Array.isArray(schema["enum"])) return mentioned(schema["enum"], text);
  switch (schema["type"]) {
    case "number":
    case "integer":
      return numberIn(text, schema["type"] === "integer");
    case "boolean":
      return undefined;
    case "string":
      return stringFor(name, schema, text);
    default:
      return undefined;
  }
}

function mentioned(options: readonly unknown[], text: string): unknown {
  const lower = text.toLowerCase();
  return options.find((o) => typeof o === "string" && lower.includes(o.toLowerCase())) ?? options[0];
}

function stringFor(name: string, schema: Schema, text: string): string | undefined {
  const pattern = schema["pattern"];
  if (typeof pattern === "string") return firstMatch(pattern, text);
  if (/(?:id|number|code|ref|reference)$/i.test(name))
    return /[#\w-]*\d[\w-]*/.exec(withoutAmounts(text))?.[0].replace(/^#/, "");
  return text.trim() === "" ? undefined : text.trim();
}

/** RE2, as everywhere a user's pattern meets a text: it cannot hang. Anchors are for the value, not for the text. */
function firstMatch(pattern: string, text: string): string | undefined {
  try {
    const matcher = RE2JS.compile(pattern.replace(/^\^/, "").replace(/\$$/, "")).matcher(text);
    return matcher.find() ? (matcher.group() ?? undefined) : undefined;
  } catch {
    return undefined;
  }
}

/** An amount of money if there is one, else the first number that stands alone. */
function numberIn(text: string, integer: boolean): number | undefined {
  const money = /[$€£]\s*(\d[\d,]*(?:\.\d+)?)|(\d[\d,]*(?:\.\d+)?)\s*(?:usd|eur|gbp|dollars?|euros?|pounds?)\b/i.exec(
    text,
  );
  const found = money?.[1] ?? money?.[2] ?? /(?<![\w#-])(\d[\d,]*(?:\.\d+)?)(?![\w-])/.exec(text)?.[1];
  if (found === undefined) return undefined;
  const value = Number(found.replaceAll(",", ""));
  return integer ? Math.round(value) : value;
}

function withoutAmounts(text: string): string {
  return text.replace(/[$€£]\s*\d[\d,]*(?:\.\d+)?/g, " ");
}
