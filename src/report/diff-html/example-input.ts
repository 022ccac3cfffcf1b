import { markup, type Markup } from "./markup.ts";

/** A case's variables by name where the input is whole; the text itself where it was cut or is something else. */
export function inputMarkup(input: string): Markup {
  const variables = variablesOf(input);
  if (variables === null) return markup`<pre tabindex="0">${input}</pre>`;
  return markup`${variables.map(([name, value]) => markup`<div class="variable"><code>${name}</code><pre tabindex="0">${typeof value === "string" ? value : JSON.stringify(value)}</pre></div>`)}`;
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
