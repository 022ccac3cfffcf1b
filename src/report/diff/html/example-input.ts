import { markup, type Markup } from "./markup.ts";
import { textBlock } from "./text-block.ts";

/** A case's variables by name where the input is whole; the text itself where it was cut or is something else. */
export function inputMarkup(input: string): Markup {
  const variables = variablesOf(input);
  if (variables === null) return textBlock(input);
  return markup`${variables.map(([name, value]) => markup`<div class="variable"><code>${name}</code>${textBlock(typeof value === "string" ? value : JSON.stringify(value))}</div>`)}`;
}

function variablesOf(input: string): [string, unknown][] | null {
  try {
    const value: unknown = JSON.parse(input);
    if (typeof value !== "object" || value === null || Array.isArray(value)) return null;
    const entries = Object.entries(value);
    return entries.length === 0 ? null : entries;
  } catch {
    return null;
  }
}
